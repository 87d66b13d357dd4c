"""Live changes from other benches: a connection of its own that LISTENs on PostgreSQL and says which station has written.

A notification is a hint, the rows are the fact: after every reconnection all stations are looked at again, so nothing is missed.
"""

import logging
import selectors
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from station.journal.engine import PROBES
from station.journal.schema import CHANNEL
from station.model.errors import JournalError

if TYPE_CHECKING:
    Raw = psycopg.Connection[tuple[Any, ...]]

_log = logging.getLogger(__name__)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0


class Listener:
    """A thread that calls `changed(station)` whenever another process has written, until it is stopped."""

    def __init__(self, engine: Engine, stations: Callable[[], list[str]], changed: Callable[[str], None]) -> None:
        self._engine = engine
        self._stations = stations
        self._changed = changed
        self._ours, self._theirs = socket.socketpair()
        self._stopped = threading.Event()
        self.listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal-listen", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._ours.send(b"x")
        if self._thread is not threading.current_thread():
            self._thread.join()
        self._ours.close()
        self._theirs.close()

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopped.is_set():
            try:
                connection = self._connect()
                pause = _FIRST_PAUSE
                try:
                    self._listen(connection)
                finally:
                    self.listening.clear()
                    connection.close()
            except (psycopg.Error, DBAPIError, JournalError) as e:
                _log.warning("no live changes from other benches for %.0f s: %s", pause, e)
                self._stopped.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _connect(self) -> "Raw":
        arguments, named = self._engine.dialect.create_connect_args(self._engine.url)
        connection = psycopg.connect(*arguments, **{**named, **PROBES, "autocommit": True})
        connection.execute(f"LISTEN {CHANNEL}")
        return connection

    def _listen(self, connection: "Raw") -> None:
        for station in self._stations():
            self._changed(station)
        self.listening.set()
        with selectors.DefaultSelector() as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            selector.register(self._theirs, selectors.EVENT_READ)
            while not self._stopped.is_set():
                selector.select()
                if not self._stopped.is_set():
                    self._pass_on(connection)

    def _pass_on(self, connection: "Raw") -> None:
        raw = connection.pgconn
        raw.consume_input()
        stations = []
        while (notice := raw.notifies()) is not None:
            stations.append(notice.extra.decode("utf-8"))
        for station in dict.fromkeys(stations):
            self._changed(station)
