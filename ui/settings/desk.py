"""The configuration file as the window changes it. Blocks, and is called in a thread; no Qt."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from station.bench import configuration_edit
from station.bench.configuration import JOURNAL_FILE, Config, config_file, defaults
from station.journal import Journal
from station.model.blueprint import Blueprint
from station.model.timing import WallClock


class ConfigurationDesk:
    """`config` is what the file says; a station that runs takes over its blueprints at once, the rest at the next start."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.file: Path = config.file or config_file()

    @property
    def written(self) -> tuple[Blueprint, ...]:
        """The blueprints that stand in the file; a station without any offers a plain one for each path."""
        return tuple(self.config.blueprints.values()) if self.config.own_blueprints else ()

    def keep_blueprints(self, blueprints: Iterable[Blueprint]) -> Config:
        """Make these the blueprints of the file. Raises as `configuration_edit.change`."""
        return self._change(configuration_edit.blueprints(blueprints))

    @property
    def usual(self) -> Config:
        """What holds where the file names neither station nor record."""
        usual = defaults()
        return replace(usual, data=self.config.data, journal=str(self.config.data / JOURNAL_FILE))

    def keep_record(self, name: str, journal: str) -> Config:
        """Write under this name to this record from the next start on; both may be empty. The record is opened once, and made
        where there is none. Raises as `Journal.open` and `configuration_edit.change`."""
        usual = self.usual
        Journal.open(journal or usual.journal, name or usual.station, WallClock()).close()
        return self._change(configuration_edit.section("station", {
            "name": "" if name == usual.station else name, "journal": "" if journal == usual.journal else journal}))

    def keep_tenant(self, values: Mapping[str, Any]) -> Config:
        """Set values of the tenant section; others stay. Raises as `configuration_edit.change`."""
        return self._change(configuration_edit.section("tenant", values))

    def _change(self, edit: configuration_edit.Change) -> Config:
        self.config = configuration_edit.change(self.file, edit)
        return self.config
