"""Every cited section of the fact sheets is resolved in docs/sources.md."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CITED = re.compile(r"facts(?:: |/)(enrolment|tenant|device-io|packages) §(\d+[a-z]?(?:\.\d+)?)")
FILES = [p for folder in ("station", "ui", "resources") for p in (ROOT / folder).rglob("*") if p.suffix in (".py", ".toml")]


def resolved() -> set[tuple[str, str]]:
    """Sheet and section of every row, ranges written out."""
    found: set[tuple[str, str]] = set()
    sheet = ""
    for line in (ROOT / "docs/sources.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            sheet = line[3:]
        elif line.startswith("| §"):
            cell = line.split("|")[1]
            for first, last in re.findall(r"§(\d+\.\d+) to §(\d+\.\d+)", cell):
                chapter = first.split(".")[0]
                found |= {(sheet, f"{chapter}.{n}") for n in range(int(first.split(".")[1]), int(last.split(".")[1]) + 1)}
            found |= {(sheet, section) for section in re.findall(r"§(\d+[a-z]?(?:\.\d+)?)", cell)}
    return found


def test_every_citation_leads_to_a_public_document() -> None:
    cited = {(m[1], m[2]) for p in FILES for m in CITED.finditer(p.read_text(encoding="utf-8"))}
    assert cited
    assert not sorted(cited - resolved())


@pytest.mark.parametrize("sheet", ["enrolment", "tenant", "device-io", "packages"])
def test_every_sheet_has_its_table(sheet: str) -> None:
    assert any(s == sheet for s, _ in resolved())
