"""Autopilot: harvest of the hardware hash, its decoding, CSV files, registration.

Imports: `station.links`, `station.journal` and what lies below them.
"""
