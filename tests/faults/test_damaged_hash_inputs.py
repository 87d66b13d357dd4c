"""Damaged inputs: each row is a file that somebody may hand in, with its verdict; every verdict has cause, cure and who."""

import base64
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from station.autopilot.hash_check import merge
from station.autopilot.intake import take_in
from station.model.faults import catalogue
from tests.unit import hash_builder, zip_builder

SERIAL = "012345678912"
HEAD = "Device Serial Number,Windows Product ID,Hardware Hash"
HASH = hash_builder.text(SERIAL)


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def row(text: str, serial: str = SERIAL, head: str = HEAD, tail: str = "") -> bytes:
    return f"{head}\r\n{serial},,{text}{tail}\r\n".encode()


def records(change: Callable[[int, bytes], Iterable[tuple[int, bytes]]]) -> str:
    return b64(hash_builder.raw([kept for t, d in hash_builder.usual_records(SERIAL) for kept in change(t, d)]))


def without(type_: int) -> str:
    return records(lambda t, d: [] if t == type_ else [(t, d)])


def other(type_: int, data: bytes) -> str:
    return records(lambda t, d: [(t, data if t == type_ else d)])


def changed_byte(at: int) -> str:
    raw = bytearray(hash_builder.raw(hash_builder.usual_records(SERIAL)))
    raw[at] ^= 0x55
    return b64(bytes(raw))


GOOD_CSV = hash_builder.csv([SERIAL])
HASH_ZIP = zip_builder.make({"DeviceHash_1.csv": GOOD_CSV})
STORED_ZIP = zip_builder.make({"DeviceHash_1.csv": GOOD_CSV}, method=0)
STOP, WARN, REPAIRED, REJECTED = "stop", "warn", "repaired", "rejected"

