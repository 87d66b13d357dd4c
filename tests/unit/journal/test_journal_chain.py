"""The chain: whatever is done to the stored rows behind the program's back, `verify` names it."""

import io
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import ANY

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.journal import Head, Journal
from station.journal.chain import Walk, entry, extend, genesis, parse_head
from station.model.errors import JournalError
from station.model.events import Draft, Ended, Intended, Noted, Result

AT = datetime(2026, 3, 1, tzinfo=UTC)
TEXT = st.text(max_size=20)
BODIES = st.one_of(
    st.builds(Noted, TEXT, st.dictionaries(TEXT, TEXT, max_size=2)),
    st.builds(Intended, st.text(min_size=1, max_size=9), TEXT, TEXT, st.integers(1, 9), st.booleans()),
    st.builds(Ended, st.text(min_size=1, max_size=9), st.sampled_from(Result), TEXT, TEXT))
DRAFTS = st.lists(st.builds(Draft, BODIES, st.just(AT), TEXT, TEXT, st.integers(0, 32)), min_size=2, max_size=8)


def chain_of(drafts):
    return [row for row, _ in extend(genesis("bench"), map(entry, drafts))]


def findings(rows, head):
    walk = Walk("bench")
    return [f for row in rows for f in walk.check(row)] + list(walk.finish(head, head.seal))


def head_of(rows):
    return Head("bench", rows[-1].seq, rows[-1].hash)


@given(DRAFTS)
def test_an_untouched_chain_is_sound_and_gives_its_events_back(drafts):
    pairs = list(extend(genesis("bench"), map(entry, drafts)))

    assert findings([row for row, _ in pairs], head_of([row for row, _ in pairs])) == []
    assert all(row.event() == event for row, event in pairs)


@given(DRAFTS, st.data())
def test_changing_any_field_of_any_row_is_found_at_that_row(drafts, data):
    rows = chain_of(drafts)
    n = data.draw(st.integers(0, len(rows) - 1))
    field = data.draw(st.sampled_from(("at", "unit", "run", "slot", "kind", "body", "hash", "key")))
    old = getattr(rows[n], field)
    new = old + 1 if isinstance(old, int) else (old or "") + data.draw(st.text(min_size=1, max_size=3))
    changed = [*rows[:n], replace(rows[n], **{field: new}), *rows[n + 1:]]

    assert findings(changed, head_of(rows))[0].seq == rows[n].seq


@given(DRAFTS, st.data())
def test_flipping_one_bit_of_a_stored_body_is_found(drafts, data):
    rows = chain_of(drafts)
    n = data.draw(st.integers(0, len(rows) - 1))
    stored = bytearray(rows[n].body.encode())
    stored[data.draw(st.integers(0, len(stored) - 1))] ^= 1 << data.draw(st.integers(0, 6))
    changed = [*rows[:n], replace(rows[n], body=stored.decode("latin-1")), *rows[n + 1:]]

    assert rows[n].seq in {f.seq for f in findings(changed, head_of(rows))}


@given(DRAFTS, st.data())
def test_a_removed_row_is_missed(drafts, data):
    rows = chain_of(drafts)
    n = data.draw(st.integers(0, len(rows) - 1))

    assert rows[n].seq in {f.seq for f in findings([*rows[:n], *rows[n + 1:]], head_of(rows))}


@given(DRAFTS, st.data())
def test_rows_that_changed_places_are_found_even_when_renumbered(drafts, data):
    rows = chain_of(drafts)
    a, b = sorted(data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=2, unique=True)))
    swapped = list(rows)
    swapped[a], swapped[b] = rows[b], rows[a]
    renumbered = [replace(row, seq=n) for n, row in enumerate(swapped, 1)]

    assert findings(swapped, head_of(rows))
    assert findings(renumbered, head_of(rows))


@given(DRAFTS, DRAFTS, st.data())
def test_an_inserted_row_is_found_even_when_the_rest_is_renumbered(drafts, more, data):
    rows = chain_of(drafts)
    n = data.draw(st.integers(0, len(rows)))
    inserted = [*rows[:n], chain_of(more)[0], *rows[n:]]

    assert findings([replace(row, seq=k) for k, row in enumerate(inserted, 1)], head_of(rows))


@given(DRAFTS, st.data())
def test_a_cut_tail_is_told_by_the_head(drafts, data):
    rows = chain_of(drafts)
    kept = rows[:data.draw(st.integers(0, len(rows) - 1))]

    assert [f.what for f in findings(kept, head_of(rows))] == ["cut-tail"]


@given(DRAFTS)
def test_a_head_that_was_set_back_breaks_its_seal(drafts):
    rows = chain_of(drafts)
    walk = Walk("bench")
    for row in rows[:-1]:
        assert not list(walk.check(row))
    set_back = Head("bench", rows[-2].seq, rows[-2].hash)

    assert [f.what for f in walk.finish(set_back, head_of(rows).seal)] == ["head"]


def test_a_head_keeps_its_written_form_even_with_colons_in_the_station():
    head = Head("bench:1", 7, "a" * 64)
    assert parse_head(str(head)) == head


