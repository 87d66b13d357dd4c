"""The tenant as a bench needs it: readiness check, enrolment tracking, returns.

Imports: `station.links`, `station.journal` and what lies below them.
"""
