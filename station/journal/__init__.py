"""The append-only record of everything observed, done and said; claims on units; migrations.

Imports: `station.model`, SQLAlchemy, Alembic.
"""
