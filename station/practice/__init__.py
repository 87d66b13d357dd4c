"""The practice bench: virtual units under a pyusb back end and a virtual tenant on loopback HTTPS.

A product feature for training, demonstrations and tests; labelled as practice wherever it shows.
Imports: anything in `station`. Imported by compositions (`station.cli`, `ui`) and tests only.
"""
