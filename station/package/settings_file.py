"""Package settings on disk: TOML, validated by pydantic here and nowhere further in.

A settings file names its secrets; a value that cannot be the name of one is refused, and no message repeats what was given,
since
it might be a secret typed into the wrong place.
"""

import dataclasses
import datetime
import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from station.model.errors import NotFound, UsageError
from station.package.settings import PackageSettings

_SECRET_NAME = re.compile(r"^[\w.@-]+(/[\w .@+-]+)+\Z")
SECRET_FIELDS = frozenset({"key", "password", "token", "secret", "product_key"})


def load(path: Path) -> PackageSettings:
    """Read a settings file. Raises NotFound `package.no-settings`, UsageError `package.bad-settings`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as e:
        raise NotFound("package.no-settings", path.name) from e
    except (OSError, UnicodeDecodeError) as e:
        raise UsageError("package.bad-settings", f"{path.name} cannot be read as UTF-8 text") from e
    return parse(text)


def parse(text: str) -> PackageSettings:
    """Settings from TOML text. Raises UsageError `package.bad-settings`."""
    from pydantic import TypeAdapter, ValidationError

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise UsageError("package.bad-settings", f"not TOML: {str(e)[:80]}") from e
    _refuse_unknown(tables, PackageSettings, "")
    try:
        settings = TypeAdapter(PackageSettings).validate_python(tables)
    except ValidationError as e:
        first = e.errors(include_input=False, include_url=False, include_context=False)[0]
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
        raise UsageError("package.bad-settings", f"{where}: {first['msg']}") from None
    for where, name in secret_names(settings):
        if not is_secret_name(name):
            raise UsageError("package.clear-secret", where)
    return settings


def _refuse_unknown(table: Any, kind: Any, where: str) -> None:
    """A misspelt field must not be a setting that silently is not there. pydantic ignores what a plain dataclass does not
    know.
    """
    inner = next((a for a in (kind, *get_args(kind)) if dataclasses.is_dataclass(a)), None)
    several = get_origin(kind) is tuple
    if inner is not None and where and isinstance(table, list if not several else dict):
        written = f"[[{where}]], since there can be several" if several else f"[{where}], since there is only one"
        raise UsageError("package.bad-settings", f"write {written}")
    if isinstance(table, list):
        for number, item in enumerate(table):
            _refuse_unknown(item, inner, f"{where}[{number}]")
    elif isinstance(table, dict) and inner is not None:
        hints = get_type_hints(inner)
        for name, value in table.items():
            here = f"{where}.{name}".lstrip(".")
            if name not in hints:
                near = difflib.get_close_matches(name, hints, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise UsageError("package.bad-settings", f"{here}: there is no such setting{hint}")
            _refuse_unknown(value, hints[name], here)


def is_secret_name(text: str) -> bool:
    """Whether a text can be the name of a secret: `kind/name`."""
    return len(text) <= 200 and bool(_SECRET_NAME.match(text))


def secret_names(settings: PackageSettings) -> list[tuple[str, str]]:
    """(field, name) of every secret that the settings ask for."""
    found: list[tuple[str, str]] = []
    _walk(settings, "", found)
    return found


def _walk(value: Any, where: str, found: list[tuple[str, str]]) -> None:
    if isinstance(value, tuple):
        for number, item in enumerate(value):
            _walk(item, f"{where}[{number}]", found)
    elif dataclasses.is_dataclass(value):
        for f in dataclasses.fields(value):
            inner = getattr(value, f.name)
            here = f"{where}.{f.name}".lstrip(".")
            if f.name in SECRET_FIELDS and isinstance(inner, str):
                if inner:
                    found.append((here, inner))
            else:
                _walk(inner, here, found)


def dump(settings: PackageSettings) -> str:
    """The TOML text of settings; `parse` reads it back to equal settings. Values that equal the default are left out."""
    lines: list[str] = []
    for f in dataclasses.fields(settings):
        value = getattr(settings, f.name)
        if isinstance(value, tuple):
            for item in value:
                lines += [f"[[{f.name}]]", *_fields(item), ""]
        elif dataclasses.is_dataclass(value):
            rows = _fields(value)
            if rows or f.name == "package" or f.default is None:
                lines += [f"[{f.name}]", *rows, ""]
        elif value is not None:
            lines[:0] = [f"{f.name} = {_literal(value)}", ""]
    return "\n".join(lines)


def save(settings: PackageSettings, path: Path) -> None:
    """Write a settings file, whole or not at all. Raises UsageError `package.cannot-write`."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(dump(settings), encoding="utf-8")
        partial.replace(path)
    except OSError as e:
        raise UsageError("package.cannot-write", path.name) from e


def _fields(value: Any) -> list[str]:
    rows = []
    for f in dataclasses.fields(value):
        inner = getattr(value, f.name)
        required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if inner is not None and (required or inner != f.default):
            rows.append(f"{f.name} = {_literal(inner)}")
    return rows


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    return '"' + "".join(_escaped(c) for c in str(value)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if ord(char) >= 32 and ord(char) != 127 else f"\\u{ord(char):04x}"