# name: (file name, content, gravity, fault code)
DAMAGED: dict[str, tuple[str, bytes, str, str]] = {
    # the hash
    "hash cell empty": ("a.csv", row(""), STOP, "autopilot.hash-missing"),
    "hash cell only quotes": ("a.csv", row('""'), STOP, "autopilot.hash-missing"),
    "hash is a word": ("a.csv", row("see attachment!"), STOP, "autopilot.hash-not-base64"),
    "hash with a foreign letter": ("a.csv", row(HASH[:500] + "é" + HASH[501:]), STOP, "autopilot.hash-not-base64"),
    "hash with pads in the middle": ("a.csv", row(HASH[:400] + "==" + HASH[402:]), STOP, "autopilot.hash-not-base64"),
    "another base64 text": ("a.csv", row(b64(b"not a hash " * 40)), STOP, "autopilot.hash-not-a-hash"),
    "hash cut in the records": ("a.csv", row(HASH[:600]), STOP, "autopilot.hash-cut-short"),
    "hash cut in the checksum": ("a.csv", row(HASH[:(struct.unpack_from("<H", base64.b64decode(HASH), 2)[0] + 20) * 4 // 3]),
                                 STOP, "autopilot.hash-cut-short"),
    "hash cut at the limit of a cell": ("a.csv", row("A" * 32_767), STOP, "autopilot.hash-cut-by-spreadsheet"),
    "record longer than the hash": ("a.csv", row(changed_byte(7)), STOP, "autopilot.hash-record-overrun"),
    "record of length zero": ("a.csv", row(b64(b"OA" + struct.pack("<H", 20) + bytes(16) + b"CS" + bytes(80))), STOP,
                              "autopilot.hash-record-overrun"),
    "one byte changed": ("a.csv", row(changed_byte(60)), STOP, "autopilot.hash-checksum"),
    "checksum changed": ("a.csv", row(changed_byte(struct.unpack_from("<H", base64.b64decode(HASH), 2)[0] + 5)), STOP,
                         "autopilot.hash-checksum"),
    "no UUID record": ("a.csv", row(without(12)), STOP, "autopilot.hash-record-missing"),
    "no serial record": ("a.csv", row(without(14)), STOP, "autopilot.hash-record-missing"),
    "no maker record": ("a.csv", row(without(16)), STOP, "autopilot.hash-record-missing"),
    "no model record": ("a.csv", row(without(17)), STOP, "autopilot.hash-record-missing"),
    "empty model record": ("a.csv", row(other(17, b"\0\0")), STOP, "autopilot.hash-record-missing"),
    "rows of two units mixed up": ("a.csv", row(HASH, "999999999999"), STOP, "autopilot.serial-differs"),
    "E-notation of another number": ("a.csv", row(HASH, "9.99E+11"), STOP, "autopilot.serial-differs"),
    "E-notation and a broken hash": ("a.csv", row("broken", "1.23457E+10"), STOP, "autopilot.serial-lost"),
    "a PC in the list": ("a.csv", row(hash_builder.text(SERIAL, model="Surface Pro 9", architecture=9)), WARN,
                         "autopilot.hash-not-hololens"),
    "x64 processor": ("a.csv", row(hash_builder.text(SERIAL, architecture=9)), WARN, "autopilot.hash-architecture"),
    "no TPM records": ("a.csv", row(hash_builder.text(SERIAL, tpm=False)), WARN, "autopilot.hash-no-tpm"),
    "blank UUID": ("a.csv", row(other(12, bytes(16))), WARN, "autopilot.hash-uuid-blank"),
    "unreadable network card": ("a.csv", row(other(8, b"\x09\0\0\0")), WARN, "autopilot.hash-odd-record"),
    "short hash with a good checksum": ("a.csv", row(b64(hash_builder.raw(hash_builder.usual_records(SERIAL), size=1500))), WARN,
                                        "autopilot.hash-size"),
    "serial number is a placeholder": ("a.csv", row(hash_builder.text("Default string"), "Default string"), WARN,
                                       "autopilot.hash-serial-placeholder"),
    "firmware without a serial number": ("a.csv", row(hash_builder.text("SMBIOS_STRING_INDEX_0"), ""), WARN,
                                         "autopilot.hash-serial-placeholder"),
    "padding cut off": ("a.csv", row(b64(hash_builder.raw(hash_builder.usual_records(SERIAL), size=2999)).rstrip("=")), REPAIRED,
                        "autopilot.hash-repaired"),
    "leading zero lost": ("a.csv", row(HASH, "12345678912"), REPAIRED, "autopilot.serial-repaired"),
    "E-notation": ("a.csv", row(HASH, "1.23457E+10"), REPAIRED, "autopilot.serial-repaired"),
    "column too narrow": ("a.csv", row(HASH, "########"), REPAIRED, "autopilot.serial-repaired"),
    # the file
    "user assigned": ("a.csv", row(HASH, head=HEAD + ",Group Tag,Assigned User", tail=",,a@example.com"), WARN,
                      "autopilot.csv-assigned-user"),
    "the same device twice": ("a.csv", hash_builder.csv([SERIAL, SERIAL]).encode(), WARN, "autopilot.csv-double"),
    "two group tags": ("a.csv", f"{HEAD},Group Tag\r\n{SERIAL},,{HASH},A\r\n{SERIAL},,{HASH},B\r\n".encode(), WARN,
                       "autopilot.csv-tags-differ"),
    "empty file": ("a.csv", b"", REJECTED, "autopilot.csv-empty"),
    "a header and nothing below": ("a.csv", f"{HEAD}\r\n".encode(), REJECTED, "autopilot.csv-empty"),
    "blank lines only": ("a.csv", b"\xef\xbb\xbf\r\n ,,\r\n", REJECTED, "autopilot.csv-empty"),
    "export of the portal": ("a.csv", b"Serial number,Manufacturer,Model,Group tag\r\n1,Microsoft,HoloLens 2,\r\n", REJECTED,
                             "autopilot.csv-no-hash-column"),
    "open quotation mark": ("a.csv", f'{HEAD}\r\n"{SERIAL},,{HASH}\r\n222,,{HASH}\r\n'.encode(), REJECTED,
                            "autopilot.csv-quote-open"),
    "open quotation mark and many rows": ("a.csv", f'{HEAD}\r\n"{SERIAL},,'.encode() + f"{HASH}\r\n".encode() * 60, REJECTED,
                                          "autopilot.csv-quote-open"),
    "endless line": ("a.csv", row("A" * 300_000), REJECTED, "autopilot.csv-line-too-long"),
    "binary file": ("a.csv", bytes(range(1, 256)) * 4 + b"\0\0", REJECTED, "autopilot.csv-not-text"),
    "PDF": ("a.csv", b"%PDF-1.7\n...", REJECTED, "autopilot.csv-not-text"),
    "workbook of Excel": ("a.csv", zip_builder.make({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}), REJECTED,
                          "autopilot.csv-is-workbook"),
    "old workbook of Excel": ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", REJECTED, "autopilot.csv-is-workbook"),
    # the archive
    "cabinet": ("a.zip", b"MSCF\0\0\0\0", REJECTED, "autopilot.archive-unknown"),
    "zip cut short": ("a.zip", HASH_ZIP[:-60], REJECTED, "autopilot.zip-cut-short"),
    "zip of which only the head came": ("a.zip", b"PK\x03\x04" + bytes(30), REJECTED, "autopilot.zip-cut-short"),
    "zip with a changed byte": ("a.zip", STORED_ZIP.replace(b"T0E", b"T0F"), REJECTED, "autopilot.zip-damaged"),
    "zip without hash": ("a.zip", zip_builder.make({"LicensingDiag_Output.txt": "x"}), REJECTED, "autopilot.zip-no-hash"),
    "empty zip": ("a.zip", zip_builder.make({}), REJECTED, "autopilot.zip-no-hash"),
    "zip with a password": ("a.zip", zip_builder.with_flag(HASH_ZIP, 1), REJECTED,
                            "autopilot.zip-encrypted"),
    "zip with an unusual method": ("a.zip", zip_builder.with_method(HASH_ZIP, 9), REJECTED,
                                   "autopilot.zip-method"),
    "zip that climbs out": ("a.zip", zip_builder.make({"../../DeviceHash_1.csv": GOOD_CSV}), REJECTED,
                            "autopilot.zip-unsafe-name"),
    "zip with an absolute path": ("a.zip", zip_builder.make({"/tmp/DeviceHash_1.csv": GOOD_CSV}), REJECTED,
                                  "autopilot.zip-unsafe-name"),
    "zip with a drive letter": ("a.zip", zip_builder.make({"C:\\DeviceHash_1.csv": GOOD_CSV}), REJECTED,
                                "autopilot.zip-unsafe-name"),
    "zip bomb that says so": ("a.zip", zip_builder.bomb("DeviceHash_1.csv", 200 << 20), REJECTED, "autopilot.zip-too-large"),
    "zip bomb that lies": ("a.zip", zip_builder.bomb("DeviceHash_1.csv", 100 << 20, told=4000), REJECTED,
                            "autopilot.zip-damaged"),
    "zip bomb in a zip": ("a.zip", zip_builder.make(
        {"AutopilotDiagnostics.zip": zip_builder.bomb("DeviceHash_1.csv", 200 << 20)}), REJECTED, "autopilot.zip-too-large"),
    "zip of very many hash files": ("a.zip", zip_builder.make({f"DeviceHash_{i}.csv": GOOD_CSV for i in range(70)}), REJECTED,
                                    "autopilot.zip-too-large"),
    "zip that claims a million entries": ("a.zip", zip_builder.claiming_entries(65_535), REJECTED, "autopilot.zip-too-large"),
    "empty file called zip": ("a.zip", b"", REJECTED, "autopilot.csv-empty"),
    "hash file in the zip is damaged": ("a.zip", zip_builder.make({"DeviceHash_1.csv": row(changed_byte(60))}), STOP,
                                        "autopilot.hash-checksum"),
}


def verdicts(path: Path) -> set[tuple[str, str]]:
    found = take_in([path])
    merged = merge(found.rows)
    rows = [*merged.kept, *merged.dropped, *merged.refused]
    return ({(v.gravity.value, v.code) for r in rows for v in r.verdicts} | {(REJECTED, r.code) for r in found.rejected})


@pytest.mark.parametrize(("file", "content", "gravity", "code"), DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_input_gets_its_verdict(tmp_path: Path, file: str, content: bytes, gravity: str, code: str) -> None:
    path = tmp_path / file
    path.write_bytes(content)
    assert (gravity, code) in verdicts(path)


@pytest.mark.parametrize("code", sorted({code for *_, code in DAMAGED.values()}))
def test_every_verdict_says_cause_cure_and_who(code: str) -> None:
    fault = catalogue()[code]
    assert fault.title
    assert fault.cause
    assert fault.cure
    assert fault.who


def test_the_table_is_as_long_as_promised() -> None:
    assert len(DAMAGED) >= 40


def test_a_good_zip_straight_from_the_headset_has_no_verdict(tmp_path: Path) -> None:
    path = tmp_path / "AutopilotDiagnostics.zip"
    path.write_bytes(zip_builder.make({"DeviceHash_HoloLens-U5603.csv": GOOD_CSV, "LicensingDiag.cab": b"MSCF"}))
    assert verdicts(path) == set()
    assert [r.serial for r in take_in([path]).rows] == [SERIAL]


def test_rows_before_an_open_quotation_mark_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(GOOD_CSV + f'"222,,{HASH}\n333,,{HASH}\n444,,{HASH}\n')
    found = take_in([path])
    assert [r.serial for r in found.rows] == [SERIAL]
    assert [r.code for r in found.rejected] == ["autopilot.csv-quote-open"]
