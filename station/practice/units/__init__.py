"""Virtual HoloLens units: what a headset shows, does and answers, behind a pyusb back end that answers byte for byte.

`headset` is the pure state machine of the pages; `responder` answers MTP containers; `bus` is the USB bus; `unit` ties them to
a clock; `remote` carries the bus to another process. Imports: anything in `station`; nothing of the other practice rooms.
"""
