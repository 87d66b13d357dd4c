"""Windows Configuration Designer's command line, ICD.exe: found, fed, run, and its answer turned into faults.

Source: facts/packages §2 (command line, places, exit codes, logs). Only the parts behind `Machine` touch the system, so
everything
else is the same under test.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from typing import Protocol

from station.model.errors import HoloBenchError, NotFound, UsageError
from station.model.timing import Deadline
from station.package.build import BuildReport, FileSource, config_of
from station.package.customizations import Customizations, Element, render
from station.package.schema import Kind, Schema, shipped
from station.package.settings import PackageSettings
from station.package.settings_tree import SecretResolver, to_tree
from station.package.store import StoreFile, find_stores

_ERROR_LINE = re.compile(r"\b(error|exception|0x8[0-9a-f]{7})\b", re.IGNORECASE)
_LOG_LINE = re.compile(r"^\W?\d\S* \d\S*(?: \S{1,6})? (Info|Warning|Error)\s")
"""Date, time and level, as ICD writes its logs in every language."""
_HARMLESS = re.compile(r"WpxGetFileEdition|No SKU information file|\b0 errors?\b", re.IGNORECASE)
"""What a good build says, too: no store comes with the .sku.xml that ICD looks for (logs of 2018 to 2026)."""
_NEEDS_ELEVATION = 740
_LOG_LIMIT = 4 << 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended: exit status, and what it wrote to both streams."""

    status: int
    said: str


class Machine(Protocol):
    """What ICD needs of the computer."""

    def icd_candidates(self) -> Sequence[Path]:
        """Places where ICD.exe may be, best first."""

    def run(self, command: Sequence[str], folder: Path, deadline: Deadline) -> Outcome:
        """Run a program to its end. Raises OverBudget `package.icd-over-budget`, UsageError `package.icd-elevation`."""


@dataclass(frozen=True, slots=True)
class Icd:
    """An ICD.exe with the settings stores beside it."""

    program: Path
    stores: tuple[StoreFile, ...]

    @property
    def hololens_store(self) -> Path | None:
        return next((s.path for s in self.stores if s.for_hololens), None)


def find_icd(machine: Machine) -> Icd:
    """The first ICD.exe there is; one with a HoloLens store is preferred. Raises NotFound `package.icd-not-found`."""
    found = [Icd(p, tuple(find_stores(p.parent))) for p in machine.icd_candidates() if p.is_file()]
    if not found:
        raise NotFound("package.icd-not-found")
    return next((i for i in found if i.hololens_store), found[0])


def build_with_icd(settings: PackageSettings, target: Path, *, secret: SecretResolver, folder: Path, machine: Machine, work: Path,
                   deadline: Deadline, store: Path | None = None, schema: Schema | None = None) -> BuildReport:
    """Write customizations.xml, run ICD, read its log. `work` is an empty folder that the caller removes: it holds secrets.

    Raises NotFound `package.icd-not-found`; HoloBenchError `package.icd-wrong-store`, `package.icd-failed`,
    `package.icd-silent-error`; what `Machine.run` and `to_tree` raise.
    """
    icd = find_icd(machine)
    chosen = store or icd.hololens_store
    if chosen is None:
        raise UsageError("package.icd-wrong-store", "no HoloLens settings store beside ICD.exe")
    known = schema or shipped()
    tree = to_tree(settings, secret, known)
    source = FileSource(folder, tree.made)
    config = config_of(settings, reproducible=False)
    common = _with_places(tree.common, "", known, source, work)
    customizations = work / "customizations.xml"
    customizations.write_bytes(render(Customizations(config, common)))
    outcome = machine.run(command_line(icd.program, customizations, target, chosen, work), work, deadline)
    log = _log(work)
    _judge(outcome, log, target)
    return BuildReport(target, config.id, config.name, config.version, target.stat().st_size, 0, 0)


