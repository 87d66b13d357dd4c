"""Scans and typing are told apart, and nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from ui.board.scanner import GAP_MS, SHORTEST, Burst, Where

PLAIN = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=SHORTEST, max_size=24)


def typed(text: str, gap: int, where: Where = Where.ELSEWHERE) -> tuple[Burst, list[str], list[bool], int]:
    scans: list[str] = []
    burst = Burst(lambda said, _where: scans.append(said))
    at, kept = 1000, []
    for letter in text:
        kept.append(burst.key(letter, at, where))
        at += gap
    return burst, scans, kept, at - gap


@given(PLAIN, st.integers(1, 60))
def test_a_burst_that_ends_with_enter_is_a_scan(text: str, gap: int) -> None:
    burst, scans, kept, at = typed(text, gap)
    assert burst.end(at + gap)
    assert scans == [text]
    assert all(kept)


@given(PLAIN, st.integers(1, 60))
def test_a_burst_that_just_stops_is_a_scan_too(text: str, gap: int) -> None:
    burst, scans, _kept, _at = typed(text, gap)
    assert burst.release() == ""
    assert scans == [text]


@given(PLAIN, st.integers(GAP_MS + 1, 2000))
def test_slow_typing_is_never_a_scan(text: str, gap: int) -> None:
    burst, scans, _kept, at = typed(text, gap)
    assert not burst.end(at + gap)
    assert scans == []
    assert burst.release() == text[-1]


@given(st.text("abcmr0123", min_size=1, max_size=SHORTEST - 1), st.integers(1, GAP_MS))
def test_a_few_quick_keys_come_out_as_the_keys_they_were(text: str, gap: int) -> None:
    burst, scans, _kept, _at = typed(text, gap)
    assert burst.release() == text
    assert scans == []


@given(PLAIN, st.integers(1, 400))
def test_in_a_text_field_nothing_is_kept_back(text: str, gap: int) -> None:
    burst, _scans, kept, _at = typed(text, gap, Where.TEXT)
    assert not any(kept)
    assert burst.release() == ""


@given(PLAIN, st.integers(51, GAP_MS))
def test_somebody_who_types_fast_into_a_field_is_not_a_scanner(text: str, gap: int) -> None:
    burst, scans, _kept, at = typed(text, gap, Where.TEXT)
    assert not burst.end(at + 1)
    assert scans == []


@given(PLAIN, st.integers(1, 60))
def test_password_fields_are_left_alone(text: str, gap: int) -> None:
    burst, scans, kept, at = typed(text, gap, Where.PASSWORD)
    assert not burst.end(at + gap)
    assert burst.release() == ""
    assert not any(kept)
    assert scans == []


def test_a_burst_that_takes_too_long_as_a_whole_is_none() -> None:
    burst, scans, _kept, at = typed("x" * 40, 50)
    burst.end(at + 50)
    assert scans == [] or len(scans[0]) < 40
