"""What a person reads of rules and settings has its French, as the marked texts of the code have."""

import tomllib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import resources
from station.package.lint import Severity, rules
from station.package.schema import shipped

PO = Path(resources.__file__).parent / "locale" / "fr" / "package.po"


@pytest.fixture(scope="module")
def french() -> dict[str, str]:
    with PO.open("rb") as stream:
        return {str(m.id): str(m.string) for m in read_po(stream, locale="fr") if m.id and isinstance(m.id, str)}


def test_every_rule_has_its_french(french: dict[str, str]) -> None:
    lacking = [t for r in rules().values() for t in (r.title, r.why, r.fix) if not french.get(t)]
    assert lacking == []


def test_every_setting_has_its_french(french: dict[str, str]) -> None:
    lacking = [t for s in shipped() for t in (s.title, s.help) if t and not french.get(t)]
    assert lacking == []


def test_the_catalogues_hold_what_the_code_reads() -> None:
    for table in tomllib.loads(resources.text("schemas/package-lint.toml"))["rule"]:
        assert set(table) == {"id", "severity", "title", "why", "fix", "source"}
        assert table["severity"] in set(Severity)
