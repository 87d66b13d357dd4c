"""Sounds count: one pulse calls, two did not understand, three are a fault, rising is done."""

import io
import struct
import threading
import wave
from pathlib import Path
from typing import Any

import pytest

from station.model.words import StateWord
from ui import scenes, sound
from ui.board.model import BoardModel
from ui.sound import Speaker, tones, wave_file
from ui.theme.marks import MARKS, Sound

AUDIBLE = [s for s in Sound if s is not Sound.SILENT]


@pytest.mark.parametrize(("code", "pulses"), [(Sound.CALL, 1), (Sound.WRONG, 2), (Sound.FAULT, 3)])
def test_the_count_carries_the_meaning(code: Sound, pulses: int) -> None:
    assert sum(1 for hertz, _seconds in tones(code) if hertz) == pulses


def test_done_rises() -> None:
    pitches = [hertz for hertz, _seconds in tones(Sound.DONE)]
    assert pitches == sorted(pitches)
    assert len(set(pitches)) > 1


def test_only_what_a_person_must_hear_is_heard() -> None:
    assert {w for w in StateWord if MARKS[w].sound} == {StateWord.NEEDS_YOU, StateWord.DONE, StateWord.FAILED}


@pytest.mark.parametrize("code", AUDIBLE)
def test_a_code_becomes_a_wave_file_without_a_click(code: Sound) -> None:
    with wave.open(io.BytesIO(wave_file(tones(code)))) as read:
        frames = struct.unpack(f"<{read.getnframes()}h", read.readframes(read.getnframes()))
        assert read.getnframes() / read.getframerate() == pytest.approx(sum(s for _h, s in tones(code)), abs=0.01)
    assert abs(frames[0]) < 300
    assert abs(frames[-1]) < 600
    assert max(map(abs, frames)) < 32_767 * 0.5


def test_a_player_is_called_once_for_a_code_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[str] = []
    go = threading.Event()

    def play(command: list[str], **_options: Any) -> None:
        go.wait(5)
        played.append(Path(command[-1]).stem)

    monkeypatch.setattr(sound.sys, "platform", "linux")
    monkeypatch.setattr(sound.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "paplay" else None)
    monkeypatch.setattr(sound.subprocess, "run", play)
    speaker = Speaker(lambda _pulses: None)
    for _ in range(32):
        speaker.play(Sound.FAULT)
    go.set()
    speaker.close()
    assert played
    assert len(played) <= 2


def test_a_system_without_a_player_beeps_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound.sys, "platform", "linux")
    monkeypatch.setattr(sound.shutil, "which", lambda _name: None)
    beeps: list[int] = []
    Speaker(beeps.append).play(Sound.FAULT)
    assert beeps == [3]


def test_muted_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound.sys, "platform", "linux")
    monkeypatch.setattr(sound.shutil, "which", lambda _name: None)
    beeps: list[int] = []
    Speaker(beeps.append, on=False).play(Sound.CALL)
    assert beeps == []


def test_the_window_calls_when_a_unit_needs_somebody(open_window: Any) -> None:
    bench = scenes.bench(2)
    bench.plug(1)
    bench.identify(1)
    window = open_window(bench)
    heard: list[Sound] = []
    window.live.speaker.play = heard.append
    bench.start(1, "showroom")
    window.live.board.flush()
    assert heard == [Sound.CALL]
    assert isinstance(window.live.board, BoardModel)
