"""The LZX decoder, as chunks of Windows images use it: a repacked package may be compressed so (DISM's “max”).

Source: [MS-PATCH] “LZX DELTA” and the CAB documentation for blocks, trees and repeated offsets; the differences of Windows images
(windows of one chunk, a bit for blocks of 32 KiB, calls always translated with a file size of 12,000,000) are in the public
documentation of the format. Pure function over bytes; damaged input raises DataError, never anything else.
"""

from station.model.errors import DataError

_LITERALS = 256
_LENGTHS = 249
_PRETREE = 20
_ALIGNED = 8
_VERBATIM, _ALIGNED_BLOCK, _RAW = 1, 2, 3
_DEFAULT_BLOCK = 32768
_CALL_SIZE = 12_000_000


def _slots() -> tuple[list[int], list[int]]:
    """First offset and extra bits of each position slot."""
    bases, bits, at = [], [], 0
    for slot in range(52):
        count = 0 if slot < 4 else min((slot - 2) // 2, 17)
        bases.append(at)
        bits.append(count)
        at += 1 << count
    return bases, bits


_BASES, _BITS = _slots()


def decompress(data: bytes, size: int, window: int) -> bytes:
    """The `size` bytes of one LZX chunk whose window is `window` bytes. Raises DataError `package.damaged`."""
    try:
        return _Decoder(data, size, window).run()
    except IndexError as e:
        raise DataError("package.damaged", "an LZX chunk ends early") from e


class _Bits:
    """Bits of 16-bit little-endian words, the highest first; behind the end come some zeros, then IndexError."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self._value = 0
        self._held = 0

    def peek(self, count: int) -> int:
        while self._held < count:
            if self.at > len(self.data) + 4:
                raise IndexError
            self._value = self._value << 16 | int.from_bytes(self.data[self.at:self.at + 2].ljust(2, b"\0"), "little")
            self.at += 2
            self._held += 16
        return self._value >> (self._held - count) & (1 << count) - 1

    def drop(self, count: int) -> None:
        self._held -= count
        self._value &= (1 << self._held) - 1

    def take(self, count: int) -> int:
        found = self.peek(count) if count else 0
        self.drop(count)
        return found

    def align(self) -> None:
        """To the next word; a whole one is skipped where nothing is begun."""
        self.at -= self._held // 16 * 2
        if self._held % 16 == 0:
            self.at += 2
        self._value = self._held = 0

    def raw(self, count: int) -> bytes:
        found = self.data[self.at:self.at + count]
        if len(found) < count:
            raise IndexError
        self.at += count
        return found


class _Tree:
    """Canonical codes as a table over the next `width` bits: `symbol << 5 | length`, 0 where no code begins so."""

    def __init__(self, lengths: list[int]) -> None:
        self.width = max(lengths, default=0)
        table: list[int] = []
        for length in range(1, self.width + 1):
            for symbol, own in enumerate(lengths):
                if own == length:
                    table.extend([symbol << 5 | length] * (1 << (self.width - length)))
        if len(table) > 1 << self.width:
            raise DataError("package.damaged", "a code table of an LZX chunk is over-subscribed")
        self._table = table + [0] * ((1 << self.width) - len(table))

    def symbol(self, bits: _Bits) -> int:
        entry = self._table[bits.peek(self.width)] if self.width else 0
        if not entry:
            raise DataError("package.damaged", "an LZX chunk holds a code that does not exist")
        bits.drop(entry & 31)
        return entry >> 5


class _Decoder:
    def __init__(self, data: bytes, size: int, window: int) -> None:
        self._bits = _Bits(data)
        self._size = size
        self._window_order = window.bit_length() - 1
        slots = next(n for n in range(len(_BASES)) if _BASES[n] >= window)
        self._main = [0] * (_LITERALS + 8 * slots)
        self._lengths = [0] * _LENGTHS
        self._recent = [1, 1, 1]
        self._out = bytearray()

    def run(self) -> bytes:
        while len(self._out) < self._size:
            self._block()
        return _untranslated(self._out)

    def _block(self) -> None:
        bits = self._bits
        kind = bits.take(3)
        size = _DEFAULT_BLOCK
        if not bits.take(1):
            size = bits.take(16)
            if self._window_order >= 16:
                size = size << 8 | bits.take(8)
        if not 0 < size <= self._size - len(self._out):
            raise DataError("package.damaged", "a block of an LZX chunk has an impossible size")
        if kind == _RAW:
            bits.align()
            self._recent = [int.from_bytes(bits.raw(4), "little") for _ in range(3)]
            self._out += bits.raw(size)
            bits.at += size & 1
            return
        if kind not in (_VERBATIM, _ALIGNED_BLOCK):
            raise DataError("package.damaged", "a block of an LZX chunk is of no known kind")
        aligned = _Tree([bits.take(3) for _ in range(_ALIGNED)]) if kind == _ALIGNED_BLOCK else None
        self._read_lengths(self._main, 0, _LITERALS)
        self._read_lengths(self._main, _LITERALS, len(self._main))
        self._read_lengths(self._lengths, 0, _LENGTHS)
        self._matches(size, _Tree(self._main), _Tree(self._lengths), aligned)

    def _read_lengths(self, lengths: list[int], at: int, end: int) -> None:
        """Code lengths as differences from those of the block before, themselves coded."""
        bits = self._bits
        pretree = _Tree([bits.take(4) for _ in range(_PRETREE)])
        while at < end:
            code = pretree.symbol(bits)
            if code < 17:
                run, value = 1, (lengths[at] - code) % 17
            elif code == 17:
                run, value = 4 + bits.take(4), 0
            elif code == 18:
                run, value = 20 + bits.take(5), 0
            else:
                run = 4 + bits.take(1)
                value = (lengths[at] - pretree.symbol(bits)) % 17
            run = min(run, end - at)
            lengths[at:at + run] = [value] * run
            at += run

    def _matches(self, size: int, main: _Tree, lengths: _Tree, aligned: _Tree | None) -> None:
        out, bits = self._out, self._bits
        end = len(out) + size
        while len(out) < end:
            symbol = main.symbol(bits)
            if symbol < _LITERALS:
                out.append(symbol)
                continue
            run = (symbol & 7) + 2
            if run == 9:
                run += lengths.symbol(bits)
            offset = self._offset(symbol - _LITERALS >> 3, aligned)
            if not 0 < offset <= len(out) or run > end - len(out):
                raise DataError("package.damaged", "a match in an LZX chunk reaches outside the chunk")
            pattern = bytes(out[len(out) - offset:][:run])
            out += (pattern * (run // len(pattern) + 1))[:run]

    def _offset(self, slot: int, aligned: _Tree | None) -> int:
        """The offset of a match, which becomes the first of the recent ones."""
        recent = self._recent
        if slot < 3:
            recent[0], recent[slot] = recent[slot], recent[0]
            return recent[0]
        extra = _BITS[slot]
        if aligned is not None and extra >= 3:
            offset = self._bits.take(extra - 3) << 3
            offset += aligned.symbol(self._bits)
        else:
            offset = self._bits.take(extra)
        recent[:] = [_BASES[slot] + offset - 2, recent[0], recent[1]]
        return recent[0]


def _untranslated(out: bytearray) -> bytes:
    """Targets of x86 calls (0xE8) back from absolute to relative."""
    at = out.find(0xE8)
    while 0 <= at < len(out) - 10:
        target = int.from_bytes(out[at + 1:at + 5], "little", signed=True)
        if -at <= target < _CALL_SIZE:
            relative = target - at if target >= 0 else target + _CALL_SIZE
            out[at + 1:at + 5] = (relative & 0xFFFFFFFF).to_bytes(4, "little")
        at = out.find(0xE8, at + 5)
    return bytes(out)
