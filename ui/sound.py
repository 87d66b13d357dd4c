"""Sounds: pulse-count codes as short tones, made from the table `resources/sounds/tones.toml` and handed to the system's player.

QtMultimedia is not part of the Qt that we ship, so the way out is `winsound` on Windows, `afplay` on macOS and `paplay`,
`pw-play` or `aplay` on Linux; where there is none, the application beeps as many times as the code has pulses. One thread plays
one code after the other; a code that waits already is not queued twice, so that 32 units that fail together are one alarm.
"""

import contextlib
import io
import math
import queue
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import tomllib
import wave
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import resources
from ui.theme.marks import Sound

RATE = 22_050
LOUDNESS = 0.35
FADE_S = 0.008
PLAYERS: tuple[tuple[str, ...], ...] = (("afplay",), ("paplay",), ("pw-play",), ("aplay", "-q"))
LONGEST_S = 5.0
Tone = tuple[float, float]


@cache
def tones(sound: Sound) -> tuple[Tone, ...]:
    """The pulses of a code: frequency in hertz (0 is silence) and seconds."""
    table = tomllib.loads(resources.text("sounds/tones.toml"))
    return tuple((float(hertz), float(seconds)) for hertz, seconds in table[sound.value])


def wave_file(pulses: Sequence[Tone]) -> bytes:
    """A WAV file (PCM, 16 bit, mono) of pulses, each faded in and out so that nothing clicks."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        for hertz, seconds in pulses:
            out.writeframes(_pulse(hertz, seconds))
    return buffer.getvalue()


def _pulse(hertz: float, seconds: float) -> bytes:
    count = round(RATE * seconds)
    fade = max(1, min(round(RATE * FADE_S), count // 2))
    samples = (
        round(32_767 * LOUDNESS * min(1.0, i / fade, (count - i) / fade) * math.sin(2 * math.pi * hertz * i / RATE))
        for i in range(count))
    return struct.pack(f"<{count}h", *samples)


class Speaker:
    """Plays codes in a thread of its own. `beep` is the last resort: called with the number of pulses on the caller's thread."""

    def __init__(self, beep: Callable[[int], None], on: bool = True) -> None:
        self.on = on
        self._beep = beep
        self._waiting: queue.Queue[Sound | None] = queue.Queue()
        self._queued: set[Sound] = set()
        self._player = None if sys.platform == "win32" else next((p for p in PLAYERS if shutil.which(p[0])), None)
        self._thread: threading.Thread | None = None

    def play(self, sound: Sound) -> None:
        """Let a code be heard, unless muted."""
        if not self.on or sound is Sound.SILENT or sound in self._queued:
            return
        if sys.platform != "win32" and self._player is None:
            self._beep(sum(1 for hertz, _seconds in tones(sound) if hertz))
            return
        self._queued.add(sound)
        self._waiting.put(sound)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="sound", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop after what is being heard now."""
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join(LONGEST_S)

    def _work(self) -> None:
        with tempfile.TemporaryDirectory(prefix="holobench-sound-") as folder:
            while (sound := self._waiting.get()) is not None:
                self._queued.discard(sound)
                file = Path(folder) / f"{sound.value}.wav"
                if not file.exists():
                    file.write_bytes(wave_file(tones(sound)))
                self._sound_file(file)

    def _sound_file(self, file: Path) -> None:
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(str(file), winsound.SND_FILENAME | winsound.SND_NODEFAULT)
        elif self._player is not None:
            # A player that fails (no sound card, no server) leaves silence: every code is also a word, a glyph and a colour.
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run([*self._player, str(file)], timeout=LONGEST_S, check=False,  # noqa: S603 - a fixed list
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
