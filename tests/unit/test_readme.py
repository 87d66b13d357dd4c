"""What the documents show exists: the example configuration is accepted, pictures and pages are there, commands are known."""

import re
from pathlib import Path

import pytest

from station.bench.configuration import load
from station.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md"))))


def _text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def test_the_example_configuration_is_accepted(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", _text("README.md"), re.DOTALL)
    assert example
    file = tmp_path / "holobench.toml"
    file.write_text(example[1], encoding="utf-8")
    assert load(file).tenant_settings().tenant == "contoso.onmicrosoft.com"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_inside_the_project_leads_somewhere(page: str) -> None:
    targets = [t for t in re.findall(r"\]\(([^)#\s]+)", _text(page)) if not re.match(r"https?:", t)]
    assert not [target for target in targets if not (ROOT / page).parent.joinpath(target).exists()]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_holobench_that_is_shown_is_known(page: str) -> None:
    shown = re.findall(r"^    holobench (\w+)|`holobench (\w+)", _text(page), re.MULTILINE)
    assert {first or second for first, second in shown} <= set(COMMANDS)
