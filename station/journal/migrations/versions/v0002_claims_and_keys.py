"""Claims on units, and the key of intents and outcomes as a column, so that open intents are found without reading all bodies."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "claim",
        sa.Column("serial", sa.Text, primary_key=True),
        sa.Column("station", sa.String(64), nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("until", sa.String(32), nullable=False),
    )
    op.add_column("event", sa.Column("key", sa.Text, nullable=True))
    _file_under_keys(op.get_bind())
    op.create_index("event_key", "event", ["key", "number"])


def _file_under_keys(connection: sa.Connection) -> None:
    event = sa.table("event", sa.column("number"), sa.column("kind"), sa.column("body"), sa.column("key"))
    keyed = sa.select(event.c.number, event.c.body).where(event.c.kind.in_(("intended", "ended")))
    keys = [{"row": number, "its_key": _key(body)} for number, body in connection.execute(keyed)]
    if keys:
        file_one = sa.update(event).where(event.c.number == sa.bindparam("row")).values(key=sa.bindparam("its_key"))
        connection.execute(file_one, keys)


def _key(body: str) -> str | None:
    """None for a body that is damaged: opening the record must not fail over it, `verify` will name it."""
    try:
        return str(json.loads(body)["key"])
    except (ValueError, TypeError, KeyError):
        return None
