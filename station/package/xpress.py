"""The XPRESS decoder: LZ77 + Huffman as WIM chunks use it.

Source: [MS-XCA] §2.2 (LZ77+Huffman decompression). A WIM chunk is one block: 256 bytes of 4-bit code lengths for 512 symbols,
then a stream of 16-bit little-endian words. Pure function over bytes; damaged input raises DataError, never anything else.
"""

from station.model.errors import DataError

_SYMBOLS = 512
_MAX_CODE = 15
_MIN_MATCH = 3
_LONG_LENGTH = 15


def decompress(data: bytes, size: int) -> bytes:
    """The `size` bytes that one XPRESS chunk holds. Raises DataError `package.damaged`."""
    if len(data) < _SYMBOLS // 2 + 4:
        raise DataError("package.damaged", "an XPRESS chunk is shorter than its code table")
    return _decode(data, size, _decoding_table(data[:_SYMBOLS // 2]))


def _decoding_table(lengths: bytes) -> list[int]:
    """Canonical codes as a table over the next 15 bits; an entry is `symbol << 4 | code length`, 0 where no code begins so.
    """
    by_length: list[list[int]] = [[] for _ in range(_MAX_CODE + 1)]
    for index, pair in enumerate(lengths):
        by_length[pair & 15].append(2 * index)
        by_length[pair >> 4].append(2 * index + 1)
    table: list[int] = []
    for length in range(1, _MAX_CODE + 1):
        span = 1 << (_MAX_CODE - length)
        for symbol in sorted(by_length[length]):
            table.extend([symbol << 4 | length] * span)
        if len(table) > 1 << _MAX_CODE:
            raise DataError("package.damaged", "the code table of an XPRESS chunk is over-subscribed")
    table.extend([0] * ((1 << _MAX_CODE) - len(table)))
    return table


def _decode(data: bytes, size: int, table: list[int]) -> bytes:
    end = len(data)
    data += b"\0\0\0\0\0\0\0\0"                     # the specification lets the decoder read ahead of the last code
    at = _SYMBOLS // 2
    bits = (data[at] | data[at + 1] << 8) << 16 | data[at + 2] | data[at + 3] << 8
    at += 4
    spare = 16
    out = bytearray()
    written = 0
    while written < size:
        entry = table[bits >> 17]
        length = entry & 15
        if not length or at > end + 4:
            raise DataError("package.damaged", "an XPRESS chunk ends early or holds a code that does not exist")
        bits = bits << length & 0xFFFFFFFF
        spare -= length
        if spare < 0:
            if at < end:
                bits |= (data[at] | data[at + 1] << 8) << -spare
            at += 2
            spare += 16
        symbol = entry >> 4
        if symbol < 256:
            out.append(symbol)
            written += 1
            continue
        run = symbol & 15
        log = symbol >> 4 & 15
        if run == _LONG_LENGTH and at < end:
            run = data[at] + _LONG_LENGTH
            at += 1
            if run == 255 + _LONG_LENGTH:
                run = data[at] | data[at + 1] << 8
                at += 2
        run += _MIN_MATCH
        distance = (bits >> (32 - log) if log else 0) + (1 << log)
        bits = bits << log & 0xFFFFFFFF
        spare -= log
        if spare < 0:
            if at < end:
                bits |= (data[at] | data[at + 1] << 8) << -spare
            at += 2
            spare += 16
        if distance > written or run > size - written:
            raise DataError("package.damaged", "a match in an XPRESS chunk reaches outside the chunk")
        start = written - distance
        if distance >= run:
            out += out[start:start + run]
        else:
            pattern = bytes(out[start:])
            out += (pattern * (run // distance + 1))[:run]
        written += run
    return bytes(out)
