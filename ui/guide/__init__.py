"""The guide: one card for one unit: one verb, one picture, one timer, one decision, and what is known beside it.

`card` is the pure half: what is to be shown for a tile. Imports: `ui.theme`, `ui.widgets`, `ui.ports`, `ui.language`,
`station.model`, PySide6.
"""
