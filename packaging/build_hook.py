"""Hook of the wheel build (hatchling): the compiled translations are made from the PO files and go into the wheel."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTranslations(BuildHookInterface[Any]):
    """Compiles before hatchling looks for files."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before each build. Raises strings.Mistakes where a catalogue contradicts itself."""
        runpy.run_path(str(Path(self.root, "packaging", "strings.py")))["compile_all"]()
