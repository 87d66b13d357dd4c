"""What a package says, in a form that may be shown: identity, settings, files, catalogue, problems; secrets masked unless
asked for.
"""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from station.model.errors import DataError
from station.package import customizations as xml
from station.package.contents import PackageImage, Problem, ProvDocument, read_package, verify_files
from station.package.layout import COMMON_SETTINGS, MULTIVARIANT
from station.package.masking import is_secret, masked
from station.package.provxml import Parm
from station.package.signature import CatalogueCheck, check_catalogue
from station.package.wim_format import moment_of


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One value as it may be shown. `place` is the device's path of it, slash by slash; `path` the setting's where it is
    known.
    """

    context: str
    place: str
    value: str
    datatype: str
    secret: bool
    document: str
    group: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class ShownFile:
    """One file of the package: path, bytes, SHA-1 in hexadecimal."""

    path: str
    size: int
    sha1: str


@dataclass(frozen=True, slots=True)
class ShownImage:
    """One image. `tool` is what made it, as far as it tells; `source` whether customizations.xml is inside."""

    index: int
    config: xml.PackageConfig
    tool: str
    created: str
    source: bool
    notes: dict[str, str]
    settings: tuple[ShownSetting, ...]
    files: tuple[ShownFile, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A whole package. `sha256` of the file in hexadecimal; `catalogue` is None where no .cat lies beside it."""

    name: str
    size: int
    sha256: str
    encrypted: bool
    images: tuple[ShownImage, ...]
    catalogue: CatalogueCheck | None
    problems: tuple[Problem, ...]
    compression: str

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong that a device would stumble over."""
        return not self.encrypted and not self.problems and not any(i.problems for i in self.images)

    def as_json(self) -> dict[str, Any]:
        """The inspection as JSON values."""
        found = asdict(self)
        found["sound"] = self.sound
        return found


def inspect_package(path: Path, *, password: str | None = None, reveal: bool = False, verify: bool = False) -> Inspection:
    """Inspect a package. `verify` reads carried files as well and compares their checksums.

    Raises what `read_package` raises.
    """
    contents = read_package(path, password)
    problems = list(verify_files(path, password)) if verify else []
    catalogue = None
    beside = path.with_suffix(".cat")
    if beside.is_file():
        try:
            catalogue = check_catalogue(beside, path)
        except DataError as e:
            problems.append(Problem(e.code, e.detail))
        if catalogue is not None and not catalogue.matches:
            problems.append(Problem("package.catalogue-differs", beside.name))
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Inspection(path.name, contents.size, digest, contents.encrypted, tuple(_image(i, reveal) for i in contents.images),
                      catalogue, tuple(problems), contents.compression)


def _image(image: PackageImage, reveal: bool) -> ShownImage:
    settings = tuple(shown(d, p, reveal=reveal) for d in image.documents for p in d.parms)
    files = tuple(ShownFile(f.path, f.size, f.sha1.hex()) for f in image.files)
    return ShownImage(image.index, image.config, tool_of(image), _created(image.info.created), image.customizations is not None,
                      image.info.keys, settings, files, (*image.problems, *_constants(image)))


def shown(document: ProvDocument, parm: Parm, *, reveal: bool = False) -> ShownSetting:
    """One parm as it may be shown."""
    place = "/".join([*(s.type for s in parm.path), parm.name])
    hidden = masked(parm.name, parm.value)
    return ShownSetting(document.context or "not listed", place, parm.value if reveal else hidden, parm.datatype,
                        is_secret(parm.name) or hidden != parm.value, document.path, document.group, parm.settings_path)


def tool_of(image: PackageImage) -> str:
    """What made a package: told in NOTES since 2017, before that only by its file names."""
    version = image.info.keys.get("VERSION", "")
    if version == "HoloBench":
        return "HoloBench"
    if version:
        source = {"Classic": "window", "CLI": "ICD.exe"}.get(image.info.keys.get("Source", ""), "")
        return f"Windows Configuration Designer {version.partition('+')[0]}" + (f" ({source})" if source else "")
    if any("__" not in d.path.rsplit("/", 1)[-1] for d in image.documents):
        return "Windows Imaging and Configuration Designer (2015–2016)"
    return ""


def _created(text: str) -> str:
    high, _, low = text.partition(":")
    try:
        moment = moment_of(int(high, 16) << 32 | int(low, 16))
    except ValueError:
        return ""
    return moment.isoformat(timespec="seconds") if moment else ""


def _constants(image: PackageImage) -> list[Problem]:
    """Two files are the same in every real package from 2015 to 2026 (facts/packages §1.3)."""
    expected = {"Multivariant/Multivariant.xml": MULTIVARIANT, "CommonSettings/CommonSettings.xml": COMMON_SETTINGS}
    found = {f.path: f.sha1 for f in image.files}
    return [Problem("package.unusual-file", path) for path, data in expected.items()
            if path in found and found[path] != hashlib.sha1(data, usedforsecurity=False).digest()
            and image.customizations is not None and not image.customizations.variants]
