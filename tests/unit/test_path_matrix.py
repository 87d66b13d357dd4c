"""Which path is offered to whom: every path × generation × build × identity × purpose × tenant, against the documents.

The table is written from facts/enrolment §1.0 to §1.10, §2 and §6, not from the code; a path that changes changes it too.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest

from station.cli.context import Context
from station.cli.main import main
from station.cli.paths import run
from station.model.build import OsBuild
from station.model.path import IdentityKind, Purpose
from station.model.words import Generation
from station.paths.choosing import NEEDS, Ground, Offer, Situation, offers
from station.paths.registry import PATHS

ONE, TWO = Generation.HOLOLENS_1, Generation.HOLOLENS_2
ENTRA, NOBODY, MSA, LOCAL, SHARED = (IdentityKind.ENTRA, IdentityKind.NONE, IdentityKind.MSA, IdentityKind.LOCAL,
                                     IdentityKind.SHARED)
AUTOMATIC = "auto-enrolment entra-p1 windows-allowed"


@dataclass(frozen=True)
class Row:
    """For whom a path is: the oldest build that documents name ("" for none), whose account, what tenant or bench must have."""

    section: str
    generations: tuple[Generation, ...]
    since: str
    identities: tuple[IdentityKind, ...]
    needs: str = ""
    purpose: Purpose = Purpose.ENROL


DOCUMENTS: dict[str, Row] = {
    "autopilot": Row("§3.1", (TWO,), "19041.1128", (NOBODY, ENTRA), f"autopilot-profile {AUTOMATIC}"),
    "autopilot-ethernet": Row("§3.1", (TWO,), "19041.1103", (NOBODY, ENTRA), f"autopilot-profile {AUTOMATIC}"),
    "shared-entra": Row("§1.10", (TWO,), "22621.1217-insider", (SHARED, ENTRA),
                        f"autopilot-profile device-certificate-profile {AUTOMATIC}"),
    "entra-oobe": Row("§1.0 HL1 since 1803", (ONE, TWO), "17134", (ENTRA,), f"join-rights {AUTOMATIC}"),
    "device-enrollment-manager": Row("§1.9", (ONE, TWO), "17134", (ENTRA,), f"join-rights dem-account {AUTOMATIC}"),
    "settings-connect": Row("§1.4", (ONE, TWO), "", (ENTRA,), f"join-rights {AUTOMATIC}"),
    "msa-work-account": Row("§1.5", (ONE, TWO), "", (MSA,), AUTOMATIC),
    "local-mdm": Row("§1.6", (ONE, TWO), "", (LOCAL,), "windows-allowed local-user-package"),
    "package-bulk-cable": Row("§1.0 HL1 1803, §1.7", (ONE, TWO), "17134", (NOBODY, ENTRA), f"join-rights bulk-token {AUTOMATIC}"),
    "package-bulk-stick": Row("§2.5", (TWO,), "19041.1128", (NOBODY, ENTRA), f"join-rights bulk-token {AUTOMATIC}"),
    "package-bulk-later": Row("§2.6 HL1 since 1809", (ONE, TWO), "17763", (NOBODY, ENTRA), f"join-rights bulk-token {AUTOMATIC}"),
    "package-mdm": Row("§1.8", (TWO,), "19041.1103", (NOBODY,), "mdm-server"),
    "first-generation-business": Row("§6.2 1803", (ONE,), "17134", (NOBODY,), "business-licence", Purpose.PREPARE),
    "flash": Row("§4.4", (TWO,), "", (NOBODY,), "", Purpose.PREPARE),
    "flash-first-generation": Row("§4.4", (ONE,), "", (NOBODY,), "", Purpose.PREPARE),
    "reset": Row("§5.1", (ONE, TWO), "", (NOBODY,), "", Purpose.RETURN),
    "return-leave": Row("§3.9", (ONE, TWO), "", (NOBODY,), "return-rights", Purpose.RETURN),
    "return-reuse": Row("§3.9", (ONE, TWO), "", (NOBODY,), "return-rights", Purpose.RETURN),
    "unenrol": Row("§5.3", (ONE, TWO), "", (NOBODY,), "", Purpose.RETURN),
}
BUILDS = ("", "14393", "17134", "17763.380", "18362.1039", "19041", "19041.1103", "19041.1128", "20348.1501", "22621.1266",
          "22621.1303-insider")
TENANTS: tuple[dict[str, bool], ...] = (
    {}, dict.fromkeys(NEEDS, True), dict.fromkeys(NEEDS, False), *({**dict.fromkeys(NEEDS, True), need: False} for need in NEEDS))


def reached(build: str, since: str) -> bool | None:
    """Whether a build is one or newer; None where nobody told it, or where Insider numbers cannot be compared (§6.1)."""
    if not since:
        return True
    if not build:
        return None
    (have, have_rest), (want, want_rest) = (text.removesuffix("-insider").partition(".")[::2] for text in (build, since))
    if have != want:
        return int(have) > int(want)
    if build.endswith("-insider") is not since.endswith("-insider"):
        return None
    if not want_rest:
        return True
    return int(have_rest) >= int(want_rest) if have_rest else None


def expected(row: Row, situation: Situation, build: str) -> tuple[set[str], set[str]]:
    """What speaks against the path, and what is only not known."""
    generation, identity, purpose = situation.generation, situation.identity, situation.purpose
    unfit = generation is not Generation.UNKNOWN and generation not in row.generations
    verdicts: dict[str, bool | None] = {
        "generation": None if generation is Generation.UNKNOWN and len(row.generations) == 1 else not unfit,
        "build": unfit or reached(build, row.since),
        "edition": unfit or generation is not ONE or row.purpose is not Purpose.ENROL or situation.business,
        "identity": row.purpose is not Purpose.ENROL or identity is None or identity in row.identities,
        "purpose": purpose in (None, row.purpose),
        **{need: situation.met.get(need) for need in row.needs.split()}}
    return {k for k, v in verdicts.items() if v is False}, {k for k, v in verdicts.items() if v is None}


def told(offer: Offer) -> tuple[set[str], set[str]]:
    refusals, doubts = ({r.need or str(r.ground) for r in reasons} for reasons in (offer.refusals, offer.doubts))
    return refusals, doubts


KINDS: tuple[tuple[Generation, bool | None], ...] = (
    (Generation.UNKNOWN, None), (TWO, None), (ONE, None), (ONE, True), (ONE, False))


def situations() -> Iterator[tuple[Situation, str]]:
    people: tuple[tuple[IdentityKind | None, Purpose | None], ...] = tuple(product((None, *IdentityKind), (None, *Purpose)))
    for (generation, business), build, (identity, purpose), tenant in product(KINDS, BUILDS, people, TENANTS):
        yield Situation(generation, OsBuild.parse(build) if build else None, identity, purpose, tenant, business), build


def test_the_table_names_every_path() -> None:
    assert set(DOCUMENTS) == set(PATHS)


@pytest.mark.parametrize("key", DOCUMENTS)
def test_a_path_is_offered_refused_and_doubted_as_the_documents_say(key: str) -> None:
    row, seen = DOCUMENTS[key], 0
    for situation, build in situations():
        (offer,) = offers([PATHS[key]], situation)
        refusals, doubts = expected(row, situation, build)
        assert told(offer) == (refusals, doubts), situation
        assert offer.possible is not bool(refusals)
        seen += 1
    assert seen == len(KINDS) * len(BUILDS) * 6 * 4 * len(TENANTS)


def test_every_reason_says_what_would_help_and_who_can_do_it() -> None:
    for tenant in TENANTS:
        for offer in offers(PATHS.values(), Situation(ONE, OsBuild(14393), MSA, Purpose.RETURN, tenant, business=False)):
            for reason in (*offer.refusals, *offer.doubts):
                assert "{" not in reason.said(str)
                assert reason.remedy.endswith(".")
                assert reason.who
                assert bool(reason.need) is (reason.ground is Ground.NEED)


def test_possible_paths_come_first_and_keep_the_order_of_the_list() -> None:
    found = offers(PATHS.values(), Situation(TWO, OsBuild(18362, 1039)))
    flags = [offer.possible for offer in found]
    assert flags == sorted(flags, reverse=True)
    keys = list(PATHS)
    possible = [keys.index(o.path.key) for o in found if o.possible]
    assert possible == sorted(possible)


@pytest.mark.parametrize("key", DOCUMENTS)
def test_what_the_choice_refuses_the_check_of_the_run_refuses_too(key: str) -> None:
    """A path that is started in spite of all must still not touch the unit."""
    path = PATHS[key]
    conditions = {condition.key for condition in path.preconditions}
    assert "generation" in conditions
    assert ("build" in conditions) is (path.minimum is not None)
    assert ("edition" in conditions) is (path.purpose is Purpose.ENROL and ONE in path.generations)
    asked = {condition.key for condition in path.preconditions if condition.ask}
    assert asked - {"edition"} == ({"build"} if path.minimum is not None and path.minimum.revision is not None else set())


def listed(*words: str, language: str = "en", as_json: bool = True) -> str:
    import argparse

    from station.cli import paths
    parser = argparse.ArgumentParser()
    paths.add_parser(parser.add_subparsers())
    out = io.StringIO()
    assert run(parser.parse_args(["paths", *words]), Context(as_json, language, out, io.StringIO())) == 0
    return out.getvalue()


def test_the_command_line_lists_every_path_with_its_reasons() -> None:
    rows = [json.loads(line) for line in listed("--generation", "1", "--build", "17134", "--lacks", "bulk-token").splitlines()]
    by_key = {row["path"]: row for row in rows}
    assert set(by_key) == set(PATHS)
    assert not by_key["autopilot"]["possible"]
    assert [r["about"] for r in by_key["autopilot"]["refusals"]] == ["This path is for HoloLens 2 only"]
    assert [r["need"] for r in by_key["package-bulk-cable"]["refusals"]] == ["bulk-token"]
    assert by_key["entra-oobe"]["possible"]


def test_for_a_person_a_refusal_comes_with_what_would_help_and_who() -> None:
    text = listed("--generation", "2", "--build", "18362.1039", as_json=False)
    assert "Flash the unit with the latest image first. [technician]" in text
    assert "not known: " in text


def test_without_the_edition_for_business_a_first_generation_is_only_upgraded_flashed_or_returned() -> None:
    rows = [json.loads(line) for line in listed("--generation", "1", "--edition", "consumer").splitlines()]
    assert {PATHS[row["path"]].purpose for row in rows if row["possible"]} == {Purpose.PREPARE, Purpose.RETURN}
    assert any("upgrade to for Business" in r["remedy"] for row in rows for r in row["refusals"])


def test_users_with_entra_accounts_are_offered_autopilot_and_bulk_tokens_too() -> None:
    rows = [json.loads(line) for line in listed("--generation", "2", "--build", "22621.1266", "--identity", "entra",
                                                "--purpose", "enrol").splitlines()]
    assert {"autopilot", "autopilot-ethernet", "package-bulk-stick", "entra-oobe"} <= {r["path"] for r in rows if r["possible"]}


def test_a_need_that_there_is_not_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["paths", "--has", "luck"]) == 2
    assert "luck" in capsys.readouterr().err
