"""Tables of the journal as the program reads and writes them. How a file comes to have them: `migrations`."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

REVISIONS = ("0001", "0002")
"""Schema versions in order, the same as in `migrations/versions`; the last is what this program writes."""

CHANNEL = "holobench_journal"
"""PostgreSQL notification channel; the payload is the station that has written."""

metadata = MetaData()

event = Table(
    "event", metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("station", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", String(32), nullable=False),
    Column("unit", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("slot", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("key", Text, nullable=True),
    UniqueConstraint("station", "seq", name="event_station_seq"),
    Index("event_run", "run", "number"),
    Index("event_unit", "unit", "number"),
    Index("event_kind", "kind", "number"),
    Index("event_key", "key", "number"),
)
"""`number` orders the rows of all stations as they were committed where one waited for the other; `seq` counts per station."""

head = Table(
    "head", metadata,
    Column("station", String(64), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
)

claim = Table(
    "claim", metadata,
    Column("serial", Text, primary_key=True),
    Column("station", String(64), nullable=False),
    Column("run", Text, nullable=False),
    Column("until", String(32), nullable=False),
)
