"""The Settings screen. Imports: `ui.theme`, `ui.widgets`, `ui.context`, `ui.language`, PySide6."""
