"""The container: what is written is read back, and nothing that a file claims is believed before it is bounded."""

import base64
import errno
import hashlib
import io
import os
import random
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.model.errors import Cancelled, DataError, UsageError
from station.model.timing import CancelToken
from station.package import kernel_copy, lzx
from station.package import wim_format as fmt
from station.package.wim_read import Limits, WimReader, safe_name
from station.package.wim_write import WimWriter
from station.package.xpress import decompress
from tests.unit.packages import making

NAMES = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(safe_name)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


def read_all(data: bytes) -> dict[str, bytes]:
    reader = WimReader(io.BytesIO(data))
    return {f.path: reader.read(f) for f in reader.images[0].files}


def code_of(data: bytes, limits: Limits | None = None) -> str:
    try:
        reader = WimReader(io.BytesIO(data), limits)
        for file in reader.images[0].files:
            reader.read(file)
    except DataError as error:
        return error.code
    return "nothing"


@given(st.dictionaries(PATHS, st.binary(max_size=300), max_size=8))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back(contents: dict[str, bytes]) -> None:
    folded: dict[str, bytes] = {}
    for path, data in contents.items():
        taken = [p.casefold() for p in folded]
        parts = path.casefold().split("/")
        if path.casefold() not in taken and not any(t.startswith(path.casefold() + "/") for t in taken) and not any(
                "/".join(parts[:n]) in taken for n in range(1, len(parts))) and not _case_clash(path, folded):
            folded[path] = data
    assert read_all(making.container(folded)) == folded


