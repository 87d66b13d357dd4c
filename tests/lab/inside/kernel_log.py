"""The kernel's own log as a witness of when it enumerated a device, independent of everything that the station does."""

import os
import re
import time
from contextlib import suppress

_LARGEST = 8192
_FOUND = re.compile(r"usb (?P<port>\S+): New USB device found")


class KernelLog:
    """Reads on from where it was opened. Times are monotonic seconds.

    "New USB device found" is written when the descriptors have been read and before the device is registered, so a time counted
    from it is never too short.
    """

    def __init__(self) -> None:
        self._file = os.open("/dev/kmsg", os.O_RDWR | os.O_NONBLOCK)
        os.lseek(self._file, 0, os.SEEK_END)
        before = time.monotonic()
        os.write(self._file, b"lab: clock\n")
        after = time.monotonic()
        marked = next(at for at, text in self._lines() if "lab: clock" in text)
        self._offset = (before + after) / 2 - marked

    def enumerated(self) -> dict[str, float]:
        """The last time at which a device was found on each port, since the last call."""
        return {m["port"]: at + self._offset for at, text in self._lines() if (m := _FOUND.search(text))}

    def close(self) -> None:
        os.close(self._file)

    def _lines(self) -> list[tuple[float, str]]:
        lines = []
        with suppress(BlockingIOError):
            while True:
                head, _, text = os.read(self._file, _LARGEST).decode(errors="replace").partition(";")
                lines.append((int(head.split(",")[2]) / 1e6, text))
        return lines
