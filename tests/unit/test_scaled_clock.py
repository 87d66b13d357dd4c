"""The clock of practice: it runs faster, its speed may change, and time never goes back."""

import time

from station.model.timing import ScaledClock


def test_time_neither_jumps_nor_goes_back_when_the_speed_changes() -> None:
    clock = ScaledClock(1000)
    before = clock.monotonic()
    clock.set_speed(1)
    after = clock.monotonic()
    assert before <= after
    wall = time.monotonic()
    at = clock.monotonic()
    assert clock.monotonic() - at <= (time.monotonic() - wall) + 0.001


def test_it_says_its_speed() -> None:
    clock = ScaledClock(60)
    clock.set_speed(10)
    assert clock.speed == 10
