"""Links: the ways to talk to a unit or its tenant. Blocking classes with a deadline and a cancel token handed down.

`usb` watches the bus, `mtp` speaks to the storage, `portal` to the Device Portal, `graph` to Microsoft Graph.
Imports: `station.model`, `station.package`, `station.paths`; one link never imports another.
"""
