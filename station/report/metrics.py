"""Figures of a shift or a batch, recounted from stories: nothing is counted that the journal does not hold."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from station.model.runs import Phase
from station.report.story import Story

TOP_CAUSES = 3


@dataclass(frozen=True, slots=True)
class Metrics:
    """`first_pass` is the part of finished runs that were Done at once (None: nothing finished), `median_seconds` of Done runs,
    `per_hour` Done units by the hours between first start and last end; `causes` the most frequent faults with their counts."""

    runs: int
    by_outcome: dict[Phase, int]
    first_pass: float | None
    median_seconds: float | None
    per_hour: float | None
    causes: tuple[tuple[str, int], ...]

    def count(self, phase: Phase) -> int:
        return self.by_outcome.get(phase, 0)


def measure(stories: Iterable[Story]) -> Metrics:
    """The figures of these runs. Skipped and cancelled runs are neither passed nor failed."""
    told = list(stories)
    done = [s for s in told if s.outcome is Phase.DONE]
    judged = [s for s in told if s.outcome in (Phase.DONE, Phase.FAILED)]
    causes = Counter(f.code for s in told for f in s.faults)
    return Metrics(
        runs=len(told), by_outcome=dict(Counter(s.outcome for s in told)),
        first_pass=sum(s.first_pass for s in judged) / len(judged) if judged else None,
        median_seconds=median(s.seconds for s in done) if done else None, per_hour=_per_hour(done),
        causes=tuple(sorted(causes.items(), key=lambda c: (-c[1], c[0]))[:TOP_CAUSES]))


def _per_hour(done: Sequence[Story]) -> float | None:
    if not done:
        return None
    begun = min(s.run.started for s in done)
    ended = max(s.run.finished or s.last for s in done)
    hours = (ended - begun).total_seconds() / 3600
    return len(done) / hours if hours > 0 else None
