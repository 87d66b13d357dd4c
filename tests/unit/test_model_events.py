"""Events: what the journal stores reads back as it was."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.model import events
from station.model.errors import JournalError
from station.model.events import Body, Result, decode, encode
from station.model.facts import Fact
from station.model.words import Link

texts = st.text(max_size=20)
times = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
facts = st.lists(st.builds(Fact, texts, st.one_of(texts, st.integers(), st.booleans()), st.sampled_from(Link), times),
                 max_size=3).map(tuple)
tables = st.dictionaries(texts, texts, max_size=3)

bodies: st.SearchStrategy[Body] = st.one_of(
    st.builds(events.Plugged, texts, texts, st.integers(0, 65535), st.integers(0, 65535), texts, texts),
    st.builds(events.Unplugged, texts),
    st.builds(events.Observed, facts),
    st.builds(events.RunStarted, texts, texts, texts, facts, tables),
    st.builds(events.Intended, texts, texts, texts, st.integers(1, 9), st.booleans(), tables),
    st.builds(events.Ended, texts, st.sampled_from(Result), texts, texts, facts),
    st.builds(events.Faulted, texts, texts), st.builds(events.Retried, texts), st.builds(events.RunCancelled, texts),
    st.builds(events.RunSkipped, texts, texts), st.builds(events.Noted, texts, tables))


@given(bodies)
def test_a_body_reads_back_as_it_was_stored(body: Body) -> None:
    assert decode(body.kind, encode(body)) == body


def test_every_kind_of_body_has_a_name_of_its_own() -> None:
    public = [c for c in vars(events).values() if isinstance(c, type) and issubclass(c, Body) and c is not Body]
    assert sorted(c.kind for c in public) == sorted(events.KINDS)
    assert all(events.KINDS[c.kind] is c for c in public)


def test_a_kind_of_a_newer_version_is_refused_by_name() -> None:
    with pytest.raises(JournalError, match="teleported"):
        decode("teleported", {})


def test_a_field_of_a_newer_version_is_refused() -> None:
    with pytest.raises(JournalError):
        decode("retried", {"operator": "x", "mood": "good"})
