"""Changes to the configuration file that a person makes in the window: everything else of the file, comments too, stays as it is.

A change is checked as a whole before a byte is written, and the file is replaced at once or not at all.
"""

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.items import AoT, Table

from station.bench.configuration import Config, checked, load
from station.model.blueprint import Blueprint
from station.model.errors import ConfigurationError

Change = Callable[[TOMLDocument], None]


def change(file: Path, edit: Change) -> Config:
    """Apply an edit to the file (which need not be there yet) and return what it says now.

    Raises ConfigurationError: `configuration.unreadable` where the file is no TOML, `configuration.invalid` where the station
    would refuse what the change makes of it, `configuration.unwritable`.
    """
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        document = tomlkit.parse(text)
    except (OSError, UnicodeDecodeError, tomlkit.exceptions.TOMLKitError) as error:
        raise ConfigurationError("configuration.unreadable", f"{file}: {error}") from error
    edit(document)
    text = tomlkit.dumps(document)
    checked(tomllib.loads(text), file)
    _replace(file, text)
    return load(file)


def section(name: str, values: Mapping[str, Any]) -> Change:
    """Set the values of a section; a value that is empty is left out of the file, so that the default holds."""
    def edit(document: TOMLDocument) -> None:
        table = document.setdefault(name, tomlkit.table())
        for key, value in values.items():
            if value in ("", None, False, [], {}):
                table.pop(key, None)
            else:
                table[key] = value
        if not table:
            document.remove(name)
    return edit


def blueprints(wanted: Iterable[Blueprint]) -> Change:
    """Make these the blueprints of the file, in this order; those that were there keep their comments."""
    def edit(document: TOMLDocument) -> None:
        before = document.get("blueprint")
        kept = {str(table.get("key")): table for table in before} if isinstance(before, AoT) else {}
        made = tomlkit.aot()
        for blueprint in wanted:
            made.append(_table(blueprint, kept.get(blueprint.key)))
        document.pop("blueprint", None)
        if made:
            document.append("blueprint", made)
    return edit


def _table(blueprint: Blueprint, before: Table | None) -> Table:
    table = before if before is not None else tomlkit.table()
    values: dict[str, Any] = {
        "key": blueprint.key, "title": blueprint.title, "path": blueprint.path, "group_tag": blueprint.group_tag,
        "package": blueprint.package, "options": dict(blueprint.options)}
    for key, value in values.items():
        if not value:
            table.pop(key, None)
        elif table.get(key) != value:
            table[key] = value
    return table


def _replace(file: Path, text: str) -> None:
    partial = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8", newline="\n")
        os.replace(partial, file)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise ConfigurationError("configuration.unwritable", f"{file}: {error.strerror}") from error
