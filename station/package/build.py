"""Settings in, package out: the native engine. Streams carried files, writes beside the target and renames at the end.

A package holds its secrets in clear (facts/enrolment §2.1), so the file is readable by its owner alone from the first byte.
"""

import datetime
import hashlib
import io
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from station.model.errors import NotFound, UsageError
from station.model.timing import CancelToken
from station.package.assets import with_assets
from station.package.compiler import Compiled, Dialect, compile_settings
from station.package.customizations import Customizations, Element, PackageConfig
from station.package.layout import ASSET_INDEX, Asset, notes_of, text_files, xml_block
from station.package.schema import Kind, Schema, shipped
from station.package.settings import PackageSettings
from station.package.settings_tree import SecretResolver, to_tree
from station.package.wim_write import Stored, WimWriter

_SMALL = 32 << 20
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
_FIXED_MOMENT = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """`reproducible`: same settings, same bytes. `strip_source`: leave out customizations.xml and AnswerFile.xml, so that
    each
    secret stands in the package once. `dialect`: whose file habits to follow.
    """

    reproducible: bool = False
    strip_source: bool = False
    dialect: Dialect = Dialect.PLAIN


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was built: no secrets in it. `experimental` lists settings whose form in a package is a guess."""

    path: Path
    package_id: str
    name: str
    version: str
    size: int
    files: int
    carried: int
    experimental: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSource:
    """Where the files of the settings are: a folder, and files made on the way."""

    folder: Path
    made: dict[str, bytes] = field(default_factory=dict, repr=False)

    def read(self, path: str) -> bytes:
        """A small file (certificate, XML). Raises NotFound `package.no-file`, UsageError `package.bad-value`."""
        if path in self.made:
            return self.made[path]
        try:
            if self._at(path).stat().st_size > _SMALL:
                raise UsageError("package.bad-value", f"{PurePosixPath(path).name} is too large for a setting")
            return self._at(path).read_bytes()
        except OSError as e:
            raise NotFound("package.no-file", _base(path)) from e

    def open(self, path: str) -> io.RawIOBase | io.BytesIO:
        """A file of any size. Raises NotFound `package.no-file`."""
        try:
            return io.BytesIO(self.made[path]) if path in self.made else self._at(path).open("rb", buffering=0)
        except OSError as e:
            raise NotFound("package.no-file", _base(path)) from e

    def _at(self, path: str) -> Path:
        return self.folder / path.replace("\\", "/") if os.sep == "/" else self.folder / path


Progress = Callable[[int], None]
"""Told the bytes of carried files that are in the package."""


def build(settings: PackageSettings, target: Path, *, secret: SecretResolver, folder: Path, schema: Schema | None = None,
          options: BuildOptions | None = None, token: CancelToken | None = None, progress: Progress | None = None) -> BuildReport:
    """Build a package at `target`. Nothing is left there when it fails or is cancelled.

    `folder` is where the settings' files are; `schema` the person's own settings store, else the shipped table. Raises
    NotFound
    (`package.no-secret`, `package.no-file`), UsageError (`package.bad-value`, `package.unknown-setting`,
    `package.needs-store`),
    DataError (bad certificates and profiles), UsageError `package.cannot-write`.
    """
    chosen = options or BuildOptions()
    known = schema or shipped()
    tree = to_tree(settings, secret, known)
    source = FileSource(folder, tree.made)
    compiled = compile_settings(tree.common, known, source.read, chosen.dialect)
    customizations = Customizations(config_of(settings, reproducible=chosen.reproducible), _published(tree.common, "", known))
    moment = _FIXED_MOMENT if chosen.reproducible else datetime.datetime.now(datetime.UTC)
    partial = target.with_name(target.name + ".partial")
    try:
        with _owner_only(partial) as stream:
            files, carried = _write(stream, settings, customizations, compiled, source, moment, chosen, token, progress)
            size = stream.seek(0, 2)
        partial.replace(target)
    except OSError as e:
        raise UsageError("package.cannot-write", target.name) from e
    finally:
        partial.unlink(missing_ok=True)
    config = customizations.config
    return BuildReport(target, config.id, config.name, config.version, size, files, carried,
                       experimental_paths(tree.common, known))


def config_of(settings: PackageSettings, *, reproducible: bool) -> PackageConfig:
    """Identity of the package to build; without an id in the settings a new one, or one made from the name where it has to
    be the same.
    """
    identity = settings.package
    made = uuid.uuid5(_NAMESPACE, f"holobench:{identity.name}") if reproducible else uuid.uuid4()
    return PackageConfig(identity.id.strip("{}").lower() or str(made), identity.name, identity.version, identity.owner,
                         identity.rank, identity.notes)


def experimental_paths(common: Element, schema: Schema) -> tuple[str, ...]:
    """Store paths in the tree whose form in a package is a guess."""
    found: dict[str, None] = {}

    def walk(element: Element, path: str) -> None:
        setting = schema.find(path)
        if setting is not None and setting.leaf and setting.experimental:
            found[path] = None
        for child in element.children:
            walk(child, f"{path}/{child.name}")
    for top in common.children:
        walk(top, top.name)
    return tuple(found)


def _write(stream: BinaryIO, settings: PackageSettings, customizations: Customizations, compiled: Compiled,
           source: FileSource, moment: datetime.datetime, options: BuildOptions, token: CancelToken | None,
           progress: Progress | None) -> tuple[int, int]:
    """The container, in one pass; numbers of files and of carried files."""
    writer = WimWriter(stream, moment)
    assets: list[Asset] = []
    known: dict[str, Stored] = {}
    kinds = list(dict.fromkeys(f.kind for f in compiled.carried))
    done = 0
    for number, file in enumerate(compiled.carried):
        if file.path not in known:
            with source.open(file.path) as opened:
                known[file.path] = writer.store(opened, token, _after(done, progress))
            done += known[file.path].size
        stored = known[file.path]
        asset = Asset(file, number, _digest_name(stored.sha256), ASSET_INDEX + kinds.index(file.kind))
        assets.append(asset)
        writer.place(asset.path, stored)
    placed = with_assets(compiled, assets, customizations.config.id)
    seal = hashlib.sha256()
    for path, data in text_files(customizations, placed, assets, source=not options.strip_source).items():
        seal.update(path.encode() + b"\0" + data)
        writer.place(path, writer.store(io.BytesIO(data)))
    guid = uuid.uuid5(uuid.UUID(customizations.config.id), seal.hexdigest()) if options.reproducible else uuid.uuid4()
    notes = notes_of(settings, customizations.config.id)
    totals = writer.finish(lambda t: xml_block(customizations, notes, moment, t), guid.bytes_le)
    return totals.files, len(assets)


def _after(done: int, progress: Progress | None) -> Progress | None:
    """Progress of one file as progress of all."""
    return None if progress is None else lambda here: progress(done + here)


def _digest_name(sha256: bytes) -> str:
    import base64

    return base64.b64encode(sha256).decode("ascii").replace("/", ".")


def _owner_only(path: Path) -> BinaryIO:
    """A new file that only its owner can read."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    return os.fdopen(handle, "w+b")


def _published(element: Element, path: str, schema: Schema) -> Element:
    """The tree as it may travel: a file's absolute path would tell about the building machine, so only its last part stays."""
    setting = schema.find(path) if path else None
    text = element.text
    if setting is not None and setting.kind is Kind.FILE and (text.startswith("/") or PureWindowsPath(text).is_absolute()):
        text = _base(text)
    return replace(element, text=text,
                   children=tuple(_published(c, f"{path}/{c.name}".lstrip("/"), schema) for c in element.children))


def _base(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]
