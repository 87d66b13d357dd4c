"""The storage of a unit: MTP codec, session and pyusb pipe; WPD on Windows. Imports: `station.model`."""
