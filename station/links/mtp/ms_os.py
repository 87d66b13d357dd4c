"""Microsoft OS descriptors: how a device says that a vendor-class interface speaks MTP. Pure parsing.

String 0xEE is `MSFT100` and a vendor code; a vendor request with that code and index 4 answers compatible ids by interface.
Source: facts/device-io §2.6 (libmtp, android-file-transfer); Microsoft OS 1.0 Descriptors Specification.
"""

import struct

STRING_INDEX = 0xEE
STRING_SIZE = 18
COMPATIBLE_IDS = 4
COMPATIBLE_IDS_SIZE = 16 + 24 * 10

_SIGNATURE = "MSFT100".encode("utf-16-le")
_HEAD = struct.Struct("<IHHB7x")
_FUNCTION = struct.Struct("<Bx8s8s6x")


def vendor_code(descriptor: bytes) -> int | None:
    """The vendor code of string descriptor 0xEE; None for anything else."""
    if len(descriptor) < STRING_SIZE - 1 or descriptor[1] != 3 or descriptor[2:16] != _SIGNATURE:
        return None
    return descriptor[16]


def mtp_interfaces(descriptor: bytes) -> frozenset[int]:
    """Numbers of the interfaces whose compatible id is MTP; empty for anything that is not such a descriptor."""
    if len(descriptor) < _HEAD.size:
        return frozenset()
    _, _, index, count = _HEAD.unpack_from(descriptor)
    if index != COMPATIBLE_IDS:
        return frozenset()
    whole = min(count, (len(descriptor) - _HEAD.size) // _FUNCTION.size)
    functions = (_FUNCTION.unpack_from(descriptor, _HEAD.size + n * _FUNCTION.size) for n in range(whole))
    return frozenset(number for number, compatible, _ in functions if compatible.rstrip(b"\0") == b"MTP")


def pack_string(code: int) -> bytes:
    """String descriptor 0xEE of a device with this vendor code."""
    return bytes([STRING_SIZE, 3]) + _SIGNATURE + bytes([code, 0])


def pack_compatible_ids(interfaces: tuple[int, ...]) -> bytes:
    """The answer that names these interfaces as MTP."""
    functions = b"".join(_FUNCTION.pack(number, b"MTP", b"") for number in interfaces)
    return _HEAD.pack(_HEAD.size + len(functions), 0x0100, COMPATIBLE_IDS, len(interfaces)) + functions
