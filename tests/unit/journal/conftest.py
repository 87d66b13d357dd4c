"""A journal in a file of its own, a clock that only the test moves, and drafts to append."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.journal import Journal
from station.model.events import Body, Draft, Noted
from tests.hand_clock import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(file: Path, clock: HandClock) -> Iterator[Journal]:
    with Journal.open(str(file), "bench-1", clock) as opened:
        yield opened


@pytest.fixture
def draft(clock: HandClock) -> Callable[..., Draft]:
    def make(body: Body | str = "note", unit: str = "", run: str = "", slot: int = 0) -> Draft:
        return Draft(Noted(body) if isinstance(body, str) else body, clock.now(), unit, run, slot)

    return make
