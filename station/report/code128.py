"""Code 128 (ISO/IEC 15417): text to bars, with the shortest mix of code sets B and C.

A symbol is start, data, check and stop; each of them six widths (stop: seven), bar first, in modules. The check is the sum of
start value and data values times their positions, modulo 103.
"""

from station.model.errors import DataError

_TABLE = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221"
    "223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321"
    "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131"
    "311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114"
    "122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232")
_WIDTHS = tuple(_TABLE[n:n + 6] for n in range(0, len(_TABLE), 6))
"""Widths of the values 0 to 105 (ISO/IEC 15417, table 1)."""

_STOP = "2331112"
_CODE_C, _CODE_B = 99, 100
_START_B, _START_C = 104, 105
QUIET_MODULES = 10
"""Light modules that must stay free on either side."""


def values(text: str) -> list[int]:
    """Symbol values with start and check, without stop. Raises DataError `report.not-printable` outside printable ASCII."""
    if not text or not all(" " <= c <= "~" for c in text):
        raise DataError("report.not-printable", text[:40])
    data = _shortest(text)
    return [*data, sum(v * max(1, n) for n, v in enumerate(data)) % 103]


def widths(text: str) -> list[int]:
    """Widths in modules, dark and light in turn, beginning and ending with a dark bar; without quiet zones."""
    return [int(w) for v in values(text) for w in _WIDTHS[v]] + [int(w) for w in _STOP]


def modules(text: str) -> int:
    """Width of the symbol in modules without quiet zones."""
    return sum(widths(text))


def _shortest(text: str) -> list[int]:
    """Fewest symbols: from the end backwards, what is cheapest from each place on in either code set."""
    end: tuple[int, list[int]] = (0, [])
    in_b: list[tuple[int, list[int]]] = [end] * (len(text) + 1)
    in_c: list[tuple[int, list[int]]] = [end] * (len(text) + 1)
    for n in range(len(text) - 1, -1, -1):
        stay_b = (in_b[n + 1][0] + 1, [ord(text[n]) - 32, *in_b[n + 1][1]])
        pair = text[n:n + 2]
        stay_c = (in_c[n + 2][0] + 1, [int(pair), *in_c[n + 2][1]]) if len(pair) == 2 and pair.isdecimal() else None
        in_b[n] = min(stay_b, (stay_c[0] + 1, [_CODE_C, *stay_c[1]]), key=_cost) if stay_c else stay_b
        in_c[n] = min(stay_c, (stay_b[0] + 1, [_CODE_B, *stay_b[1]]), key=_cost) if stay_c else (
            stay_b[0] + 1, [_CODE_B, *stay_b[1]])
    b, c = in_b[0], in_c[0]
    return [_START_C, *c[1]] if c[0] < b[0] else [_START_B, *b[1]]


def _cost(way: tuple[int, list[int]]) -> int:
    return way[0]
