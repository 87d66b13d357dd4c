"""Everything a package holds, read once: images with their identity, customizations and provxml, and what is wrong with them.

Any package from 2015 on: either file naming, several images, no customizations.xml, encrypted. Text is read within a
budget; carried
files are listed, and read only when asked for.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from station.model.errors import DataError, NotFound
from station.package import customizations as xml
from station.package.encryption import decrypt, looks_encrypted
from station.package.layout import parse_notes
from station.package.provxml import Parm, parse
from station.package.settings import ALTITUDES
from station.package.wim_read import Image, Limits, WimFile, WimReader

USUAL_COMPRESSION = "XPRESS 32 KiB"
"""Of all real packages from 2015 to 2026 (facts/packages §1.1)."""
_BUDGET = 48 << 20
_RUN_ENTRY = re.compile(r"[\\/]")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong inside a package that can still be read. `code` is a fault of the catalogue."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What the XML block tells about one image (facts/packages §1.2); texts as they stand there."""

    name: str = ""
    version: str = ""
    altitude: str = ""
    package_id: str = ""
    notes: str = ""
    created: str = ""

    @property
    def keys(self) -> dict[str, str]:
        return parse_notes(self.notes)


@dataclass(frozen=True, slots=True)
class ProvDocument:
    """One provxml file: the context that lists it ("" where none does), its name, SettingsGroup, parms (secrets inside)."""

    context: str
    path: str
    group: str
    parms: tuple[Parm, ...] = field(repr=False)
    bom: bool = True


