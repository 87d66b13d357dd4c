"""Labels and symbols as SVG: for the HTML certificate, for previews, and for printing from a browser."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from station.report import code128
from station.report.label import Bars, Item, Label, Matrix, Text, qr

CAPITALS = 0.74
"""Height of a line's capitals and descenders as a part of the line, for the font size."""


def svg(label: Label) -> str:
    """The label as one SVG document, in millimetres."""
    size = label.size
    drawn = "".join(piece for item in label.items for piece in _item(item))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{size.width:g}mm" height="{size.height:g}mm" '
            f'viewBox="0 0 {size.width:g} {size.height:g}" font-family="Noto Sans, DejaVu Sans, Arial, sans-serif">'
            f'<rect width="100%" height="100%" fill="#fff"/>{drawn}</svg>')


def runs(rows: list[list[bool]]) -> Iterator[tuple[int, int, int]]:
    """Dark runs of a matrix as (x, y, length)."""
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                yield start, y, x - start
            x += 1


def bars(text: str) -> Iterator[tuple[int, int]]:
    """Dark bars of a Code 128 symbol as (offset, width) in modules."""
    at = 0
    for n, width in enumerate(code128.widths(text)):
        if n % 2 == 0:
            yield at, width
        at += width


def _path(dark: Iterable[tuple[int, int, int]]) -> str:
    return "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in dark)


def _item(item: Item) -> Iterator[str]:
    if isinstance(item, Text):
        ink = "#fff" if item.inverse else "#000"
        if item.inverse:
            yield f'<rect x="{item.x:g}" y="{item.y:g}" width="{item.width:g}" height="{item.size:g}"/>'
        weight = ' font-weight="700"' if item.strong else ""
        indent = item.size * 0.15 if item.inverse else 0
        yield (f'<text x="{item.x + indent:g}" y="{item.y + item.size * 0.8:g}" font-size="{item.size * CAPITALS:g}" '
               f'fill="{ink}"{weight}>{escape(item.text)}</text>')
    elif isinstance(item, Bars):
        dark = "".join(f"M{at} 0h{width}v1h-{width}z" for at, width in bars(item.text))
        yield (f'<path shape-rendering="crispEdges" transform="translate({item.x:g} {item.y:g}) '
               f'scale({item.module:g} {item.height:g})" d="{dark}"/>')
    elif isinstance(item, Matrix):
        rows = qr(item.text)
        yield (f'<path shape-rendering="crispEdges" transform="translate({item.x:g} {item.y:g}) '
               f'scale({item.size / len(rows):g})" d="{_path(runs(rows))}"/>')
