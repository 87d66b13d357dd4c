"""Keeps the slot map in a small JSON file: {"version": 1, "ports": ["1-1.1", …], "locked": false}."""

import json
import os
import re
from contextlib import suppress
from pathlib import Path

from station.links.usb.slots import SlotMap
from station.model.errors import DataError, LinkError

_VERSION = 1
_PORT = re.compile(r"^\d{1,4}-\d{1,3}(\.\d{1,3}){0,6}$")


class SlotStore:
    """Reads and writes one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> SlotMap:
        """The map kept, an empty one if there is none.

        Raises DataError `usb.bad-slots` after moving a file that cannot be read aside, so that the next call starts afresh.
        """
        try:
            return _parse(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return SlotMap()
        except (OSError, ValueError) as error:
            aside = self._path.with_suffix(".damaged.json")
            with suppress(OSError):
                os.replace(self._path, aside)
            raise DataError("usb.bad-slots", f"kept as {aside.name}") from error

    def save(self, slots: SlotMap) -> None:
        """Write the map, whole or not at all. Raises LinkError `usb.slots-unwritable`."""
        text = json.dumps({"version": _VERSION, "ports": slots.ports, "locked": slots.locked}, indent=2)
        partial = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(text, encoding="utf-8")
            os.replace(partial, self._path)
        except OSError as error:
            raise LinkError("usb.slots-unwritable", str(error.strerror)) from error


class KeptSlots:
    """A slot file for looking only: numbers that are kept hold, nothing is written, and a numbered bench gets no new slots."""

    def __init__(self, store: SlotStore) -> None:
        self._store = store

    def load(self) -> SlotMap:
        """See `SlotStore.load`."""
        kept = self._store.load()
        return SlotMap(kept.ports, locked=bool(kept.ports))

    def save(self, slots: SlotMap) -> None:
        """Nothing is written."""


def _parse(text: str) -> SlotMap:
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("version") != _VERSION:
        raise ValueError("not a slot map of this version")
    ports = data.get("ports")
    if not isinstance(ports, list) or not all(isinstance(p, str) and _PORT.match(p) for p in ports):
        raise ValueError("ports are not a list of port paths")
    if len(set(ports)) != len(ports):
        raise ValueError("a port has two numbers")
    return SlotMap(tuple(ports), bool(data.get("locked", False)))
