"""The Packages screen: make, inspect, compare and push provisioning packages.

`draft` is what is being made, without Qt; `fields` and `pages` say as data which fields stand on which page; `value_form`
turns
values into forms; `editor`, `inspecting`, `comparing` and `pushing` are the four sides of the screen.
Imports: `ui.widgets`, `ui.theme`, `ui.language`, `ui.context`, `station`, `resources`, PySide6.
"""
