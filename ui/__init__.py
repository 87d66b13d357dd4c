"""The window: board, guide and the other screens, in Qt Widgets. Imports: `station`, `resources`, PySide6."""
