"""Random damage by the thousand: whatever comes in, out come rows, verdicts and catalogued rejections, and nothing hangs.

HOLOBENCH_FUZZ sets how many inputs (default 4,000).
"""

import io
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from station.autopilot.hash_check import check_rows, merge
from station.autopilot.hash_file import HashRow
from station.autopilot.hash_file_writer import write
from station.autopilot.intake import rows_of
from station.autopilot.verdicts import examine
from station.model.errors import DataError
from station.model.faults import catalogue
from tests.unit import hash_builder, zip_builder

INPUTS = int(os.environ.get("HOLOBENCH_FUZZ", "4000"))
PARTS = 8

CSV = hash_builder.csv(["012345678912", "000000000002"], "Bench-A").encode()
SEEDS = (
    CSV, CSV.replace(b",", b";"), CSV.decode().encode("utf-16"), b"\xef\xbb\xbf" + CSV,
    b'"' + CSV.replace(b",", b'","').replace(b"\r\n", b'"\r\n"')[:-1], CSV[60:],
    zip_builder.make({"DeviceHash_1.csv": CSV, "LicensingDiag_Output.txt": b"x" * 300}),
    zip_builder.make({"AutopilotDiagnostics.zip": zip_builder.make({"DeviceHash_1.csv": CSV})}, method=0),
    zip_builder.make({"xl/workbook.xml": b"<x/>"}),
)
TOKENS = (b",", b";", b"\t", b'"', b"\r", b"\n", b"\0", b"=", b"PK\x03\x04", b"PK\x05\x06", b"PK\x01\x02", b"\xff\xfe", b"T0E",
          b"sep=;\n", b"1.2E+11", b"########", b"\xff\xff\xff\xff", b"\x80", "é".encode(), b"A" * 40, b"../")


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1):]


def drop(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    del data[at:at + chance.choice((1, 2, 5, 100))]


def flip(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def insert(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.choice(TOKENS) * chance.choice((1, 1, 1, 3, 30))


def overwrite(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at + 4] = chance.randbytes(4)


def double(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = data[:chance.randrange(min(len(data), 5000) + 1)]


DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (cut, drop, flip, flip, insert, insert, overwrite, double)


def damaged(chance: random.Random) -> bytes:
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        chance.choice(DAMAGES)(data, chance)
    return bytes(data)


def read_through(content: bytes) -> list[HashRow]:
    """Rows of an input, or none with a catalogued rejection; anything else fails the test."""
    rows = []
    try:
        for row in rows_of(io.BytesIO(content), "fuzzed"):
            rows.append(row)  # noqa: PERF402 - the rows before a damage count
    except DataError as e:
        if e.code not in catalogue():
            raise
    return rows


@pytest.mark.fuzz
@pytest.mark.parametrize("part", range(PARTS))
def test_no_damaged_file_crashes_the_intake(part: int, tmp_path: Path) -> None:
    chance = random.Random(part)
    read = 0
    for _ in range(INPUTS // PARTS):
        merged = merge(check_rows(read_through(damaged(chance))))
        read += len(merged.kept)
        told = {v.code for row in (*merged.kept, *merged.dropped, *merged.refused) for v in row.verdicts}
        assert told <= catalogue().keys()
        assert all(row.hash is not None and row.hash.serial == row.row.serial for row in merged.kept)
        if merged.kept and chance.random() < 0.02:
            try:
                write(merged.kept, tmp_path / "out.csv")
            except DataError as e:
                assert e.code == "autopilot.csv-value-forbidden"  # noqa: PT017 - either outcome is right
    assert read, "the damage was so heavy that no good row was ever tried"


@pytest.mark.fuzz
@pytest.mark.parametrize("part", range(PARTS))
def test_no_damaged_hash_crashes_the_decoder(part: int) -> None:
    chance = random.Random(1000 + part)
    seed = hash_builder.text("012345678912").encode()
    for _ in range(INPUTS // PARTS):
        data = bytearray(seed[:chance.choice((200, 900, 4000))])
        for _ in range(chance.choice((1, 2, 5))):
            chance.choice(DAMAGES)(data, chance)
        found, verdicts = examine(data.decode("latin-1"))
        assert found is not None or verdicts
        assert {v.code for v in verdicts} <= catalogue().keys()
