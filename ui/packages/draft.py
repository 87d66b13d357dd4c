"""What is being made: settings, where their file is, whether they were changed. No Qt in here."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from station.package.lint import Finding, KnownPackage, check_settings
from station.package.schema import Schema
from station.package.settings import Headset, Identity, PackageSettings, Target


def fresh() -> PackageSettings:
    """Settings to begin with: for HoloLens 2, owner IT Admin."""
    return PackageSettings(Identity(""), Target(Headset.HOLOLENS_2))


@dataclass(frozen=True, slots=True)
class Around:
    """Packages around the one that is made: on the last target that was looked at, and pushed from this bench before."""

    present: tuple[KnownPackage, ...] = ()
    earlier: tuple[KnownPackage, ...] = ()


@dataclass
class Draft:
    """Settings in the making. `file` is None until they were kept; `folder` is where their files are looked for."""

    settings: PackageSettings = field(default_factory=fresh)
    file: Path | None = None
    folder: Path = field(default_factory=Path.home)
    store: Path | None = None
    schema: Schema | None = None
    changed: bool = False
    revision: int = 0

    def set(self, settings: PackageSettings) -> None:
        """Take changed settings."""
        if settings != self.settings:
            self.settings = settings
            self.changed = True
            self.revision += 1

    def opened(self, settings: PackageSettings, file: Path) -> None:
        """Take settings that lie in a file."""
        self.settings, self.file, self.folder, self.changed = settings, file, file.parent, False
        self.revision += 1

    def kept(self, file: Path) -> None:
        """The settings were written to a file."""
        self.file, self.folder, self.changed = file, file.parent, False

    def relative(self, path: Path) -> str:
        """A chosen file as the settings name it: relative to their folder where it lies in it."""
        try:
            return path.resolve().relative_to(self.folder.resolve()).as_posix()
        except ValueError:
            return str(path)

    def judge(self, today: datetime.date, secret: Callable[[str], str | None] | None,
              around: Around) -> tuple[Finding, ...]:
        """What the lint says."""
        return check_settings(self.settings, today=today, folder=self.folder, secret=secret, schema=self.schema,
                              present=around.present, earlier=around.earlier)