@dataclass(frozen=True, slots=True)
class PackageImage:
    """One image of a package. `customizations` holds secrets and is never printed."""

    index: int
    info: ImageInfo
    files: tuple[WimFile, ...]
    documents: tuple[ProvDocument, ...]
    customizations: xml.Customizations | None = field(default=None, repr=False)
    problems: tuple[Problem, ...] = ()

    @property
    def assets(self) -> tuple[WimFile, ...]:
        """Carried files."""
        return tuple(f for f in self.files if f.path.startswith("DataAsset/") and f.path.count("/") >= 3)

    @property
    def config(self) -> xml.PackageConfig:
        """Identity: from customizations.xml, else from the XML block."""
        if self.customizations is not None and self.customizations.config.name:
            return self.customizations.config
        number = int(self.info.altitude) if self.info.altitude.isascii() and self.info.altitude.isdigit() else -1
        owner = next((o for o, altitude in ALTITUDES.items() if altitude == number // 1000 * 1000), "")
        return xml.PackageConfig(xml.package_id(self.info.package_id), self.info.name, self.info.version, owner,
                                 max(number, 0) % 1000)


@dataclass(frozen=True, slots=True)
class PackageContents:
    """A whole package. `encrypted` tells that a password was needed, which no HoloLens can give; `compression` is the method of
    its container ("" where there is none).
    """

    name: str
    size: int
    encrypted: bool
    images: tuple[PackageImage, ...]
    compression: str = USUAL_COMPRESSION

    @property
    def main(self) -> PackageImage:
        return self.images[0]


@contextmanager
def open_container(path: Path, password: str | None = None) -> Iterator[tuple[BinaryIO, bool]]:
    """The container as a stream, decrypted where that is needed, and whether it was.

    Raises NotFound `package.not-found`, DataError `package.encrypted`, `package.wrong-password`, `package.not-a-package`.
    """
    try:
        stream = path.open("rb")
    except OSError as e:
        raise NotFound("package.not-found", path.name) from e
    with stream:
        if not looks_encrypted(stream):
            yield stream, False
            return
        if password is None:
            raise DataError("package.encrypted", path.name)
        with decrypt(stream, password) as plain:
            yield plain, True


def read_package(path: Path, password: str | None = None, limits: Limits | None = None) -> PackageContents:
    """Read a package. Raises NotFound and DataError as `open_container` does, and DataError `package.damaged` and its kin."""
    with open_container(path, password) as (stream, encrypted):
        reader = WimReader(stream, limits)
        infos = _infos(reader.xml)
        reading = _Reading(reader)
        images = tuple(reading.image(image, infos.get(image.index, ImageInfo())) for image in reader.images)
        return PackageContents(path.name, path.stat().st_size, encrypted, images, reader.compression)


def verify_files(path: Path, password: str | None = None) -> list[Problem]:
    """Read every file and compare checksums: the container's, and those in the names of carried files."""
    import base64
    import hashlib

    problems = []
    with open_container(path, password) as (stream, _):
        reader = WimReader(stream)
        for file in {f.sha1: f for image in reader.images for f in image.files}.values():
            digest = hashlib.sha256()
            try:
                for piece in reader.chunks(file):
                    digest.update(piece)
            except DataError as e:
                problems.append(Problem(e.code, e.detail))
                continue
            parts = file.path.split("/")
            told = parts[2].split("_", 1)[-1] if parts[0] == "DataAsset" and len(parts) == 4 else ""
            if told and told != base64.b64encode(digest.digest()).decode("ascii").replace("/", "."):
                problems.append(Problem("package.asset-checksum", file.path))
    return problems


class _Reading:
    """One pass over the text files, within one budget for all images."""

    def __init__(self, reader: WimReader) -> None:
        self._reader = reader
        self._left = _BUDGET
        self._problems: list[Problem] = []

    def image(self, image: Image, info: ImageInfo) -> PackageImage:
        self._problems = []
        lists = self._lists(image)
        documents = tuple(self._documents(image, lists))
        listed = {path.casefold() for members in lists.values() for path, _ in members}
        for path in sorted(listed - {f.path.casefold() for f in image.files}):
            self._problems.append(Problem("package.list-names-missing-file", path))
        custom = self._customizations(image)
        if custom is not None and info.package_id and xml.package_id(info.package_id) != custom.config.id:
            self._problems.append(Problem("package.two-identities",
                                          "the container and customizations.xml name different packages"))
        return PackageImage(image.index, info, image.files, documents, custom, tuple(self._problems))

    def _text(self, file: WimFile) -> bytes | None:
        try:
            data = self._reader.read(file, min(self._left, self._reader.limits.text))
        except DataError as e:
            self._problems.append(Problem(e.code, e.detail))
            return None
        self._left -= len(data)
        return data

    def _customizations(self, image: Image) -> xml.Customizations | None:
        for path, answer in (("Multivariant/0/customizations.xml", False), ("CommonSettings/1/AnswerFile.xml", True)):
            file = image.find(path)
            data = self._text(file) if file else None
            if data is None:
                continue
            try:
                if not answer:
                    return xml.parse(data)
                return xml.Customizations(xml.PackageConfig("", "", ""), xml.parse_answer_file(data))
            except DataError as e:
                self._problems.append(Problem(e.code, e.detail))
        return None

    def _lists(self, image: Image) -> dict[str, list[tuple[str, str]]]:
        """The files that each context lists, in order, with their groups."""
        lists: dict[str, list[tuple[str, str]]] = {}
        for file in image.files:
            parts = file.path.split("/")
            if len(parts) != 4 or parts[2].casefold() != "prov" or not parts[3].casefold().endswith(".xml"):
                continue
            data = self._text(file)
            if data is None:
                continue
            try:
                root = xml.parse_xml(data, file.path)
            except DataError as e:
                self._problems.append(Problem(e.code, e.detail))
                continue
            base = "/".join(parts[:3])
            members = lists.setdefault(parts[3][:-4], [])
            for entry in root.iter("ConfigurationSet"):
                steps = _RUN_ENTRY.split(entry.get("Data", ""))
                members.append(("/".join([base, *(s for s in steps if s and s != "$(_prov)")]), entry.get("SettingsGroup", "")))
        return lists

    def _documents(self, image: Image, lists: dict[str, list[tuple[str, str]]]) -> Iterator[ProvDocument]:
        at = {path.casefold(): (number, context, group) for context, members in lists.items()
              for number, (path, group) in enumerate(members)}
        found = [f for f in image.files if f.path.casefold().endswith(".provxml")]
        last = (1 << 30, "", "")
        for file in sorted(found, key=lambda f: (at.get(f.path.casefold(), last)[1], at.get(f.path.casefold(), last)[0])):
            data = self._text(file)
            if data is None:
                continue
            _, context, group = at.get(file.path.casefold(), last)
            if not context:
                self._problems.append(Problem("package.file-not-listed", file.path))
            bom = data.startswith(b"\xef\xbb\xbf")
            if not bom:
                self._problems.append(Problem("package.no-bom", file.path))
            try:
                yield ProvDocument(context, file.path, group, parse(data, file.path), bom)
            except DataError as e:
                self._problems.append(Problem(e.code, e.detail))


def _infos(text: str) -> dict[int, ImageInfo]:
    """The XML block; a damaged one gives nothing, since the device reads the image without it being checked here."""
    try:
        root = xml.parse_xml(text.encode("utf-8", "replace"), "image description")
    except DataError:
        return {}
    infos = {}
    for image in root.iter("IMAGE"):
        values = {c.tag: (c.text or "") for c in image}
        created = next((f"{h.text}:{low.text}" for c in image.iter("CREATIONTIME")
                        for h, low in zip(c.iter("HIGHPART"), c.iter("LOWPART"), strict=False)), "")
        index = image.get("INDEX", "")
        if index.isascii() and index.isdigit() and len(index) < 5:
            infos[int(index)] = ImageInfo(values.get("NAME", ""), values.get("VERSION", ""),
                                          values.get("ALTITUDE", "").strip()[:8], values.get("PACKAGEID", ""),
                                          values.get("NOTES", ""), created)
    return infos