def command_line(program: Path, customizations: Path, target: Path, store: Path, log_folder: Path) -> list[str]:
    """The arguments of ICD (facts/packages §2, “Command line”)."""
    return [str(program), "/Build-ProvisioningPackage", f"/CustomizationXML:{customizations}", f"/PackagePath:{target}",
            f"/StoreFile:{store}", f"/CommonLogFolder:{log_folder}", "-Encrypted", "+Overwrite"]


def _with_places(element: Element, path: str, schema: Schema, source: FileSource, work: Path) -> Element:
    """ICD reads files itself, so paths become absolute, and files that were made are written."""
    setting = schema.find(path) if path else None
    text = element.text
    if setting is not None and setting.kind is Kind.FILE and text:
        place = work / text if text in source.made else source.folder / text
        if text in source.made:
            place.write_bytes(source.made[text])
        text = str(place)
    below = [_with_places(c, f"{path}/{c.name}".lstrip("/"), schema, source, work) for c in element.children]
    return replace(element, text=text, children=tuple(below))


def _judge(outcome: Outcome, log: str, target: Path) -> None:
    said = f"{outcome.said}\n{log}"
    if outcome.status == 100 or "0x80070490" in said or "is not a valid child node" in said:
        raise UsageError("package.icd-wrong-store", _first_error(said))
    if outcome.status != 0 or not target.is_file():
        raise HoloBenchError("package.icd-failed", f"exit status {outcome.status}; {_first_error(said)}")
    if _first_error(log):
        raise HoloBenchError("package.icd-silent-error", _first_error(log))


def _first_error(text: str) -> str:
    """The first line that speaks of an error. Values in quotation marks may be secrets: only the name of a path stays."""
    line = next((line.strip() for line in text.splitlines() if _is_error(line)), "")
    return re.sub(r"(\"[^\"]*\"|'[^']*')", _hidden, line)[:160]


def _is_error(line: str) -> bool:
    level = _LOG_LINE.match(line)
    spoken = level[1] == "Error" if level else _ERROR_LINE.search(line) is not None
    return spoken and not _HARMLESS.search(line)


def _hidden(quoted: re.Match[str]) -> str:
    path = PureWindowsPath(quoted[0][1:-1])
    return f"…\\{path.name}" if path.drive and path.name else "…"


def _log(folder: Path) -> str:
    parts = []
    for path in sorted(folder.rglob("ICD*.log"), key=lambda p: p.stat().st_mtime):
        raw = path.read_bytes()[:_LOG_LIMIT]
        parts.append(raw.decode("utf-16" if raw[:2] == b"\xff\xfe" else "utf-8", "replace"))
    return "\n".join(parts)


class ThisMachine:
    """This computer. Away from Windows there is no ICD, which `icd_candidates` tells by UsageError
    `package.icd-not-windows`.
    """

    def icd_candidates(self) -> Sequence[Path]:
        if sys.platform == "win32":
            from station.package.icd_places import candidates

            return candidates()
        raise UsageError("package.icd-not-windows", sys.platform)

    def run(self, command: Sequence[str], folder: Path, deadline: Deadline) -> Outcome:
        return run_program(command, folder, deadline)


def run_program(command: Sequence[str], folder: Path, deadline: Deadline) -> Outcome:
    """Run a program, looking at the deadline and its token twice a second; it is killed when either ends."""
    import subprocess

    out = folder / "icd-output.txt"
    try:
        with out.open("wb") as sink:
            process = subprocess.Popen(list(command), cwd=folder, stdout=sink, stderr=subprocess.STDOUT,  # noqa: S603 - ICD itself
                                       stdin=subprocess.DEVNULL)
    except OSError as e:
        if getattr(e, "winerror", None) == _NEEDS_ELEVATION:
            raise UsageError("package.icd-elevation") from e
        raise NotFound("package.icd-not-found", Path(command[0]).name) from e
    try:
        while True:
            try:
                status = process.wait(timeout=deadline.share(0.5))
                break
            except subprocess.TimeoutExpired:
                deadline.check("package.icd-over-budget")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(timeout=10)
    return Outcome(status, out.read_bytes()[:_LOG_LIMIT].decode("utf-8", "replace"))
