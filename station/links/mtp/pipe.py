"""The pipe under a session: bulk out, bulk in, control and interrupt endpoint of one claimed interface; its way back to sanity.

Time-outs are wall seconds. A pipe never waits longer than it is told, raises LinkLost `mtp.unplugged` when the unit has gone,
LinkError `mtp.stalled` when an endpoint is halted, and other LinkErrors of the area for everything else.
"""

from typing import Protocol

from station.links.mtp.operations import ClassRequest


class Pipe(Protocol):
    """Four methods of traffic, four of life."""

    @property
    def packet_size(self) -> int:
        """Largest packet of the bulk endpoints in bytes (64, 512 or 1024)."""

    def write(self, data: bytes, seconds: float) -> int | None:
        """Send one transfer (b"" is a zero-length packet). Bytes that went out; None if nothing did in time."""

    def read(self, size: int, seconds: float) -> bytes | None:
        """Receive one transfer of at most `size` bytes (a multiple of `packet_size`); None if nothing came in time."""

    def control(self, request: ClassRequest, data: bytes | int, seconds: float) -> bytes:
        """A class request to the interface: bytes go out, a number asks for at most that many bytes in."""

    def read_event(self, seconds: float) -> bytes | None:
        """One packet of the interrupt endpoint; None if nothing came in time."""

    def clear_halt(self, endpoint: int | None = None) -> None:
        """Clear the halt of an endpoint address, or of both bulk endpoints."""

    def reset(self, seconds: float) -> None:
        """Reset the port and open the unit again, within the time given."""

    def cut_off(self) -> None:
        """Forget the unit without asking it anything (it has gone)."""

    def close(self) -> None:
        """Give the interface back. Never raises; a second call does nothing."""
