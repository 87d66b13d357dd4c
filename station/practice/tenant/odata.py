"""The part of OData 4.01 that the calls use: `$filter`, `$orderby`, `$select`, `$top`, paging.

A filter is parsed into a predicate over a row. What the grammar here does not know is refused as the service refuses it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]
Value = Callable[[Row], Any]

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
                    r"|(?P<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))|(?P<number>-?\d+(?:\.\d+)?)"
                    r"|(?P<name>[A-Za-z_@][\w@.]*(?:/[A-Za-z_][\w.]*)*)|(?P<mark>[(),:]))")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b), "ne": lambda a, b: bool(a != b), "gt": lambda a, b: bool(a > b),
    "ge": lambda a, b: bool(a >= b), "lt": lambda a, b: bool(a < b), "le": lambda a, b: bool(a <= b)}
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda a, b: b in a, "startswith": lambda a, b: a.startswith(b), "endswith": lambda a, b: a.endswith(b)}
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}


class BadFilter(Exception):
    """A filter that the service does not take."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter: the predicate, the property names it uses, the operators and functions in it, its text literals."""

    test: Callable[[Row], bool]
    properties: frozenset[str]
    operators: frozenset[str]
    literals: tuple[str, ...]


class _Parser:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._variable: str | None = None
        self.properties: set[str] = set()
        self.operators: set[str] = set()
        self.literals: list[str] = []

    def parse(self) -> Callable[[Row], bool]:
        found = self._either()
        if self._at != len(self._tokens):
            raise BadFilter(f"Syntax error at position {self._at}")
        return found

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _expect(self, mark: str) -> None:
        if self._next()[1] != mark:
            raise BadFilter(f"Syntax error: '{mark}' expected")

    def _either(self) -> Callable[[Row], bool]:
        found = self._both()
        while self._peek() == ("name", "or"):
            self._next()
            self.operators.add("or")
            left, right = found, self._both()
            found = _either(left, right)
        return found

    def _both(self) -> Callable[[Row], bool]:
        found = self._one()
        while self._peek() == ("name", "and"):
            self._next()
            left, right = found, self._one()
            found = _both(left, right)
        return found

    def _one(self) -> Callable[[Row], bool]:
        kind, text = self._peek()
        if (kind, text) == ("name", "not"):
            self._next()
            self.operators.add("not")
            inner = self._one()
            return lambda row: not inner(row)
        if text == "(":
            self._next()
            inner = self._either()
            self._expect(")")
            return inner
        if kind == "name" and text.lower() in _FUNCTIONS:
            return self._function(self._next()[1].lower())
        if kind == "name" and text.endswith("/any"):
            return self._any(self._next()[1].removesuffix("/any"))
        return self._comparison()

    def _function(self, name: str) -> Callable[[Row], bool]:
        self.operators.add(name)
        self._expect("(")
        left = self._value()
        self._expect(",")
        right = self._value()
        self._expect(")")
        call = _FUNCTIONS[name]
        return lambda row: call(str(left(row) or "").casefold(), str(right(row) or "").casefold())

    def _any(self, collection: str) -> Callable[[Row], bool]:
        self.operators.add("any")
        self.properties.add(collection)
        self._expect("(")
        outer, self._variable = self._variable, self._next()[1]
        self._expect(":")
        inner = self._either()
        self._expect(")")
        name, self._variable = self._variable, outer
        return lambda row: any(inner({name: item}) for item in row.get(collection) or ())

    def _comparison(self) -> Callable[[Row], bool]:
        left = self._value()
        kind, operator = self._next()
        if kind != "name" or operator not in _COMPARE:
            raise BadFilter("Syntax error: a comparison is expected")
        self.operators.add(operator)
        right = self._value()
        compare = _COMPARE[operator]

        def test(row: Row) -> bool:
            a, b = left(row), right(row)
            if operator in ("eq", "ne"):
                return compare(_plain(a), _plain(b))
            return a is not None and b is not None and compare(_plain(a), _plain(b))
        return test

    def _value(self) -> Value:
        kind, text = self._next()
        match kind:
            case "text":
                literal = text[1:-1].replace("''", "'")
                self.literals.append(literal)
                return lambda _row: literal
            case "guid" | "time":
                return lambda _row: text
            case "number":
                number = float(text)
                return lambda _row: number
            case "name" if text in _CONSTANTS:
                return lambda _row: _CONSTANTS[text]
            case "name":
                return self._property(text)
        raise BadFilter("Syntax error: a value is expected")

    def _property(self, path: str) -> Value:
        steps = path.split("/")
        if steps[0] != self._variable:
            self.properties.add(steps[0])

        def value(row: Row) -> Any:
            found: Any = row
            for step in steps:
                found = found.get(step) if isinstance(found, Mapping) else None
            return found
        return value


def parse_filter(text: str) -> Filter:
    """Parse a `$filter`. Raises BadFilter."""
    parser = _Parser(text)
    test = parser.parse()
    return Filter(test, frozenset(parser.properties), frozenset(parser.operators), tuple(parser.literals))


def order(rows: list[dict[str, Any]], orderby: str) -> list[dict[str, Any]]:
    """Rows in the order that `$orderby` asks for, the first key counting most."""
    for part in reversed(orderby.split(",")):
        name, _, direction = part.strip().partition(" ")
        rows = sorted(rows, key=lambda r: (r.get(name) is not None, _plain(r.get(name)) or ""), reverse=direction == "desc")
    return rows


def names(option: str) -> list[str]:
    """The names in a `$select` or `$expand`, options in brackets left out."""
    return [n.strip() for n in re.sub(r"\([^)]*\)", "", option).split(",") if n.strip()]


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or match.end() == at:
            raise BadFilter(f"Syntax error at position {at}")
        kind = match.lastgroup or ""
        found.append((kind, match[kind]))
        at = match.end()
    return found


def _plain(value: Any) -> Any:
    """Text compares without case; times as times; numbers as numbers."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return float(value)
    text = str(value)
    if len(text) >= 20 and text[4] == "-" and text[10] == "T":
        try:
            return datetime.fromisoformat(text).timestamp() if not text.startswith("0001") else float("-inf")
        except ValueError:
            return text.casefold()
    return text.casefold()


def _either(left: Callable[[Row], bool], right: Callable[[Row], bool]) -> Callable[[Row], bool]:
    return lambda row: left(row) or right(row)


def _both(left: Callable[[Row], bool], right: Callable[[Row], bool]) -> Callable[[Row], bool]:
    return lambda row: left(row) and right(row)
