"""Windows Device Portal of a unit, where somebody turned it on: its certificate pinned on first use, and nothing changed but
the pairing.

Optional and never in the path of production: it exists only on units in developer mode (facts/device-io §1.1). `client` asks,
`pinned` holds the connection to one certificate, `answers` turns what comes into values. Imports: `station.model`.
"""
