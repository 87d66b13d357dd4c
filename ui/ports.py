"""What the window needs of the station, as small Protocols. `station.bench` is one implementation, the tests fold real events."""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from station.model.blueprint import Blueprint
from station.model.board import BoardState, Tile
from station.model.errors import HoloBenchError
from station.model.path import Path
from station.model.timing import Clock

Unsubscribe = Callable[[], None]


class Progress(Protocol):
    """How far an action is: `done` of `total` (0: not known), `about` in English. Ephemeral, never in the journal."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def about(self) -> str: ...


@runtime_checkable
class Bench(Protocol):
    """The bench as the board and the guide use it. Everything is called on the loop's thread; commands raise `HoloBenchError`."""

    @property
    def clock(self) -> Clock: ...
    @property
    def paths(self) -> Mapping[str, Path]: ...
    @property
    def blueprints(self) -> Mapping[str, Blueprint]: ...
    @property
    def board(self) -> BoardState: ...
    @property
    def working(self) -> bool:
        """Whether any unit is on its way, be it that its run waits for a person."""

    @property
    def trouble(self) -> HoloBenchError | None:
        """What keeps the station itself from working."""

    def on_trouble(self, callback: Callable[[HoloBenchError | None], None], /) -> Unsubscribe:
        """Have `callback` called when that begins, changes or (None) ends."""

    def prepare(self, blueprints: Mapping[str, Blueprint], /) -> None:
        """Offer these blueprints from now on."""

    def tile(self, slot: int) -> Tile: ...
    def tiles(self) -> tuple[Tile, ...]: ...
    def subscribe(self, callback: Callable[[frozenset[int]], None], /) -> Unsubscribe:
        """Have `callback` called on the loop's thread with the slots that changed."""

    def progress(self, slot: int, /) -> Progress | None: ...
    def start(self, slot: int, blueprint: str, operator: str = "", owner: str = "") -> None: ...
    def retry(self, slot: int, operator: str = "") -> None: ...
    def cancel(self, slot: int, operator: str = "") -> None: ...
    def skip(self, slot: int, reason: str, operator: str = "") -> None: ...
    def attest(self, slot: int, what: str, value: bool = True) -> None: ...
    def report_fault(self, slot: int, code: str) -> None:
        """A person saw what an alternative of "this is not what I see" describes."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...
