"""How everything looks: colour tokens for light and dark, sizes, type, palette, style sheet, icons and drawings, state marks.

A table of values each; no screen chooses a colour or a size of its own. Imports: `resources`, `station.model`, PySide6.
"""
