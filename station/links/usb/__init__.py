"""The bus: what is plugged where, told without opening anything. Imports: `station.model`."""
