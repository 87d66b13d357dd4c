"""Builds: reading them, and the order that documents allow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.model.build import OsBuild, Series
from station.model.errors import DataError

builds = st.builds(OsBuild, st.integers(10000, 29999), st.one_of(st.none(), st.integers(1, 9999)), st.sampled_from(Series))


@given(builds)
def test_a_build_reads_back_from_its_own_text(build: OsBuild) -> None:
    assert OsBuild.parse(str(build)) == build


def test_firmware_of_mtp_tells_the_major_build_only() -> None:
    assert OsBuild.parse("10.0.19041.0") == OsBuild(19041)


@pytest.mark.parametrize("text", ["", "19041.", "10.0", "nineteen", "19041.1128.1", "x19041"])
def test_text_that_is_no_build_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        OsBuild.parse(text)


def test_retail_and_insider_of_one_major_build_are_not_comparable() -> None:
    retail, insider = OsBuild(22621, 1244), OsBuild(22621, 1303, Series.INSIDER)
    assert insider.at_least(retail) is None
    with pytest.raises(TypeError):
        _ = retail < insider


def test_a_build_without_revision_is_not_known_to_reach_a_revision() -> None:
    assert OsBuild(19041).at_least(OsBuild(19041, 1128)) is None
    assert OsBuild(20348).at_least(OsBuild(19041, 1128)) is True
    assert OsBuild(18362).at_least(OsBuild(19041, 1128)) is False


@given(builds, builds)
def test_of_two_comparable_builds_exactly_one_relation_holds(one: OsBuild, other: OsBuild) -> None:
    if one.comparable(other):
        assert (one < other) + (other < one) + (one == other) == 1
