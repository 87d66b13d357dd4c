"""Windows Device Portal of a unit, where somebody turned it on. Imports: `station.model`."""
