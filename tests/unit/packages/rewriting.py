"""Packages changed from the inside: as another tool, or somebody with bad intentions, would change them."""

import io
from collections.abc import Callable

from station.package.wim_read import WimReader
from station.package.wim_write import WimWriter
from tests.unit.packages.making import MOMENT


def rewritten(data: bytes, change: Callable[[str, bytes], bytes | None], xml: Callable[[str], str] = lambda text: text,
              extra: dict[str, bytes] | None = None) -> bytes:
    """The same package with every file passed through `change` (None leaves it out), the XML block through `xml`, more files."""
    reader = WimReader(io.BytesIO(data))
    stream = io.BytesIO()
    writer = WimWriter(stream, MOMENT)
    contents = {f.path: reader.read(f) for f in reader.images[0].files}
    for path, old in {**contents, **(extra or {})}.items():
        new = change(path, old)
        if new is not None:
            writer.place(path, writer.store(io.BytesIO(new)))
    writer.finish(lambda _: xml(reader.xml), bytes(16))
    return stream.getvalue()
