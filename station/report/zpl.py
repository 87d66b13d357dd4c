"""Labels as ZPL II for label printers (Zebra, ZPL II Programming Guide: ^XA, ^FO, ^A0, ^BC, ^BQ, ^FR, ^FH, ^CI28)."""

from collections.abc import Iterable, Iterator

from station.report.label import Bars, Item, Label, Matrix, Text, qr

DPI = (203, 300, 600)
"""Resolutions of ZPL print heads (8, 12, 24 dots a millimetre)."""
_DOTS_PER_MM = {203: 8, 300: 12, 600: 24}


def zpl(labels: Iterable[Label], dpi: int = 203) -> str:
    """One print job; `dpi` is 203, 300 or 600."""
    return "".join(_one(label, _DOTS_PER_MM[dpi]) for label in labels)


def _one(label: Label, scale: int) -> str:
    head = f"^XA^CI28^PW{round(label.size.width * scale)}^LL{round(label.size.height * scale)}^LH0,0\n"
    return head + "".join(line + "\n" for item in label.items for line in _item(item, scale)) + "^XZ\n"


def _item(item: Item, scale: int) -> Iterator[str]:
    if isinstance(item, Text):
        yield from _text(item, scale)
    elif isinstance(item, Bars):
        width = max(1, round(item.module * scale))
        yield f"^FO{_at(item, scale)}^BY{width},3,{round(item.height * scale)}^BCN,,N,N,N,A^FH^FD{_safe(item.text)}^FS"
    elif isinstance(item, Matrix):
        magnified = max(1, min(10, int(item.size * scale / len(qr(item.text)))))
        yield f"^FO{_at(item, scale)}^BQN,2,{magnified}^FH^FDMA,{_safe(item.text)}^FS"


def _text(item: Text, scale: int) -> Iterator[str]:
    size, width = round(item.size * scale), round(item.width * scale)
    if item.inverse:
        yield f"^FO{_at(item, scale)}^GB{width},{size},{size},B,0^FS"
    weight = f"{size},{round(size * 1.1)}" if item.strong else f"{size},{round(size * 0.9)}"
    yield f"^FO{_at(item, scale)}{'^FR' if item.inverse else ''}^A0N,{weight}^FB{width},1,0,L,0^FH^FD{_safe(item.text)}^FS"


def _at(item: Item, scale: int) -> str:
    return f"{round(item.x * scale)},{round(item.y * scale)}"


def _safe(text: str) -> str:
    """Control characters of ZPL and everything unprintable as ^FH escapes of their UTF-8 bytes."""
    return "".join(c if c.isprintable() and c not in "^~_\\>" else "".join(f"_{b:02X}" for b in c.encode()) for c in text)
