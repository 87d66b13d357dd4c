"""What the decoder of the hardware hash promises."""

import base64
import csv
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.autopilot import record_table
from station.autopilot.hardware_hash import decode, mask, repair_padding
from station.autopilot.record_table import Record, describe
from station.autopilot.verdicts import Claim, Gravity, examine, usable
from station.model.errors import DataError
from tests.unit import hash_builder

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "hashes"


def codes(text: str, csv_serial: str = "", unit_serial: str = "") -> list[str]:
    return [v.code for v in examine(text, Claim(csv_serial, unit_serial))[1]]


def test_a_usual_hash_tells_serial_model_maker_uuid_and_mac() -> None:
    found = decode(hash_builder.text("012345678912"))
    assert (found.serial, found.model, found.manufacturer) == ("012345678912", "HoloLens 2", "Microsoft Corporation")
    assert isinstance(found.uuid, uuid.UUID)
    assert found.network_cards[0].mac.startswith("02:")
    assert found.has_tpm
    assert found.versions is not None
    assert (found.versions.system, found.versions.architecture) == ("10.0.22621.1272", record_table.ARM64)


def test_a_usual_hash_has_no_verdicts() -> None:
    assert codes(hash_builder.text()) == []


def test_the_uuid_is_read_mixed_endian() -> None:
    wanted = uuid.UUID("860cefff-9ccb-40b2-960f-26e4a5dc6f15")
    records = [(t, wanted.bytes_le if t == 12 else d) for t, d in hash_builder.usual_records()]
    assert decode(base64.b64encode(hash_builder.raw(records)).decode()).uuid == wanted


def test_a_missing_pad_is_added_and_told() -> None:
    whole = base64.b64encode(hash_builder.raw(hash_builder.usual_records(), size=2999)).decode()
    found, verdicts = examine(whole.rstrip("="))
    assert found is not None
    assert found.text == whole
    assert verdicts[0].gravity is Gravity.REPAIRED


@given(st.binary(min_size=1, max_size=400))
def test_padding_repair_gives_back_every_stripped_base64(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert repair_padding(text.rstrip("=")) == text
    assert repair_padding(text) == text


def test_a_single_character_left_over_gets_an_a_as_microsoft_says() -> None:
    assert repair_padding("AAAAB") == "AAAABA=="


def test_wrapped_quoted_and_url_safe_text_is_straightened() -> None:
    text = base64.b64encode(b"\xff\xfe\xfd" * 40).decode()
    bent = '"' + "\r\n".join(text.replace("/", "_").replace("+", "-")[i:i + 76] for i in range(0, len(text), 76)) + '"'
    assert repair_padding(bent) == text


def test_no_part_of_a_hash_is_in_its_repr() -> None:
    text = hash_builder.text()
    assert text[:40] not in repr(decode(text))
    assert "012345678912" not in repr(decode(text))


def test_the_mask_shows_twelve_and_four_characters() -> None:
    text = hash_builder.text()
    assert mask(text) == text[:12] + "…" + text[-4:]
    assert mask("short") == "short"


def test_serial_of_file_and_serial_of_unit_must_be_the_one_inside() -> None:
    text = hash_builder.text("012345678912")
    assert codes(text, "012345678912", "012345678912") == []
    assert codes(text, csv_serial="999999999999") == ["autopilot.serial-differs"]
    assert codes(text, unit_serial="999999999999") == ["autopilot.serial-mismatch"]
    assert not usable(examine(text, Claim(unit_serial="999999999999"))[1])


@pytest.mark.parametrize("missing", [12, 14, 16, 17])
def test_each_record_that_the_service_needs_is_asked_for(missing: int) -> None:
    records = [(t, d) for t, d in hash_builder.usual_records() if t != missing]
    verdicts = examine(base64.b64encode(hash_builder.raw(records)).decode())[1]
    assert any(v.code == "autopilot.hash-record-missing" and str(missing) in v.detail for v in verdicts)


@given(st.data())
def test_any_changed_byte_before_the_padding_is_noticed(data: st.DataObject) -> None:
    raw = bytearray(hash_builder.raw(hash_builder.usual_records()))
    end = int.from_bytes(raw[2:4], "little") + 36
    at = data.draw(st.integers(0, end - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DataError):
        decode(base64.b64encode(raw).decode())


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=60)), max_size=20))
def test_records_come_back_as_they_went_in(records: list[tuple[int, bytes]]) -> None:
    found = decode(base64.b64encode(hash_builder.raw(records)).decode())
    assert [(r.type, r.data) for r in found.records] == records


@given(st.integers(0, 40), st.binary(max_size=80))
def test_every_record_can_be_described(type_: int, data: bytes) -> None:
    name, value = describe(Record(type_, data))
    assert name
    assert isinstance(value, str)


@given(st.binary(max_size=200), st.text(max_size=60))
def test_nothing_but_a_catalogued_error_leaves_the_decoder(data: bytes, noise: str) -> None:
    for text in (base64.b64encode(b"OA" + data).decode(), noise, base64.b64encode(data).decode()):
        found, verdicts = examine(text)
        assert found is not None or [v.code.startswith("autopilot.hash-") for v in verdicts] == [True]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the synthetic samples are not here")
@pytest.mark.parametrize("name", ["good-one.csv", "good-three.csv", "unpadded.csv"])
def test_the_synthetic_samples_decode_with_their_serials(name: str) -> None:
    rows = list(csv.DictReader((SAMPLES / name).read_text(encoding="utf-8-sig").splitlines()))
    assert rows
    for row in rows:
        assert decode(row["Hardware Hash"]).serial == row["Device Serial Number"]
