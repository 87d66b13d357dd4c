"""The board: slots as tiles in fixed order, the rail of those that want a person, the keyboard and the scanner.

Imports: `ui.theme`, `ui.widgets`, `ui.guide`, `ui.ports`, `ui.language`, `station.model`, PySide6.
"""
