"""The Registrations screen: hashes from files and from the bench, their import, and where each serial stands in the cloud.

Imports: `station.autopilot`, `station.links.graph`, `ui.theme`, `ui.widgets`, `ui.context`, `ui.language`, PySide6.
"""
