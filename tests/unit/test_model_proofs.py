"""Proofs answer True, False or not known; and not known is never an answer of the other two kinds."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from station.model.build import OsBuild
from station.model.facts import Fact, Facts
from station.model.proofs import AtLeast, Attested, BuildAtLeast, Either, Every, Is, Not, OneOf, Proof, Same, Seen, Vouched
from station.model.words import Link

AT = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = ("a", "b", "c")

leaves = st.one_of(
    st.builds(Is, st.sampled_from(KEYS), st.booleans(), st.booleans()),
    st.builds(OneOf, st.sampled_from(KEYS), st.just((True, 1)), st.booleans()),
    st.builds(Seen, st.sampled_from(KEYS), st.booleans()),
    st.builds(AtLeast, st.sampled_from(KEYS), st.integers(0, 5)),
    st.builds(Attested, st.sampled_from(KEYS)),
    st.builds(Same, st.sampled_from(KEYS), st.sampled_from(KEYS)),
)
proofs = st.recursive(leaves, lambda inner: st.one_of(
    st.builds(Not, inner),
    st.builds(Vouched, inner, st.builds(Attested, st.sampled_from(KEYS))),
    st.lists(inner, min_size=1, max_size=3).map(lambda ps: Every(*ps)),
    st.lists(inner, min_size=1, max_size=3).map(lambda ps: Either(*ps))), max_leaves=8)
known = st.lists(st.tuples(st.sampled_from((*KEYS, "attested.a")), st.one_of(st.booleans(), st.integers(0, 5)),
                           st.sampled_from((Link.MTP, Link.PERSON)), st.integers(1, 20)), max_size=8)


def facts_of(rows: list[tuple[str, bool | int, Link, int]]) -> Facts:
    facts = Facts()
    for key, value, source, seq in rows:
        facts = facts.learnt([Fact(key, value, source, AT)], seq)
    return facts


@given(proofs)
def test_nothing_known_proves_nothing(proof: Proof) -> None:
    assert proof.judge(Facts(), 0) is None


@given(proofs, known, st.integers(0, 20))
def test_a_proof_and_its_opposite_never_agree(proof: Proof, rows: list[tuple[str, bool | int, Link, int]], since: int) -> None:
    verdict, opposite = proof.judge(facts_of(rows), since), Not(proof).judge(facts_of(rows), since)
    assert (verdict is None) == (opposite is None)
    assert verdict is None or verdict is not opposite


@given(proofs, known, st.integers(0, 20))
def test_a_proof_looks_only_at_the_keys_that_it_names(proof: Proof, rows: list[tuple[str, bool | int, Link, int]],
                                                      since: int) -> None:
    facts = facts_of(rows)
    assert proof.judge(facts, since) == proof.judge(facts.without(frozenset(facts) - set(proof.keys())), since)


def test_only_a_person_attests_and_only_at_this_step() -> None:
    said = Fact("attested.seen", True, Link.PERSON, AT)
    assert Attested("seen").judge(Facts().learnt([said], 5), since=4) is True
    assert Attested("seen").judge(Facts().learnt([said], 5), since=5) is None
    forged = Fact("attested.seen", True, Link.MTP, AT)
    assert Attested("seen").judge(Facts().learnt([forged], 5), since=4) is None


def test_a_persons_word_counts_only_where_a_link_knows_nothing() -> None:
    new_enough = Vouched(BuildAtLeast(OsBuild(19041, 1128)), Attested("build-checked"))
    word = Fact("attested.build-checked", True, Link.PERSON, AT)

    def verdict(build: str, *facts: Fact) -> bool | None:
        known = Facts().learnt([Fact("unit.build", build, Link.MTP, AT)], 1)
        for fact in facts:
            known = known.learnt([fact], 2)
        return new_enough.judge(known, 0)

    assert verdict("19041") is None, "the cable tells only the major number"
    assert verdict("19041", word) is True
    assert verdict("18362", word) is False, "no word makes an old build new"
    assert verdict("20348") is True


def test_an_older_event_never_replaces_a_newer_fact() -> None:
    facts = Facts().learnt([Fact("a", 2, Link.MTP, AT)], 9).learnt([Fact("a", 1, Link.MTP, AT)], 3)
    assert facts.value("a") == 2
