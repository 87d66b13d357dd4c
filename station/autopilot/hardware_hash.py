"""The hardware hash ("4K HH"): repair of its base64 text, decoding, masking.

    0    'OA'
    2    u16le end      offset of the checksum record
    4    records: u16le type, u16le length (incl. these 4 bytes), data
    end  'CS', u16le 36, SHA-256 of bytes [0, end)
         zeros to 3000

Source: facts/tenant §4. What a hash says is PII (serial, MACs, disk serial, UUID): show and log `mask()` only.
"""

import binascii
import hashlib
import re
import struct
import uuid
from dataclasses import dataclass, field

from station.autopilot import record_table
from station.autopilot.record_table import NetworkCard, Record, RecordType, Versions
from station.model.errors import DataError

USUAL_SIZE = 3000
SPREADSHEET_CELL = 32_767

_MAGIC = b"OA"
_CHECKSUM_HEAD = struct.pack("<2sH", b"CS", 36)
_CHECKSUM_SIZE = 36
_HEAD = struct.Struct("<HH")
_NOISE = re.compile(r"[\s\"'\u200b\ufeff]+")
_URL_SAFE = str.maketrans("-_", "+/")
_TPM_RECORDS = frozenset({RecordType.OFFLINE_DEVICE_ID, RecordType.TPM_VERSION, RecordType.TPM_EK_PUBLIC})


@dataclass(frozen=True, slots=True)
class HardwareHash:
    """A decoded hash. `text` is the padded standard base64 that the service takes; `size` counts bytes."""

    text: str = field(repr=False)
    size: int
    records: tuple[Record, ...] = field(repr=False)

    def first(self, type_: int) -> bytes | None:
        """Data of the first record of a type, None if there is none."""
        for record in self.records:
            if record.type == type_:
                return record.data
        return None

    def _said(self, type_: int) -> str:
        data = self.first(type_)
        return "" if data is None else record_table.text(data)

    @property
    def serial(self) -> str:
        """SMBIOS serial number (record 14), "" if absent."""
        return self._said(RecordType.SERIAL)

    @property
    def manufacturer(self) -> str:
        """SMBIOS manufacturer (record 16), "" if absent."""
        return self._said(RecordType.MANUFACTURER)

    @property
    def model(self) -> str:
        """SMBIOS product name (record 17), "" if absent."""
        return self._said(RecordType.PRODUCT)

    @property
    def uuid(self) -> uuid.UUID | None:
        """SMBIOS UUID (record 12), None if absent or not 16 bytes."""
        data = self.first(RecordType.UUID)
        return None if data is None else record_table.smbios_uuid(data)

    @property
    def versions(self) -> Versions | None:
        """Tool and system version, architecture (record 1), None if absent or short."""
        data = self.first(RecordType.VERSIONS)
        return None if data is None else record_table.versions(data)

    @property
    def network_cards(self) -> tuple[NetworkCard, ...]:
        """Readable network cards (records 8)."""
        cards = (record_table.network_card(r.data) for r in self.records if r.type == RecordType.NETWORK_CARD)
        return tuple(card for card in cards if card is not None)

    @property
    def has_tpm(self) -> bool:
        """Whether any of the TPM records 11, 13, 25 is there; self-deploying needs them (inferred, facts/tenant §4)."""
        return any(record.type in _TPM_RECORDS for record in self.records)


def mask(text: str) -> str:
    """First 12 and last 4 characters of a hash; what may be shown, logged and put in a support bundle."""
    return text if len(text) <= 16 else f"{text[:12]}…{text[-4:]}"


def repair_padding(text: str) -> str:
    """Standard base64 padded to a multiple of four, from what devices and people give.

    Devices may emit unpadded base64. Microsoft's rule (memdocs, troubleshoot-device-enrollment): add one `=`, then two; if both
    are refused, put `A` in place of the two `=` and begin again; which means one `A` where a single character stands over.
    White space, quotes and the URL-safe alphabet are normalised. The result is not yet known to be base64.
    """
    plain = _NOISE.sub("", text).translate(_URL_SAFE).rstrip("=")
    over = len(plain) % 4
    if over == 1:
        plain, over = f"{plain}A", 2
    return plain + "=" * (-over % 4)


def decode(text: str) -> HardwareHash:
    """Decode a hash as found in a CSV cell.

    Raises DataError with a code of the catalogue: `autopilot.hash-missing`, `-hash-not-base64`, `-hash-cut-by-spreadsheet`,
    `-hash-not-a-hash`, `-hash-cut-short`, `-hash-record-overrun`, `-hash-checksum`.
    """
    if len(text) >= SPREADSHEET_CELL:
        raise DataError("autopilot.hash-cut-by-spreadsheet", f"{len(text)} characters")
    padded, raw = _bytes(text)
    return HardwareHash(padded, len(raw), _records(raw))


def _bytes(text: str) -> tuple[str, bytes]:
    """Padded text and its bytes; a cell that is right as it stands is not touched."""
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
        if raw:
            return text, raw
    except ValueError:
        raw = b""
    padded = repair_padding(text)
    if not padded:
        raise DataError("autopilot.hash-missing")
    try:
        return padded, binascii.a2b_base64(padded, strict_mode=True)
    except ValueError as e:
        raise DataError("autopilot.hash-not-base64", f"{mask(padded)}, {len(padded)} characters") from e


def _records(raw: bytes) -> tuple[Record, ...]:
    """Records of the decoded bytes, checksum proven."""
    if raw[:2] != _MAGIC or len(raw) < 4:
        raise DataError("autopilot.hash-not-a-hash", f"starts with {raw[:4].hex(' ')}")
    end = int.from_bytes(raw[2:4], "little")
    if end + _CHECKSUM_SIZE > len(raw):
        raise DataError("autopilot.hash-cut-short", f"{len(raw)} bytes of at least {end + _CHECKSUM_SIZE}")
    records = []
    offset = 4
    while offset < end:
        if offset + 4 > end:
            raise DataError("autopilot.hash-record-overrun", f"{end - offset} bytes left over at byte {offset}")
        type_, length = _HEAD.unpack_from(raw, offset)
        if length < 4 or offset + length > end:
            raise DataError("autopilot.hash-record-overrun", f"record {type_} at byte {offset}, length {length}")
        records.append(Record(type_, raw[offset + 4:offset + length]))
        offset += length
    if raw[end:end + 4] != _CHECKSUM_HEAD or raw[end + 4:end + 36] != hashlib.sha256(raw[:end]).digest():
        raise DataError("autopilot.hash-checksum")
    return tuple(records)
