"""The append-only record of everything observed, done and said; claims on units; migrations.

Imports: `station.model`, SQLAlchemy, Alembic (both only once a journal is opened).
"""

from station.journal.chain import Finding, Head, Verdict
from station.journal.claims import Claim
from station.journal.journal import Journal

__all__ = ["Claim", "Finding", "Head", "Journal", "Verdict"]
