"""The pieces that every screen is made of: texts, buttons, paper, forms, tables, pictures, timers, questions.

No piece knows a unit or a screen. Imports: `ui.theme`, `ui.language`, `station.model`, PySide6.
"""
