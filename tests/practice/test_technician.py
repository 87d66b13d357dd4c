"""The virtual technician: cures a failure once, and again only when it has failed again."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace

from station.model.board import Tile
from station.model.runs import Run
from station.model.words import StateWord
from station.practice.technician import PATIENCE, Technician
from tests.practice.bench_of_units import unit

NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
FAILED = Tile(1, StateWord.FAILED, unit="usb:1", run="r", fault="autopilot.storage-error", since=NOW)


@dataclass
class SlowBench:
    """One tile that has failed; what it is asked to do it does only when the record has it."""

    retries: int = 0
    board: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(
        runs={"r": Run("r", "usb:1", 1, "autopilot", "autopilot", NOW)}))

    def tiles(self) -> tuple[Tile, ...]:
        return (FAILED,)

    def retry(self, slot: int) -> None:
        self.retries += 1

    def fails_again(self) -> None:
        """The retry stands in the record, and the step has failed once more."""
        run = self.board.runs["r"]
        self.board.runs["r"] = replace(run, attempt=run.attempt + 1)


def test_a_failure_is_cured_once_however_long_the_record_takes_to_say_so() -> None:
    bench = SlowBench()
    technician = Technician(bench, lambda _: unit(), "autopilot")  # type: ignore[arg-type]
    for _ in range(10):
        technician.round()
    assert bench.retries == 1
    assert not technician.leaves(FAILED)


def test_what_fails_again_and_again_is_left_to_a_real_person() -> None:
    bench = SlowBench()
    technician = Technician(bench, lambda _: unit(), "autopilot")  # type: ignore[arg-type]
    for _ in range(PATIENCE):
        technician.round()
        assert not technician.leaves(FAILED)
        bench.fails_again()
    technician.round()
    assert bench.retries == PATIENCE
    assert technician.leaves(FAILED)
