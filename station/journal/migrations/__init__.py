"""Alembic migrations of the journal; run by `station.journal.upgrading`, shipped as source files."""
