"""The MTP codec: real bytes of a Windows Phone responder, every value there and back, and no harm from any other bytes."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.links.mtp import codec
from station.links.mtp.codec import DeviceInfo, DeviceStatus, Event, ObjectInfo, Reader, StorageInfo
from station.links.mtp.operations import ContainerKind, Operation, ResponseCode
from station.model.errors import DataError

# Recorded from Nokia Lumia phones (Windows Phone 8): public threads hanwen/go-mtpfs #77 and whoozle/android-file-transfer #12.
OPEN_SESSION = bytes.fromhex("10000000 0100 0210 00000000 13978b2b")
OPEN_ANSWER = bytes.fromhex("0c000000 0300 0120 00000000")
STORAGE_IDS = bytes.fromhex("14000000 0200 0410 01000000 01000000 01000100")
STORAGE_INFO_COMMAND = bytes.fromhex("10000000 0100 0510 02000000 01000100")
STORAGE_INFO = bytes.fromhex(
    "5a000000020005100200000003000200 0000000080ce010000000080dece0000 00000000000006500068006f006e0065"
    "000000134d0054005000200056006f00 6c0075006d00650020002d0020003600 350035003300370000 00")   # the last 6 were not recorded
DEVICE_INFO_START = bytes.fromhex(
    "ed010000020001100100000064000600000064 00516d006900630072006f0073006f00660074002e0063006f006d003a".replace(" ", ""))

names = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=120)
words = st.integers(0, 0xFFFF)
longs = st.integers(0, 0xFFFF_FFFF)
times = st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda t: t.replace(microsecond=0))


def test_a_command_is_packed_as_a_lumia_was_asked() -> None:
    assert codec.pack_command(Operation.OPEN_SESSION, 0, (0x2B8B9713,)) == OPEN_SESSION
    assert codec.pack_command(Operation.GET_STORAGE_INFO, 2, (0x0001_0001,)) == STORAGE_INFO_COMMAND


def test_a_lumias_response_is_read() -> None:
    assert codec.unpack_header(OPEN_ANSWER) == codec.Header(12, ContainerKind.RESPONSE, ResponseCode.OK, 0)


def test_a_lumias_storage_ids_are_read_from_one_transfer() -> None:
    assert codec.unpack_header(STORAGE_IDS).length == len(STORAGE_IDS)
    assert Reader(STORAGE_IDS[12:]).array(4) == (0x0001_0001,)


def test_a_lumias_storage_info_is_read() -> None:
    info = StorageInfo.unpack(STORAGE_INFO[12:])
    assert (info.storage_type, info.filesystem_type, info.access) == (3, 2, 0)
    assert (info.max_bytes, info.free_bytes) == (7_759_462_400, 3_470_688_256)
    assert (info.description, info.volume) == ("Phone", "MTP Volume - 65537")


def test_a_description_cut_short_is_refused() -> None:
    with pytest.raises(DataError, match=r"mtp\.bad-dataset"):
        DeviceInfo.unpack(DEVICE_INFO_START[12:])


@given(names)
def test_a_string_comes_back_as_it_went(text: str) -> None:
    packed = codec.pack_string(text)
    assert Reader(packed).string() == text
    assert packed[0] == (len(text.encode("utf-16-le")) // 2 + 1 if text else 0)


def test_a_name_of_more_than_254_units_is_refused() -> None:
    codec.pack_string("a" * 254)
    with pytest.raises(DataError, match=r"mtp\.bad-name"):
        codec.pack_string("a" * 255)


def test_a_string_without_its_nul_or_with_half_a_character_is_borne() -> None:
    assert Reader(b"\x02a\0b\0").string() == "ab"
    assert Reader(b"\x02\x00\xd8a\0").string() == "�a"


@given(st.lists(longs, max_size=50).map(tuple))
def test_an_array_comes_back_as_it_went(items: tuple[int, ...]) -> None:
    assert Reader(codec.pack_array(items, 4)).array(4) == items


def test_an_array_that_promises_more_than_it_holds_takes_no_memory() -> None:
    with pytest.raises(DataError, match=r"mtp\.bad-dataset"):
        Reader(b"\xff\xff\xff\xff\x01\x00").array(4)


@given(st.builds(ObjectInfo, longs, st.sampled_from((0x3000, 0x3001)), words, longs, longs, words, names, times, times))
def test_an_object_info_comes_back_as_it_went(info: ObjectInfo) -> None:
    assert ObjectInfo.unpack(info.pack()) == info


@given(st.builds(StorageInfo, words, words, words, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), longs, names, names))
def test_a_storage_info_comes_back_as_it_went(info: StorageInfo) -> None:
    assert StorageInfo.unpack(info.pack()) == info


@given(st.builds(DeviceInfo, words, longs, words, names, words, *(st.lists(words, max_size=20).map(tuple) for _ in range(5)),
                 names, names, names, names))
def test_a_device_info_comes_back_as_it_went(info: DeviceInfo) -> None:
    assert DeviceInfo.unpack(info.pack()) == info


@given(st.builds(Event, words, longs, st.lists(longs, max_size=3).map(tuple)))
def test_an_event_comes_back_as_it_went(event: Event) -> None:
    assert Event.unpack(event.pack()) == event


@given(st.builds(DeviceStatus, words, st.lists(longs, max_size=5).map(tuple)))
def test_a_device_status_comes_back_as_it_went(status: DeviceStatus) -> None:
    assert DeviceStatus.unpack(status.pack()) == status


@pytest.mark.parametrize(("text", "at"), [
    ("20201103T101112", datetime(2020, 11, 3, 10, 11, 12, tzinfo=UTC)),
    ("20201103T101112.5Z", datetime(2020, 11, 3, 10, 11, 12, tzinfo=UTC)),
    ("20201103T101112+0130", datetime(2020, 11, 3, 10, 11, 12, tzinfo=timezone(timedelta(hours=1, minutes=30)))),
    ("20201303T101112", None), ("yesterday", None), ("", None), ("00010101T000000+2359", None), ("20200101T000000+9999", None),
])
def test_a_time_is_read_in_every_written_form(text: str, at: datetime | None) -> None:
    assert codec.unpack_time(text) == at


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_but_never_break_the_reader(data: bytes) -> None:
    for unpack in (codec.unpack_header, codec.unpack_parameters, DeviceInfo.unpack, StorageInfo.unpack, ObjectInfo.unpack,
                   DeviceStatus.unpack, Event.unpack):
        with suppress(DataError):
            unpack(data)
