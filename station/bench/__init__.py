"""The bench: slots, sensors that turn links into facts, and the runner that turns steps into actions.

Imports: `station.autopilot`, `station.tenant` and what lies below them.
"""
