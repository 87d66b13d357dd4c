"""The configuration file as the window changes it. Blocks, and is called in a thread; no Qt."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from station.bench import configuration_edit
from station.bench.configuration import Config, config_file
from station.model.blueprint import Blueprint


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

    def keep_tenant(self, values: Mapping[str, Any]) -> Config:
        """Set values of the tenant section; others stay. Raises as `configuration_edit.change`."""
        return self._change(configuration_edit.section("tenant", values))

    def _change(self, edit: configuration_edit.Change) -> Config:
        self.config = configuration_edit.change(self.file, edit)
        return self.config
