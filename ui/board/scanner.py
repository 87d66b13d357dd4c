"""The bar code scanner, which types like a keyboard but faster: tells its bursts from typing, whatever has the focus.

A burst is at least six characters, at most 100 ms apart and 1.5 s long together, ended by Enter, Tab or a pause
(facts/bench-tools §5). Outside text fields nothing is swallowed: single keys come out as keys when no second one follows in time.
In text fields every character goes where it goes; only a burst that ends with Enter, comes as regularly as a machine types and
names something the bench knows is taken back out again. Password fields are left alone altogether.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

GAP_MS = 100
LONGEST_MS = 1500
SHORTEST = 6
MACHINE_MS = 50
"""Mean gap below which a burst in a text field is a machine's (real scanners: 5 to 60 ms, 20 on average)."""


class Where(StrEnum):
    """What has the focus."""

    ELSEWHERE = "elsewhere"
    TEXT = "text"
    PASSWORD = "password"  # noqa: S105 - the kind of field, no password


@dataclass(slots=True)
class Burst:
    """Collects key presses; pure but for its own memory. Times are milliseconds of one clock.

    `key` says whether the press is kept back (the caller must not pass it on). What was kept back comes out either as a scan or,
    by `release`, as the single keys that it was.
    """

    on_scan: Callable[[str, Where], None]
    _text: str = ""
    _times: list[int] = field(default_factory=list)
    _where: Where = Where.ELSEWHERE

    def key(self, text: str, at: int, where: Where) -> bool:
        """A press of a printable character."""
        if where is Where.PASSWORD:
            self._forget()
            return False
        if self._times and (at - self._times[-1] > GAP_MS or at - self._times[0] > LONGEST_MS or where is not self._where):
            self._forget()
        self._where = where
        self._text += text
        self._times.append(at)
        return where is Where.ELSEWHERE

    def end(self, at: int) -> bool:
        """Enter or Tab. True where it ended a burst, so that it must not press a button too."""
        text, times, where = self._text, self._times, self._where
        late = bool(times) and at - times[-1] > GAP_MS
        if late or not self._is_burst():
            return False
        if where is Where.TEXT and (times[-1] - times[0]) / (len(times) - 1) > MACHINE_MS:
            return False
        self._forget()
        self.on_scan(text, where)
        return True

    def release(self) -> str:
        """No more characters came in time: a burst without terminator is a scan; else the keys that were kept back."""
        text, where = self._text, self._where
        burst = self._is_burst()
        self._forget()
        if where is not Where.ELSEWHERE:
            return ""
        if burst:
            self.on_scan(text, where)
            return ""
        return text

    @property
    def waiting(self) -> bool:
        """Whether presses are kept back."""
        return bool(self._text) and self._where is Where.ELSEWHERE

    def _is_burst(self) -> bool:
        return len(self._text) >= SHORTEST

    def _forget(self) -> None:
        self._text = ""
        self._times = []