def _case_clash(path: str, others: dict[str, bytes]) -> bool:
    """Two folders that differ by letter case only would be two on Linux and one on Windows."""
    mine = ["/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 1)]
    theirs = {"/".join(o.split("/")[:n]) for o in others for n in range(1, o.count("/") + 1)}
    return any(m.casefold() == t.casefold() and m != t for m in mine for t in theirs)


def test_the_header_is_the_one_of_real_packages() -> None:
    header = fmt.Header.unpack(making.container({"a": b"1"}))
    assert (header.flags, header.chunk_size, header.part, header.parts) == (0x20082, 32768, 1, 1)
    assert (header.images, header.boot_index) == (1, 0)
    assert header.integrity == fmt.Resource()


def test_equal_contents_are_kept_once() -> None:
    data = making.container({"a/one": b"same" * 5000, "b/two": b"same" * 5000})
    assert data.count(b"same" * 5000) == 1
    assert read_all(data) == {"a/one": b"same" * 5000, "b/two": b"same" * 5000}


def test_thousands_of_files_with_long_names_of_any_script_are_read_back() -> None:
    contents = {f"folder {n % 40}/{n} {'äß𝔘字' * 20}.txt": b"%d" % n for n in range(3000)}
    contents |= {"x" * 255: b"", "empty/zero": b""}
    assert read_all(making.container(contents)) == contents


@pytest.mark.skipif(sys.platform == "win32", reason="the file would not be sparse there")
def test_contents_beyond_four_gibibytes_are_found(tmp_path: Path) -> None:
    with (tmp_path / "far.wim").open("w+b") as stream:
        writer = WimWriter(stream, making.MOMENT)
        stream.seek(5 << 30)
        writer.place("far", writer.store(io.BytesIO(b"far away")))
        writer.finish(lambda _: "<WIM></WIM>", bytes(16))
        reader = WimReader(stream)
        assert reader.read(reader.images[0].files[0]) == b"far away"


@pytest.mark.parametrize("size", [1, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 2 << 20, (2 << 20) + (64 << 10) + 1])
def test_files_of_every_size_around_the_buffers_are_copied_whole(size: int) -> None:
    data = bytes(range(251)) * (size // 251 + 1)
    assert read_all(making.container({"a": data[:size]})) == {"a": data[:size]}


def test_nothing_of_the_building_machine_is_inside() -> None:
    stream = io.BytesIO(making.container({"a": b"1"}))
    reader = WimReader(stream)
    blob = next(b for b in reader._metadata)
    security = making.container({"a": b"1"})[blob.resource.offset:blob.resource.offset + 8]
    assert struct.unpack("<II", security) == (8, 0), "no security descriptors"


@pytest.mark.parametrize("path", ["../x", "a/../b", "a//b", "c:x", "a\\b", "nul", "a/CON.txt", "x.", "", "a/" + "n" * 256])
def test_unsafe_paths_are_not_written(path: str) -> None:
    writer = WimWriter(io.BytesIO(), making.MOMENT)
    with pytest.raises(ValueError, match="safe path"):
        writer.place(path, writer.store(io.BytesIO(b"")))


def test_two_files_cannot_have_one_path() -> None:
    writer = WimWriter(io.BytesIO(), making.MOMENT)
    stored = writer.store(io.BytesIO(b"1"))
    writer.place("a", stored)
    with pytest.raises(ValueError, match="two files"):
        writer.place("a", stored)


def large(tmp_path: Path) -> Path:
    """A file that goes the way of large ones."""
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * 40_000)
    return path


@pytest.mark.parametrize("kernel", [True, False])
def test_large_files_go_in_whole_by_either_way(tmp_path: Path, kernel: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_copy, "possible", lambda: kernel and hasattr(kernel_copy.os, "copy_file_range"))
    path, told = large(tmp_path), list[int]()
    with (tmp_path / "out").open("w+b") as stream, path.open("rb", buffering=0) as source:
        writer = WimWriter(stream, making.MOMENT)
        stored = writer.store(source, progress=told.append)
        writer.place("a/large", stored)
        writer.place("b", writer.store(io.BytesIO(b"behind it")))
        writer.finish(lambda t: "<WIM/>", bytes(16))
    assert told[-1] == stored.size == path.stat().st_size
    assert stored.sha256 == hashlib.sha256(path.read_bytes()).digest()
    assert read_all((tmp_path / "out").read_bytes()) == {"a/large": path.read_bytes(), "b": b"behind it"}


def test_a_file_system_that_will_not_copy_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> int:
        raise OSError(errno.EXDEV, "other file system")
    monkeypatch.setattr(kernel_copy.os, "copy_file_range", refuses, raising=False)
    path = large(tmp_path)
    with (tmp_path / "out").open("w+b") as stream, path.open("rb", buffering=0) as source:
        assert WimWriter(stream, making.MOMENT).store(source).size == path.stat().st_size


@pytest.mark.skipif(not kernel_copy.possible(), reason="this system has no such call")
def test_a_file_that_changes_meanwhile_is_told(tmp_path: Path) -> None:
    path = large(tmp_path)

    def change(_: int) -> None:
        os.utime(path, (1, 1))
    with (tmp_path / "out").open("w+b") as stream, path.open("rb", buffering=0) as source:
        writer = WimWriter(stream, making.MOMENT)
        with pytest.raises(UsageError) as caught:
            writer.store(source, progress=change)
    assert caught.value.code == "package.file-changed"


@pytest.mark.skipif(not kernel_copy.possible(), reason="this system has no such call")
def test_a_large_copy_can_be_cancelled(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    path = large(tmp_path)
    with (tmp_path / "out").open("w+b") as stream, path.open("rb", buffering=0) as source, pytest.raises(Cancelled):
        WimWriter(stream, making.MOMENT).store(source, token)


def test_a_cancelled_copy_stops() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        WimWriter(io.BytesIO(), making.MOMENT).store(io.BytesIO(bytes(9 << 20)), token)


def test_progress_tells_bytes_and_reaches_the_end() -> None:
    told: list[int] = []
    WimWriter(io.BytesIO(), making.MOMENT).store(io.BytesIO(bytes(9 << 20)), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 9 << 20


def test_a_file_that_is_no_container_is_told() -> None:
    assert code_of(b"PK\3\4" + bytes(300)) == "package.not-a-package"


def test_a_cut_file_is_told() -> None:
    data = making.container({"a": b"1" * 1000})
    assert code_of(data[:100]) == "package.damaged"
    assert code_of(data[:-1]) == "package.damaged"


def test_a_flipped_byte_in_contents_is_told() -> None:
    data = bytearray(making.container({"a": b"1" * 1000}))
    data[fmt.HEADER_SIZE + 500] ^= 1
    assert code_of(bytes(data)) == "package.damaged"


def _patched(offset: int, layout: str, *values: int) -> bytes:
    data = bytearray(making.container({"a": b"1"}))
    struct.pack_into(layout, data, offset, *values)
    return bytes(data)


@pytest.mark.parametrize(("data", "code"), [
    (_patched(8, "<I", 100), "package.damaged"), (_patched(16, "<I", fmt.FLAG_LZMS), "package.compression"),
    (_patched(20, "<I", 1 << 17), "package.compression"), (_patched(20, "<I", 5000), "package.compression"),
    (_patched(20, "<I", 0), "package.compression"), (b"WLPWM" + making.container({"a": b"1"})[5:], "package.not-a-package"),
    (_patched(40, "<HH", 1, 2), "package.split"), (_patched(44, "<I", 0), "package.no-image"),
    (_patched(44, "<I", 5000), "package.damaged"), (_patched(44, "<I", 2), "package.damaged"),
    (_patched(48 + 8, "<Q", 1 << 60), "package.damaged"), (_patched(48 + 16, "<Q", 1 << 40), "package.damaged"),
    (_patched(72 + 16, "<Q", 1 << 40), "package.too-large"),
])
def test_headers_that_lie_are_told(data: bytes, code: str) -> None:
    assert code_of(data) == code


def _with_metadata(change: bytes, instead: bytes) -> bytes:
    """A container whose directory was changed, with its checksum made right again."""
    data = bytearray(making.container({"aa/bb": b"1"}))
    header = fmt.Header.unpack(bytes(data))
    for at in range(header.blob_table.offset, header.blob_table.offset + header.blob_table.size, fmt.BLOB_ENTRY_SIZE):
        blob = fmt.Blob.unpack(bytes(data[at:at + fmt.BLOB_ENTRY_SIZE]))
        if blob.resource.flags & fmt.RESOURCE_METADATA:
            start, end = blob.resource.offset, blob.resource.offset + blob.resource.size
            inner = bytes(data[start:end])
            assert change in inner
            data[start:end] = inner.replace(change, instead)
            digest = hashlib.sha1(bytes(data[start:end])).digest()
            data[at:at + fmt.BLOB_ENTRY_SIZE] = fmt.Blob(blob.resource, digest).pack()
    return bytes(data)


@pytest.mark.parametrize("name", ["..", "a/", "b\\", "c:", "\0x"])
def test_names_that_lead_out_of_a_folder_are_refused(name: str) -> None:
    data = _with_metadata("aa".encode("utf-16-le"), name.encode("utf-16-le").ljust(4, b"\0")[:4])
    assert code_of(data) == "package.unsafe-name"


def test_a_folder_that_contains_itself_is_refused() -> None:
    data = making.container({"aa/bb": b"1"})
    reader = WimReader(io.BytesIO(data))
    metadata = b"".join(reader._resource(reader._metadata[0].resource))
    root = fmt.Entry.unpack(metadata, 8)
    child = fmt.Entry.unpack(metadata, root.children)
    assert code_of(_with_metadata(struct.pack("<Q", child.children), struct.pack("<Q", root.children))) == "package.damaged"


@pytest.mark.parametrize("limits", [Limits(entries=1), Limits(depth=1), Limits(blobs=1), Limits(metadata=10), Limits(text=3)])
def test_more_than_the_limits_allow_is_refused(limits: Limits) -> None:
    assert code_of(making.container({"a/b": b"1234", "a/c": b"5678"}), limits) in ("package.damaged", "package.too-large")


def test_a_compressed_resource_is_read() -> None:
    text = (b"<wap-provisioningdoc>" * 40)[:500] + b"end"
    packed = making.xpress(text)
    assert len(packed) < len(text)
    data = bytearray(making.container({"a": text}))
    header = fmt.Header.unpack(bytes(data))
    at = header.blob_table.offset
    blob = fmt.Blob.unpack(bytes(data[at:at + fmt.BLOB_ENTRY_SIZE]))
    data[blob.resource.offset:blob.resource.offset + len(packed)] = packed
    smaller = fmt.Resource(len(packed), fmt.RESOURCE_COMPRESSED, blob.resource.offset, blob.resource.size)
    data[at:at + fmt.BLOB_ENTRY_SIZE] = fmt.Blob(smaller, blob.sha1).pack()
    assert read_all(bytes(data)) == {"a": text}


def test_the_alphabet_of_the_specification_is_decoded() -> None:
    """[MS-XCA] §3.2, the first LZ77+Huffman example."""
    table = bytearray(256)
    table[48:62] = bytes.fromhex("50 55 55 55 55 55 55 55 55 55 55 45 44 04")
    table[128] = 0x04
    data = bytes(table) + bytes.fromhex("d8 52 3e d7 94 11 5b e9 19 5f f9 d6 7c df 8d 04 00 00 00 00")
    assert decompress(data, 26) == b"abcdefghijklmnopqrstuvwxyz"


@given(st.binary(max_size=400) | st.lists(st.sampled_from([b"abc", b"<parm ", b"\0" * 40, b"x"]), max_size=60).map(b"".join))
@settings(max_examples=80, deadline=None)
def test_the_decoder_undoes_an_encoder(data: bytes) -> None:
    assert decompress(making.xpress(data), len(data)) == data


@given(st.binary(min_size=0, max_size=600), st.integers(0, 40000))
@settings(max_examples=150, deadline=None)
def test_the_decoder_answers_any_bytes_with_bytes_or_a_fault(data: bytes, size: int) -> None:
    try:
        answer = len(decompress(data, size))
    except DataError as error:
        answer = size if error.code == "package.damaged" else -1
    assert answer == size


LZX_TEXT = (b"".join(b"Setting %d of the bench is %d.\r\n" % (n, n * n) for n in range(40)) + b"\xe8\x10\x20\0\0" * 12
            + b"end of the text, long enough")
LZX_CHUNK = base64.b64decode(
    "VyAAAgAAJABAQzQAqgx6g0FQUwFOZyedQQPQoCFoQYOCoMyxTcAd0P9B6v+M5wDAAAARCRAAggxDHQ3XtokFiX85rR8AIAAAAAAyAyAA4A5fF36/7fzPdtg9"
    "huzLEBnatO3tPKaPbtiG+FwdmrxC/xMjqSAupBhlmLYpZjAzjclXQUU1zpSJNcKjHGvQMJI4EERClc5ETgoxwZhETTGFggpXkYzJQWSiTOGQU0GVaglTCEJA"
    "AZ2OCWpCFQIQEFCpqkKJhJHOBDs4iugijySCq2aUMsGYRO4xQsE4k5VUHFTGp3+bNj9brX/6eimuX5f9v+37deHvG399+R/b7F9v5/qs7yH7l46tO1+ANg==")
"""The text above as wimlib compresses it; tests/contract/test_real_packages.py compares larger ones."""


def test_an_lzx_chunk_is_decoded_with_its_calls_put_right() -> None:
    assert lzx.decompress(LZX_CHUNK, len(LZX_TEXT), 32768) == LZX_TEXT


def test_damaged_lzx_chunks_end_in_a_fault() -> None:
    dice = random.Random(7)
    for _ in range(3000):
        data = bytearray(LZX_CHUNK)
        for _ in range(dice.choice((1, 1, 3, 12))):
            data[dice.randrange(len(data))] = dice.randrange(256)
        del data[dice.choice((len(data), dice.randrange(len(data)))):]
        try:
            assert len(lzx.decompress(bytes(data), len(LZX_TEXT), 32768)) == len(LZX_TEXT)
        except DataError as error:
            assert error.code == "package.damaged"  # noqa: PT017 - any other fault would be wrong
