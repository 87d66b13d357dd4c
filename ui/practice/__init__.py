"""The practice panel: what a virtual headset shows, and its buttons. Imports: `ui.theme`, `ui.widgets`, `ui.context`,
`station.practice` (a composition), PySide6."""
