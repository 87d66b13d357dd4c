"""The rules of a card over every card of every path, in both languages; and the catalogue of faults as a whole."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path as FilePath

import pytest
import strings

import resources
from station.model import fault_search
from station.model.faults import Fault, catalogue
from station.model.path import Path, Step
from station.paths.registry import PATHS

ROOT = FilePath(__file__).resolve().parents[2]
MOST_WORDS = 40
LANGUAGES = ("en", "fr")
STEPS = [pytest.param(path, step, id=f"{path.key}-{step.key}") for path in PATHS.values() for step in path.steps]
THE_SAME = re.compile(r"^(Code )?(0x)?[0-9A-F]+$|^HoloLens 2$|^Autopilot$", re.IGNORECASE)
"""What is the same in every language: codes and names."""


@cache
def french() -> dict[str, str]:
    return {entry.id: str(entry.string) for entry in strings.merge("fr") if isinstance(entry.id, str) and entry.id}


def said(text: str, language: str) -> str:
    return text if language == "en" else french()[text]


def words(text: str) -> int:
    """Words as a person counts them: typographic signs that stand alone are none."""
    return sum(any(c.isalnum() for c in word) for word in text.split())


def texts(path: Path) -> Iterator[str]:
    """Every text of a path that a person can be shown."""
    yield from (path.title, path.summary, path.owner, path.verify, path.undo)
    yield from (condition.about for condition in path.preconditions)
    for step in path.steps:
        yield from (step.verb, step.instruction)
        yield from filter(None, (step.no_timer, step.timer.meaning if step.timer else ""))
        yield from (text for one in step.otherwise for text in (one.sees, one.then))
        if step.attestation:
            yield step.attestation.button


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_every_text_of_a_path_has_a_french_of_its_own(path: Path) -> None:
    for text in texts(path):
        assert text.strip()
        assert french()[text].strip(), text
        assert THE_SAME.match(text) or french()[text] != text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "step"), STEPS)
def test_a_card_is_read_at_a_glance(path: Path, step: Step, language: str) -> None:
    assert words(said(step.instruction, language)) <= MOST_WORDS
    assert words(said(step.verb, language)) <= 12
    assert not said(step.verb, language).endswith((".", "!"))
    assert "  " not in said(step.instruction, language)
    for one in step.otherwise:
        assert words(said(one.then, language)) <= MOST_WORDS
    if step.attestation:
        assert words(said(step.attestation.button, language)) <= 6


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "step"), STEPS)
def test_a_card_asks_one_thing_with_one_verb(path: Path, step: Step, language: str) -> None:
    verb = said(step.verb, language)
    assert verb[0].isupper()
    assert not re.search(r"\b(or|ou)\b", re.sub(r"“[^”]*”|«[^»]*»", "", verb)), "a choice is a decision of its own"
    assert "?" not in re.sub(r"“[^”]*”|«[^»]*»", "", verb)


@pytest.mark.parametrize(("path", "step"), STEPS)
def test_a_card_has_a_drawing_a_budget_and_a_timer_or_a_reason_why_not(path: Path, step: Step) -> None:
    assert f"gestures/{step.picture}.svg" in resources.names("gestures", ".svg")
    assert step.budget > 0
    assert (step.timer is None) is bool(step.no_timer)
    if step.timer is not None:
        assert 0 < step.timer.seconds <= step.budget
        assert re.match(r"facts: (enrolment|tenant|device-io) §", step.timer.source)


@pytest.mark.parametrize(("path", "step"), STEPS)
def test_a_card_for_a_person_says_what_else_may_be_seen_or_simply_waits(path: Path, step: Step) -> None:
    sees = [one.sees for one in step.otherwise]
    assert len(sees) == len(set(sees)) <= 9


# The catalogue.

FAULTS = [pytest.param(fault, id=fault.code) for fault in catalogue().values()]


def test_the_catalogue_is_as_big_as_promised_and_names_nothing_twice() -> None:
    codes = Counter(table["code"] for name in resources.names("faults", ".toml")
                    for table in tomllib.loads(resources.text(name)).get("fault", []))
    assert len(codes) >= 60
    assert not [code for code, times in codes.items() if times > 1]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_says_what_why_what_to_do_who_and_where_that_stands(fault: Fault) -> None:
    assert all((fault.title, fault.cause, fault.cure, fault.who, fault.source))
    assert all(french()[text].strip() for text in (fault.title, fault.cause, fault.cure))
    assert not fault.title.endswith(".")
    assert fault.cure.endswith((".", "”", "!"))


@pytest.mark.parametrize("fault", [p for p in FAULTS if p.values[0].codes or p.values[0].names])  # type: ignore[union-attr]
def test_a_fault_is_found_by_every_code_and_name_of_it(fault: Fault) -> None:
    for said_by_a_device in (*fault.codes, *fault.names, fault.code):
        assert fault in fault_search.find(said_by_a_device)[:3]
        assert fault.recognises(said_by_a_device.upper())


@cache
def named_in_code() -> frozenset[str]:
    found = set()
    for room in ("station", "ui"):
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return frozenset(found)


CODE = re.compile(r"^[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*$")


def test_every_code_that_an_error_is_raised_with_is_in_the_catalogue() -> None:
    areas = {code.partition(".")[0] for code in catalogue()}
    raised = {call.args[0].value for room in ("station", "ui") for file in (ROOT / room).rglob("*.py")
              for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Raise)
              for call in (node.exc,) if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant)
              and isinstance(call.args[0].value, str) and CODE.match(call.args[0].value)
              and call.args[0].value.partition(".")[0] in areas}
    assert len(raised) > 100
    assert not sorted(raised - set(catalogue()))


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_is_in_the_catalogue_for_nothing(fault: Fault) -> None:
    """Code raises or names it, or a person finds it by what a device or service says."""
    assert fault.code in named_in_code() or fault.codes or fault.names or fault.texts
