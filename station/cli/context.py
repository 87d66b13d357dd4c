"""What every command gets: configuration, language, clock, and the two streams.

Data goes to standard output (one JSON object a line with `--json`), diagnostics to standard error; a command's status is the
number its `run` returns or the one of the `HoloBenchError` it raises.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TextIO

import resources
from station.bench.configuration import Config, load
from station.model.errors import HoloBenchError, LinkError
from station.model.faults import catalogue
from station.model.timing import Clock, WallClock
from station.model.words import N_

LABELS = ((N_("Why"), "cause"), (N_("What to do"), "cure"), (N_("Who"), "who"), (N_("Code"), "code"))


@dataclass
class Context:
    """Handed to every `run(args, context)`. The configuration is read when first asked for."""

    json: bool = False
    language: str = "en"
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Clock = field(default_factory=WallClock)
    loader: Callable[[], Config] = load
    _told: dict[str, str] = field(default_factory=dict)

    @cached_property
    def config(self) -> Config:
        """The configuration. Raises ConfigurationError."""
        return self.loader()

    def translate(self, message: str) -> str:
        """A text of the house in the language of this command."""
        return resources.translations(self.language).gettext(message) if message else ""

    def pair(self, name: str, text: str) -> str:
        """A name and what is said under it, both translated already, as the language puts them together."""
        return self.translate(N_("{title}: {seen}")).format(title=name, seen=text)

    def emit(self, **values: Any) -> None:
        """One object of data: a JSON line."""
        self.say(_as_json(values, self.out))

    def say(self, text: str = "") -> None:
        """One line of data for a person; not for `--json`. Raises LinkError `station.output-failed`."""
        with writing_out():
            self.out.write(text + "\n")
            self.out.flush()

    def note(self, text: str) -> None:
        """One line of diagnostics."""
        self.err.write(text + "\n")
        self.err.flush()

    def hint(self, text: str) -> None:
        """One translated line of diagnostics that only a person needs; not with `--json`."""
        if not self.json:
            self.note(self.translate(text))

    def waits_for_unit(self) -> None:
        """Tell that nothing goes on before a unit is plugged in."""
        self.hint(N_("Waiting for the unit: plug it in, or press Ctrl+C."))

    def explain(self, error: HoloBenchError) -> dict[str, str]:
        """An error as a person needs it: code, what happened, why, what to do, who can."""
        fault = catalogue().explain(error.code)
        return {"code": error.code, "title": self.translate(fault.title), "cause": self.translate(fault.cause),
                "cure": self.translate(fault.cure), "who": self.translate(fault.who.value), "detail": error.detail}

    def complain(self, error: HoloBenchError) -> None:
        """Show an error on standard error, as JSON or as four short lines. What was told last is not told again."""
        told = self.explain(error)
        if told == self._told:
            return
        self._told = told
        if self.json:
            self.note(_as_json({"error": told}, self.err))
            return
        detail = f" ({told['detail']})" if told["detail"] else ""
        self.note(f"{told['title']}{detail}")
        for label, key in LABELS:
            self.note(f"  {self.pair(self.translate(label), told[key])}")


def _as_json(values: object, stream: TextIO) -> str:
    """One line; with escapes where the stream's encoding has not every letter."""
    narrow = not (stream.encoding or "utf-8").casefold().startswith("utf")
    return json.dumps(values, ensure_ascii=narrow, default=str)


@contextmanager
def writing_out() -> Iterator[None]:
    """Around what writes data. Raises LinkError `station.output-failed`, BrokenPipeError where the reader has gone."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as e:
        raise LinkError("station.output-failed", e.strerror or "") from e
