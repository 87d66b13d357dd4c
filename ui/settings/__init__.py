"""The Settings screen: this window's preferences, and the station's own configuration with its blueprints.

    screen              the page: language and look, the bench, names of slots, places
    desk                what blocks: reading and changing the configuration file; called in threads, no Qt
    blueprints          the blueprints as a list; blueprint_form asks for one
    tenant              which tenant the station works for
    record              where the record is, and the name under which the station writes to it

Imports: `ui.packages.secret_field`, `ui.theme`, `ui.widgets`, `ui.context`, `ui.language`, `station.bench` (configuration),
`station.journal`, `station.model`, PySide6.
"""
