"""The archives that a headset leaves in Documents after the button chord. Source: facts/enrolment §3.3."""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from station.model.build import OsBuild
from station.model.words import Generation
from station.practice.units.hash_maker import damaged, hardware_hash
from station.practice.units.identity import UnitIdentity

TEMP_FILE = "HoloLensDiagnostics.temp"
AUTOPILOT_ZIP = "AutopilotDiagnostics.zip"
COLLECT_SECONDS = 60.0
CSV_HEADER = "Device Serial Number,Windows Product ID,Hardware Hash"

_HASH_IN_SETUP = OsBuild(19041, 1128)
_SERIAL_IN_LOGS = OsBuild(20346, 1002)
_STORAGE_REPORT = OsBuild(20348, 1432)


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides the content: when, whether enrolled and how, and what is odd about this unit."""

    at: datetime
    joined: str = ""
    after_setup: bool = False
    low_space: bool = False
    quirks: frozenset[str] = frozenset()


def archives(unit: UnitIdentity, situation: Situation) -> dict[str, bytes]:
    """Archive names and contents, in the order in which they appear."""
    if unit.generation is Generation.HOLOLENS_1:
        return {"HololensDiagnostics.zip": _zip(situation.at, {"DisplayDiagnosticData.json": b"{}"})}
    if situation.low_space and unit.build.at_least(_STORAGE_REPORT):
        return {"StorageDiagnostics.zip": _zip(situation.at, {"StorageReport.txt": b"Storage is nearly full.\r\n"})}
    made = {
        "HololensDiagnostics.zip": _zip(situation.at, _logs(unit)),
        "DeviceEnrollmentDiagnostics.zip": _zip(situation.at, {"MDMDiagReport.xml": _report(unit, situation)}),
    }
    if unit.build.major >= 19041 and (unit.build.at_least(_HASH_IN_SETUP) or not situation.after_setup):
        made["TPMDiagnostics.zip"] = _zip(situation.at, {"CertUtil_tpminfo_Output.txt": b"TPM 2.0\r\n"})
        whole = _zip(situation.at, _autopilot(unit, situation))
        made[AUTOPILOT_ZIP] = whole[:len(whole) * 2 // 3] if "truncated-zip" in situation.quirks else whole
    return made


def device_hash_csv(unit: UnitIdentity, situation: Situation) -> bytes:
    """The DeviceHash file: ANSI, header and one row."""
    text = hardware_hash(unit, made=int(situation.at.timestamp()) & 0xFF_FFFF_FFFF)
    if "damaged-hash" in situation.quirks:
        text = damaged(text)
    serial = unit.serial[::-1] if "wrong-serial-in-csv" in situation.quirks else unit.serial
    return f"{CSV_HEADER}\r\n{serial},,{text}\r\n".encode("ascii")


def _autopilot(unit: UnitIdentity, situation: Situation) -> dict[str, bytes]:
    return {f"DeviceHash_{unit.name}.csv": device_hash_csv(unit, situation),
            "LicensingDiag_Output.txt": b"LicensingDiag ended.\r\n", "TpmHliInfo_Output.txt": b"TPM present and ready.\r\n"}


def _logs(unit: UnitIdentity) -> dict[str, bytes]:
    told = f'{{"serial":"{unit.serial}","os":"10.0.{unit.build}"}}' if unit.build.at_least(_SERIAL_IN_LOGS) else "{}"
    return {"DisplayDiagnosticData.json": told.encode()}


def _report(unit: UnitIdentity, situation: Situation) -> bytes:
    return (f"<MDMEnterpriseDiagnosticsReport><DeviceManagementAccount><Enrollment>"
            f"<EnrollmentState>{1 if situation.joined else 0}</EnrollmentState><How>{escape(situation.joined)}</How>"
            f"</Enrollment></DeviceManagementAccount><DeviceName>{escape(unit.name)}</DeviceName>"
            f"</MDMEnterpriseDiagnosticsReport>").encode()


def _zip(at: datetime, files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
