"""The house rules that no linter knows. Each says why; an exception stands in ALLOWED with its reason."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FUNCTION_LINES = 60
FILE_LINES = 400
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "misc", "common"}

# (rule, path): reason. A reason that no longer applies fails the test below, so the list cannot outlive its causes.
ALLOWED: dict[tuple[str, str], str] = {
}


@dataclass(frozen=True, slots=True)
class Rule:
    """`find` yields `line: what` for every breach in one file; `rooms` are the folders that the rule reigns over."""

    name: str
    why: str
    rooms: tuple[str, ...]
    find: Callable[[str, ast.Module], Iterator[str]]


def _calls(*names: str) -> Callable[[str, ast.Module], Iterator[str]]:
    """Calls of these dotted names; a name that begins with a dot means a method of anything."""
    def find(_: str, tree: ast.Module) -> Iterator[str]:
        for node in ast.walk(tree):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if any(called.endswith(n) if n.startswith(".") else called == n for n in names):
                yield f"{node.lineno}: {called}()"
    return find


def _swallowed(_: str, tree: ast.Module) -> Iterator[str]:
    broad = {"Exception", "BaseException", ""}
    for node in ast.walk(tree):
        if (isinstance(node, ast.ExceptHandler) and (ast.unparse(node.type) if node.type else "") in broad
                and all(isinstance(s, ast.Pass | ast.Continue) for s in node.body)):
            yield f"{node.lineno}: swallows every exception"


def _long_functions(_: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{node.lineno}: {node.name} has {lines} lines"


def _long_file(source: str, _: ast.Module) -> Iterator[str]:
    lines = source.count("\n")
    if lines > FILE_LINES:
        yield f"{lines} lines"


def _matches(pattern: str) -> Callable[[str, ast.Module], Iterator[str]]:
    def find(source: str, _: ast.Module) -> Iterator[str]:
        for number, line in enumerate(source.splitlines(), 1):
            if found := re.search(pattern, line):
                yield f"{number}: {found.group()!r}"
    return find


PRODUCT = ("station", "ui", "resources", "packaging")
RULES = (
    Rule("no processEvents", "it runs other slots in the middle of this one; use a coroutine", ("ui",), _calls(".processEvents")),
    Rule("no exec() of dialogs", "a nested event loop kills qasync's loop; open() and a future", ("ui",),
         _calls(".exec", ".exec_")),
    Rule("no sleep in the window", "it freezes the board; await asyncio.sleep or a timer", ("ui",),
         _calls("time.sleep", "sleep")),
    Rule("no sleep polling in the station", "a wait takes a deadline and a cancel token (station.model.timing)", ("station",),
         _calls("time.sleep", "sleep")),
    Rule("nothing is swallowed", "what nobody sees nobody mends; catch the narrow error or let it rise", PRODUCT, _swallowed),
    Rule("a function fits a screen", f"{FUNCTION_LINES} lines; one thing each", PRODUCT, _long_functions),
    Rule("a file has one subject", f"{FILE_LINES} lines", PRODUCT, _long_file),
    Rule("no emoji", "a minimal Debian draws them as empty boxes", PRODUCT, _matches("[\U0001F000-\U0001FAFF\uFE0F]")),
    Rule("nothing is left for later", "an issue outlives a comment", PRODUCT, _matches(r"\b(TODO|FIXME|XXX)\b")),
    Rule("no certificate is trusted blindly", "pin it or name its authority", PRODUCT, _matches(r"verify\s*=\s*False")),
)


def _sources(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))


@cache
def _read(path: Path) -> tuple[str, ast.Module]:
    source = path.read_text(encoding="utf-8")
    return source, ast.parse(source)


@cache
def _breaches(rule: Rule) -> dict[str, list[str]]:
    found = {}
    for path in _sources(*rule.rooms):
        if lines := list(rule.find(*_read(path))):
            found[path.relative_to(ROOT).as_posix()] = lines
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_product_keeps_the_rule(rule: Rule) -> None:
    breaches = {path: lines for path, lines in _breaches(rule).items() if (rule.name, path) not in ALLOWED}
    assert not breaches, f"{rule.why}\n" + "\n".join(f"{path}:{line}" for path, lines in breaches.items() for line in lines)


def test_every_exception_to_a_rule_is_still_needed() -> None:
    needed = {(rule.name, path) for rule in RULES for path in _breaches(rule)}
    assert set(ALLOWED) <= needed


@pytest.mark.parametrize(("source", "rule"), [
    ("app.processEvents()", "no processEvents"), ("dialog.exec()", "no exec() of dialogs"),
    ("import time\ntime.sleep(1)", "no sleep in the window"), ("try:\n  f()\nexcept Exception:\n  pass", "nothing is swallowed"),
    ("try:\n  f()\nexcept:\n  pass", "nothing is swallowed"), ("def f():\n" + "  x = 1\n" * 60, "a function fits a screen"),
    ("x = 1\n" * 401, "a file has one subject"), ("x = '\U0001F600'", "no emoji"), ("# TODO later", "nothing is left for later"),
], ids=lambda value: value[:24])
def test_a_breach_is_found(source: str, rule: str) -> None:
    chosen = next(r for r in RULES if r.name == rule)
    assert list(chosen.find(source, ast.parse(source)))


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [p for p in _sources("station", "ui", "resources", "packaging") if p.stem in VAGUE_NAMES]


@pytest.mark.parametrize("room", sorted({str(p.parent.relative_to(ROOT)) for p in _sources("station", "ui", "resources")}))
def test_every_room_says_what_lives_there(room: str) -> None:
    inside = ROOT / room / "__init__.py"
    assert inside.is_file(), "a folder of Python without __init__.py"
    assert ast.get_docstring(ast.parse(inside.read_text(encoding="utf-8")))


def test_packaging_stays_without_init() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