@pytest.fixture
def written(file, clock, draft):
    with Journal.open(str(file), "bench-1", clock) as journal:
        for n in range(30):
            journal.append(draft(f"topic number {n}", unit="U1", run="r1", slot=n))
        return journal.heads()


def verify(file, clock, anchors=()):
    with Journal.open(str(file), "auditor", clock, read_only=True) as journal:
        return journal.verify(anchors)


def behind_the_back(file, statement):
    connection = sqlite3.connect(file)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(("statement", "what", "seq"), [
    ("UPDATE event SET body = replace(body, 'number 7', 'number 8') WHERE seq = 8", "changed", 8),
    ("UPDATE event SET at = '2026-03-01T08:00:00.000001+00:00' WHERE seq = 5", "changed", 5),
    ("DELETE FROM event WHERE seq = 11", "missing", 11),
    ("DELETE FROM event WHERE seq > 25", "cut-tail", 26),
    ("DELETE FROM head", "head", 0),
    ("UPDATE head SET seq = 29", "head", 29),
    ("UPDATE event SET key = 'r1/x' WHERE seq = 3", "index", 3),
    ("UPDATE event SET number = number + 1000 WHERE seq = 4", "missing", 4),
])
def test_the_row_that_was_tampered_with_in_the_file_is_named(file, clock, written, statement, what, seq):
    behind_the_back(file, statement)
    first = verify(file, clock).findings[0]

    assert (first.what, first.seq) == (what, seq)


def test_a_chain_that_was_forged_as_a_whole_is_told_by_a_head_noted_elsewhere(file, clock, draft, tmp_path, written):
    forged = tmp_path / "forged.sqlite"
    with Journal.open(str(forged), "bench-1", clock) as journal:
        for n in range(40):
            journal.append(draft(f"forged {n}"))

    assert verify(forged, clock).sound
    assert [f.what for f in verify(forged, clock, written).findings] == ["anchor"]
    assert verify(file, clock, written).sound


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_byte_of_the_file_inside_a_row_never_passes(file, clock, tmp_path, data, draft):
    if not file.exists():
        with Journal.open(str(file), "bench-1", clock) as journal:
            journal.append(*(draft(f"topic number {n}", unit="U1", run="r1", slot=n) for n in range(30)))
    stored = bytearray(file.read_bytes())
    places = [p for n in range(30) for p in _places(stored, b'{"about":{},"topic":"topic number %d"}' % n)]
    stored[data.draw(st.sampled_from(places))] ^= 1 << data.draw(st.integers(0, 7))
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(stored)

    try:
        assert not verify(broken, clock).sound
    except JournalError as e:
        assert e.code == "journal.damaged"  # noqa: PT017 - either the database or the chain must see it


def _places(stored, text):
    start = stored.find(text)
    return range(start, start + len(text)) if start >= 0 else ()


def verdicts_while_a_bench_writes(open_auditor, write, times=15):
    """What an auditor finds, time after time and until it has seen the record grow."""
    stop = threading.Event()

    def bench():
        while not stop.is_set():
            write()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(bench)
        try:
            with open_auditor() as auditor:
                verdicts = [auditor.verify()]
                while len(verdicts) < times or verdicts[-1].rows == verdicts[0].rows:
                    verdicts.append(auditor.verify())
                return verdicts
        finally:
            stop.set()
            writing.result()


def test_a_record_that_grows_while_it_is_verified_is_sound(file, clock, draft, journal):
    journal.append(draft("first"))
    verdicts = verdicts_while_a_bench_writes(lambda: Journal.open(str(file), "auditor", clock, read_only=True),
                                             lambda: journal.append(draft("more")))

    assert [v.findings for v in verdicts if not v.sound] == []
    assert verdicts[-1].rows > verdicts[0].rows


def test_a_bit_flipped_anywhere_in_the_file_is_found_or_refused_or_changes_nothing_that_is_read(file, clock, draft, tmp_path):
    with Journal.open(str(file), "bench-1", clock) as journal:
        for n in range(6):
            journal.append(draft(Intended(f"r1/s/a/{n}", "s", "a", 1, True), "U1", "r1", 1),
                           draft(Ended(f"r1/s/a/{n}", Result.DONE), "U1", "r1", 1))
    sound, kept = read(file, clock)
    stored, flipped, unfound = file.read_bytes(), tmp_path / "flipped.sqlite", []
    for place in range(0, len(stored), 211):
        damaged = bytearray(stored)
        damaged[place] ^= 1 << place % 8
        flipped.write_bytes(damaged)
        try:
            unfound += [place] if read(flipped, clock) not in ((False, ANY), (True, kept)) else []
        except JournalError as e:
            assert e.code.startswith("journal.")  # noqa: PT017 - refusing is one of three good ends

    assert sound
    assert unfound == []


def read(file, clock):
    """Whether a record is sound, and all that can be read of it, which must be possible whatever is damaged."""
    with Journal.open(str(file), "auditor", clock, read_only=True) as journal:
        text = io.StringIO()
        journal.export(text)
        return journal.verify().sound, text.getvalue()
