"""Windows Portable Devices: `DeviceStorage` over COM, declared by hand, without type libraries and without other packages.

`types` and `vtables` are data (structures, identifiers, method orders); `com` calls through them; `device` is one opened device;
`storage` the interface that everybody uses; `system` the only file that needs Windows. Imports: `station.model`, the parent room.
"""
