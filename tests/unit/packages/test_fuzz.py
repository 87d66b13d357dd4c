"""Packages damaged by the thousand: always a clear verdict, nothing written elsewhere, memory and time bounded.

HOLOBENCH_FUZZ sets how many (the full suite runs 20,000); HOLOBENCH_FUZZ_SEED another series.
"""

import gc
import hashlib
import os
import random
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from station.model.errors import HoloBenchError
from station.model.faults import catalogue
from station.package import wim_format as fmt
from station.package.importer import import_settings
from station.package.inspection import inspect_package
from station.package.lint import check_package
from tests.unit.packages import making
from tests.unit.packages.rewriting import rewritten

COUNT = int(os.environ.get("HOLOBENCH_FUZZ", "250"))
SEED = int(os.environ.get("HOLOBENCH_FUZZ_SEED", "20261123"))
REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "packages"
NASTY = (0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)
TEXTS = (b"../../escaped", b"C:\\escaped", b"/tmp/escaped", b"\0", b"&lt;!DOCTYPE", b"<a>" * 200, b"\xff\xfe", b"%n%s",
         "𝔘".encode() * 50, b"&amp;" * 99, b"con", b"]]>", b"<x " + b"y='z' " * 100 + b"/>", b"99999999999999999999", b"-1",
         b"{}", b"{\"Account\":[1]}")
BASELINE_FACTOR = 400
MEMORY_MB = 200


def seeds(folder: Path) -> list[bytes]:
    making.write_files(folder)
    full = making.make(making.full_settings(), folder)[0].read_bytes()
    bare = making.make(making.full_settings(), folder, "bare.ppkg", strip_source=True)[0].read_bytes()
    real = [p.read_bytes() for p in sorted(REAL.glob("*.ppkg"))] if REAL.is_dir() else []
    return [full, bare, making.make(making.simple_settings(), folder, "s.ppkg")[0].read_bytes(), *real]


def flip(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 1, 2, 8, 40))):
        data[dice.randrange(len(data))] = dice.randrange(256)


def cut(data: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(data))
    del data[at:at + dice.choice((1, 4, 100, len(data)))]


def grow(data: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(data))
    data[at:at] = dice.choice(TEXTS) * dice.choice((1, 3, 50))


def lie_in_header(data: bytearray, dice: random.Random) -> None:
    at = dice.randrange(8, min(fmt.HEADER_SIZE, len(data)) - 8)
    data[at:at + 8] = struct.pack("<Q", dice.choice(NASTY))[:8]


def lie_in_table(data: bytearray, dice: random.Random) -> None:
    """A row of the blob table: sizes, flags, offsets, checksums."""
    resource = fmt.Header.unpack(bytes(data)).blob_table
    at = resource.offset + dice.randrange(max(1, resource.size - 8))
    data[at:at + 8] = struct.pack("<Q", dice.choice(NASTY))[:dice.choice((1, 2, 4, 8))].ljust(8, b"\0")


def lie_in_directory(data: bytearray, dice: random.Random) -> None:
    """The directory of the image, with its checksum made right again, so that the reader believes it."""
    table = fmt.Header.unpack(bytes(data)).blob_table
    for at in range(table.offset, table.offset + table.size, fmt.BLOB_ENTRY_SIZE):
        blob = fmt.Blob.unpack(bytes(data[at:at + fmt.BLOB_ENTRY_SIZE]))
        if blob.resource.flags & fmt.RESOURCE_METADATA and not blob.resource.compressed:
            start, size = blob.resource.offset, blob.resource.size
            for _ in range(dice.choice((1, 2, 6))):
                where = start + dice.randrange(size - 8)
                width = dice.choice((1, 2, 4, 8))
                value = dice.choice((*NASTY, dice.randrange(size), dice.randrange(256)))
                data[where:where + width] = struct.pack("<Q", value)[:width]
            digest = hashlib.sha1(bytes(data[start:start + size])).digest()
            data[at:at + fmt.BLOB_ENTRY_SIZE] = fmt.Blob(blob.resource, digest, blob.references, blob.part).pack()


def lie_in_text(data: bytearray, dice: random.Random) -> None:
    """One text file changed, and the container made right around it: what a clever forger would do."""
    def change(path: str, old: bytes) -> bytes:
        if dice.random() > 0.15 or len(old) < 2 or path.startswith("DataAsset/2"):
            return old
        new = bytearray(old)
        dice.choice((flip, cut, grow, _swap))(new, dice)
        return bytes(new)
    data[:] = rewritten(bytes(data), change)


def _swap(data: bytearray, dice: random.Random) -> None:
    """A value of an attribute or element replaced by a nasty one."""
    marks = [i for i, b in enumerate(data) if b in b'">']
    if marks:
        at = dice.choice(marks) + 1
        data[at:at + dice.choice((0, 4, 20))] = dice.choice(TEXTS)


def encrypt(data: bytearray, dice: random.Random) -> None:
    data[:] = making.encrypted(bytes(data), "12345678")
    if dice.random() < 0.5:
        flip(data, dice)


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip, flip, cut, grow, lie_in_header, lie_in_table, lie_in_directory, lie_in_directory, lie_in_text, lie_in_text, encrypt)


def verdict(path: Path, folder: Path) -> str:
    """What a person would be told. Anything but an answer or an error of the family is a bug."""
    password = "12345678" if path.stat().st_size % 2 else None
    try:
        inspect_package(path, password=password, verify=True).as_json()
        found = [f.rule for f in check_package(path, today=making.TODAY, password=password)]
        import_settings(path, keep=lambda name, _: name, folder=folder, password=password)
    except HoloBenchError as error:
        return catalogue()[error.code].code
    return "readable" if "damaged-inside" not in found else "readable, damaged inside"


@pytest.mark.fuzz
@pytest.mark.timeout(3600)
def test_damaged_packages_always_get_a_clear_verdict(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    started = time.perf_counter()
    bases = seeds(tmp_path / "seeds")
    work = tmp_path / "a" / "b" / "c"
    work.mkdir(parents=True)
    target = work / "x.ppkg"
    for base in bases:
        target.write_bytes(base)
        assert verdict(target, work / "out") == "readable"
    usual = (time.perf_counter() - started) / len(bases)
    before, before_memory = _others(tmp_path, work), _memory_mb()
    told: Counter[str] = Counter()
    for number in range(COUNT):
        dice = random.Random(f"{SEED}/{number}")
        data = bytearray(dice.choice(bases))
        dice.choice(MUTATIONS)(data, dice)
        target.write_bytes(data)
        begun = time.perf_counter()
        try:
            told[verdict(target, work / "out")] += 1
        except Exception as error:
            error.add_note(f"mutation {number} of series {SEED}")
            raise
        assert time.perf_counter() - begun < BASELINE_FACTOR * usual, f"mutation {number} of series {SEED} takes too long"
    gc.collect()
    assert sum(told.values()) == COUNT
    assert _others(tmp_path, work) == before, "something was written outside of its folder"
    assert _memory_mb() - before_memory < MEMORY_MB
    assert len(told) > 4, told
    print(dict(told.most_common()))


def _others(top: Path, work: Path) -> set[Path]:
    """Everything under `top` that is not in the folder of the test, and what could be hit by an absolute path."""
    return {p for p in top.rglob("*") if work not in (p, *p.parents)} | {p for p in Path("/tmp").glob("escaped*")}


def _memory_mb() -> float:
    """The highest memory of this process so far."""
    if sys.platform == "win32":
        return 0.0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)
