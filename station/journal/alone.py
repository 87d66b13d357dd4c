"""One program at a time as a station of a shared record: two computers under one name would both take up the same runs.

A session's advisory lock on the server (PostgreSQL documentation, §13.3.5). It falls with the program; with the computer or the
network it falls once the server misses the answers to its probes.
"""

from sqlalchemy import Engine, text

from station.journal.trouble import told
from station.model.errors import JournalError, Refused

_WAIT = "3s"
"""A program that has just been killed is still being buried."""
_PROBES = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3", "lock_timeout": _WAIT}
"""Settings of the session: a silent computer is missed after 25 s, not after the two hours that systems wait of themselves."""


class Alone:
    """Held from the making until `close`. Raises Refused `journal.same-station`."""

    def __init__(self, engine: Engine, station: str) -> None:
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            with told():
                for name, value in _PROBES.items():
                    self._connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
                self._connection.execute(text("SELECT pg_advisory_lock(hashtextextended(:whose, 0))"),
                                         {"whose": f"holobench station {station}"})
        except JournalError as e:
            self.close()
            if e.code != "journal.locked":
                raise
            raise Refused("journal.same-station", station) from e

    def close(self) -> None:
        """Let another in: the session ends, which the pool would keep alive."""
        self._connection.invalidate()
        self._connection.close()
