"""Files of an imported package: found in provxml or among the carried files, and written under safe names.

A source is called by its kind and place: ("pfx", certificate name), ("root", number), ("app", "<family>/<n>") and so on.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from station.model.errors import DataError, UsageError
from station.package.contents import PackageImage, open_container
from station.package.customizations import parse_xml
from station.package.decompiler import asset_name, from_base64, is_plain_network
from station.package.settings import CertificateStore
from station.package.wim_read import WimFile, WimReader, safe_name

_STORES = {"Root": CertificateStore.ROOT, "CA": CertificateStore.INTERMEDIATE, "TrustedPeople": CertificateStore.TRUSTED_PEOPLE}


class Writer(Protocol):
    """A large file that is copied when it is wanted. Equal writers write equal contents."""

    def write(self, target: Path) -> None:
        """Write it. Raises OSError, DataError."""


class FileKeeper:
    """Writes the files that are asked for into one folder, and remembers which could not be found."""

    def __init__(self, folder: Path, sources: "Mapping[tuple[str, str], bytes | Writer]", beside: Path | None = None) -> None:
        self._folder = folder
        self._sources = sources
        self._beside = beside
        self._written: dict[str, bytes | Writer] = {}
        self._missing: list[str] = []
        self._taken: set[str] = set()

    @property
    def written(self) -> tuple[str, ...]:
        return tuple(self._written)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(self._missing)

    def take_carried(self, setting: str, path: str) -> str:
        """As `take`, for the next file of that name that travels for a setting of that name; "" where none does."""
        place = next((place for kind, place in self._sources if kind == carried_for(setting) and place not in self._taken
                      and _last(place).casefold() == _last(path).casefold()), "")
        self._taken.add(place)
        return self.take(carried_for(setting), place, path) if place else ""

    def take_beside(self, path: str) -> str:
        """As `take`, for a file that stands beside a customizations.xml; "" for a package, which holds its own files."""
        return "" if self._beside is None else self.take("", "", path)

    def text(self, kind: str, place: str, path: str) -> str:
        """The text of a source; "" where there is none."""
        found = self._sources.get((kind, place))
        if isinstance(found, bytes):
            return found.decode("utf-8-sig", "replace")
        beside = self._neighbour(path)
        return "" if beside is None or beside.stat().st_size > 1 << 20 else beside.read_bytes().decode("utf-8-sig", "replace")

    def take(self, kind: str, place: str, path: str) -> str:
        """Write a source and answer the path under which it is; the path alone where the source is missing.

        Raises UsageError `package.cannot-write`.
        """
        source = self._sources.get((kind, place))
        if source is None:
            beside = self._neighbour(path)
            if beside is None:
                self._missing.append(path)
                return safe_path(path)
            source = beside.read_bytes() if beside.stat().st_size < 1 << 20 else _Neighbour(beside)
        name = self._free(safe_path(path), source)
        target = self._folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(source, bytes):
                target.write_bytes(source)
            else:
                source.write(target)
        except OSError as e:
            raise UsageError("package.cannot-write", name) from e
        return name

    def _neighbour(self, path: str) -> Path | None:
        """The file where the path says, else one of its name: projects are moved, and hold the paths of another machine."""
        if self._beside is None or not path:
            return None
        places = (self._beside / path.replace("\\", "/"), self._beside / _last(path))
        return next((p for p in places if p.is_file()), None)

    def _free(self, name: str, source: "bytes | Writer") -> str:
        """The name, or one with a number, under which no other contents are."""
        pure = PurePosixPath(name)
        number = 1
        while self._written.get(name, source) != source:
            number += 1
            name = str(pure.with_name(f"{pure.stem}-{number}{pure.suffix}"))
        self._written[name] = source
        return name


def _last(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def safe_path(path: str) -> str:
    """A relative path that stays in its folder: the given one where it does, else its last part, else a name of ours."""
    parts = path.replace("\\", "/").split("/")
    if all(safe_name(p) for p in parts) and not path.startswith(("/", "\\")):
        return "/".join(parts)
    return parts[-1] if safe_name(parts[-1]) else "file"


class FileView(FileKeeper):
    """Writes nothing: small files are kept in memory, large ones are known by name only. For judging a package."""

    def __init__(self, sources: "Mapping[tuple[str, str], bytes | Writer]") -> None:
        super().__init__(Path(), sources)
        self._contents: dict[str, bytes | None] = {}

    def take(self, kind: str, place: str, path: str) -> str:
        source = self._sources.get((kind, place))
        if source is None:
            return safe_path(path)
        name = self._free(safe_path(path), source)
        self._contents[name] = source if isinstance(source, bytes) else None
        return name

    def exists(self, path: str) -> bool:
        return path in self._contents

    def read(self, path: str) -> bytes | None:
        return self._contents.get(path)

    def architecture(self, path: str) -> str:
        """Not told: an app inside a package is not unpacked for this."""
        return ""


def package_files(path: Path, password: str | None, image: PackageImage) -> "dict[tuple[str, str], bytes | Writer]":
    """Every file that the settings of an image name, by kind and place."""
    found: dict[tuple[str, str], bytes | Writer] = {}
    counts: dict[str, int] = {}
    apps: list[tuple[str, list[str]]] = []
    for document in image.documents:
        for parm in document.parms:
            steps = [s.type for s in parm.path]
            match [*steps, parm.name]:
                case ["RootCATrustedCertificates", store, _, "EncodedCertificate"] if store in _STORES:
                    kind = _STORES[store]
                    found[kind, str(counts.get(kind, 0))] = from_base64(parm.value)
                    counts[kind] = counts.get(kind, 0) + 1
                case ["ClientCertificateInstall", "PFXCertInstall", name, "PFXCertBlob"]:
                    found["pfx", name] = from_base64(parm.value)
                case ["AssignedAccess", "Configuration"]:
                    found["kiosk", ""] = _text(parm.value)
                case ["WindowsLicensing", "UpgradeEditionWithLicense"]:
                    found["licence", ""] = _text(parm.value)
                case ["EnterpriseModernAppManagement", "AppLicenses", "StoreLicenses", licence, "AddLicense"]:
                    found["app-licence", licence] = _text(parm.value)
                case ["EnterpriseModernAppManagement", "AppInstallation", family, "HostedInstall"]:
                    apps.append((family, _uris(parm.value)))
                case ["Provisioning", "Assets", _, *_, instance, key]:
                    asset = _asset(image, key)
                    if asset is not None:
                        place = "/".join(asset.path.split("/")[-2:])
                        found[carried_for(_last(instance)), place] = _Carried(path, password, image.index, asset.path, asset.sha1)
                case ["WiFi", "Profile", _, "WlanXml"] if _is_profile(image, document.path, parm.value):
                    found["profile", str(counts.get("profile", 0))] = _text(parm.value)
                    counts["profile"] = counts.get("profile", 0) + 1
    for family, uris in apps:
        for number, uri in enumerate(uris):
            file = _asset(image, uri) or next((f for f in image.assets if f.path.endswith("/" + asset_name(uri))), None)
            if file is not None:
                found["app", f"{family}/{number}"] = _Carried(path, password, image.index, file.path, file.sha1)
    return found


def carried_for(setting: str) -> str:
    """The kind of source that a file is which travels for a setting of that name."""
    return f"carried for {setting}"


def _asset(image: PackageImage, key: str) -> WimFile | None:
    """The carried file of a key `<k>_<digest>\\<name>`."""
    ending = "/" + key.replace("\\", "/")
    return next((f for f in image.assets if f.path.endswith(ending)), None)


def _is_profile(image: PackageImage, document: str, value: str) -> bool:
    """Whether a WLAN profile came from a profile file, not from a network's fields."""
    if image.customizations is None:
        return not is_plain_network(value)
    return "_WLANSetting_" not in document


def _text(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def _uris(value: str) -> list[str]:
    try:
        root = parse_xml(_text(value), "HostedInstall")
    except DataError:
        return []
    return [root.get("PackageUri", ""), *(d.get("PackageUri", "") for d in root.iter("Dependency"))]


@dataclass(frozen=True, slots=True)
class _Carried:
    """A carried file inside a package; two with one checksum are the same."""

    package: Path
    password: str | None = field(repr=False)
    index: int
    inner: str = field(compare=False)
    sha1: bytes

    def write(self, target: Path) -> None:
        with open_container(self.package, self.password) as (stream, _):
            reader = WimReader(stream)
            file = next(i for i in reader.images if i.index == self.index).find(self.inner)
            if file is None:
                raise DataError("package.damaged", self.inner)
            with target.open("wb") as out:
                for piece in reader.chunks(file):
                    out.write(piece)


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """A file beside customizations.xml."""

    source: Path

    def write(self, target: Path) -> None:
        if self.source.resolve() != target.resolve():
            shutil.copyfile(self.source, target)
