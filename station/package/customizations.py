"""customizations.xml and AnswerFile.xml: the input of Windows Configuration Designer, as an element tree of our own.

Source: facts/packages §2. Bytes as the tools write them: UTF-8 with BOM, CRLF, two spaces, no newline at the end. Reading
is for
files that nobody vouches for: no DTD, no entities, bounded depth and count.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from station.model.errors import DataError
from station.package.settings import Owner

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element as XmlElement

CONFIG_NAMESPACE = "urn:schemas-Microsoft-com:Windows-ICD-Package-Config.v1.0"
SETTINGS_NAMESPACE = "urn:schemas-microsoft-com:windows-provisioning"
_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe\0\0": "utf-32-le", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_DECLARED = re.compile(r"<\?xml[^>]*\bencoding\s*=\s*[\"']([\w.-]{1,40})[\"']")
_SIXTEEN = frozenset({"utf-16", "unicode", "utf-16le", "utf-16be", "ucs-2"})
_DEPTH = 48
_COUNT = 50_000


@dataclass(frozen=True, slots=True)
class Element:
    """One element under Common; its text may be a secret. `datatype` and `user` are hints for the compiler, never written."""

    name: str
    text: str = field(default="", repr=False)
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple["Element", ...] = ()
    datatype: str = ""
    user: bool = False

    def child(self, name: str) -> "Element | None":
        return next((c for c in self.children if c.name == name), None)

    def walk(self) -> Iterator["Element"]:
        """This element and everything below, in document order."""
        yield self
        for inner in self.children:
            yield from inner.walk()


@dataclass(frozen=True, slots=True)
class PackageConfig:
    """Identity of a package; `id` is lower case without braces, `owner` as written (a real file may hold any text)."""

    id: str
    name: str
    version: str
    owner: str = Owner.IT_ADMIN
    rank: int = 0
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Customizations:
    """A whole customizations.xml. `variants` counts conditional settings, which HoloLens packages do not use."""

    config: PackageConfig
    common: Element = field(default_factory=lambda: Element("Common"))
    variants: int = 0


def parse(data: bytes, name: str = "customizations.xml") -> Customizations:
    """Read customizations.xml. Raises DataError `package.bad-xml`, `package.not-customizations`."""
    root = parse_xml(data, name)
    config = _find(root, "PackageConfig")
    common = _find(root, "Common")
    if config is None and common is None:
        raise DataError("package.not-customizations", _local(root)[:40])
    variants = sum(1 for e in root.iter() if _local(e) == "Variant")
    return Customizations(_config(config), Element("Common") if common is None else from_xml(common), variants)


def as_utf8(data: bytes) -> bytes:
    """A document that somebody's editor or script saved, in UTF-8 without a declaration: a byte order mark tells more than
    what is declared, and bytes of eight bits are not the UTF-16 that a string of Windows declares. What cannot be read so stays.
    """
    mark = next((m for m in _MARKS if data.startswith(m)), b"")
    declared = _DECLARED.match(data.decode("latin-1")[:200])
    encoding = _MARKS[mark] if mark else declared[1].casefold() if declared else "utf-8"
    try:
        text = data.removeprefix(mark).decode("utf-8" if encoding in _SIXTEEN and not mark else encoding)
    except (UnicodeDecodeError, LookupError):
        return data
    return re.sub(r"^<\?xml[^>]*\?>", "", text).encode("utf-8", "surrogatepass")


def parse_answer_file(data: bytes) -> Element:
    """The Common element of an AnswerFile.xml. Raises DataError `package.bad-xml`."""
    common = next((e for e in parse_xml(data, "AnswerFile.xml").iter() if _local(e) == "Common"), None)
    return Element("Common") if common is None else from_xml(common)


def parse_xml(data: bytes, name: str) -> "XmlElement":
    """An XML document with nothing dangerous in it. Raises DataError `package.bad-xml`."""
    from xml.etree.ElementTree import ParseError
    from xml.parsers.expat.errors import messages

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: XmlElement = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as e:
        why = f"{messages[e.code]}, line {e.position[0]}" if isinstance(e, ParseError) else type(e).__name__
        raise DataError("package.bad-xml", f"{name}: {why}") from e
    _bounded(root, name)
    return root


def _bounded(root: "XmlElement", name: str) -> None:
    level = [root]
    count = 0
    for depth in range(_DEPTH + 2):
        count += len(level)
        if not level:
            return
        if count > _COUNT or depth > _DEPTH:
            raise DataError("package.bad-xml", f"{name}: too many or too deeply nested elements")
        level = [c for e in level for c in e]


def from_xml(element: "XmlElement") -> Element:
    """An element of ours from a parsed one; comments and name spaces fall away."""
    children = tuple(from_xml(c) for c in element if isinstance(c.tag, str))
    text = "" if children else (element.text or "")
    return Element(_local(element), text, tuple((k.rsplit("}", 1)[-1], v) for k, v in element.attrib.items()), children)


def render(customizations: Customizations) -> bytes:
    """customizations.xml."""
    config = customizations.config
    lines = ["<WindowsCustomizations>", f'  <PackageConfig xmlns="{CONFIG_NAMESPACE}">',
             f"    <ID>{{{config.id}}}</ID>", f"    <Name>{escape(config.name)}</Name>",
             f"    <Version>{escape(config.version)}</Version>", f"    <OwnerType>{escape(config.owner)}</OwnerType>",
             f"    <Rank>{config.rank}</Rank>", f"    <Notes>{escape(config.notes)}</Notes>", "  </PackageConfig>",
             f'  <Settings xmlns="{SETTINGS_NAMESPACE}">', "    <Customizations>",
             *_lines(customizations.common, 3, keep_names=True), "    </Customizations>", "  </Settings>",
             "</WindowsCustomizations>"]
    return document(lines)


def render_answer_file(common: Element) -> bytes:
    """AnswerFile.xml: the settings again, without the Name attributes of the program's window."""
    return document([f'<Settings xmlns="{SETTINGS_NAMESPACE}">', "  <Customizations>",
                     *_lines(common, 2, keep_names=False), "  </Customizations>", "</Settings>"])


def document(lines: list[str], declaration: str = '<?xml version="1.0" encoding="utf-8"?>') -> bytes:
    """Lines as the tools write a document. The BOM must stay: without it Windows 11 refuses the file (facts/packages §1.3).
    """
    return b"\xef\xbb\xbf" + "\r\n".join([declaration, *lines]).encode("utf-8")


def escape(text: str) -> str:
    """Text between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")


def escape_attribute(text: str) -> str:
    """Text in an attribute, with the escapes that real packages show (facts/packages §1.3)."""
    return (text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
            .replace("\r", "&#xD;").replace("\n", "&#xA;").replace("\t", "&#x9;"))


def writable(text: str) -> bool:
    """Whether a text can stand in an XML document: no control characters but tab and line ends, no lone surrogates."""
    return not _UNWRITABLE.search(text)


def package_id(text: str) -> str:
    """A package id in lower case without braces; "" where it is none."""
    try:
        return str(uuid.UUID(text.strip().strip("{}")))
    except ValueError:
        return ""


def _lines(element: Element, depth: int, *, keep_names: bool) -> list[str]:
    pad = "  " * depth
    shown = [(k, v) for k, v in element.attributes if keep_names or k != "Name"]
    head = element.name + "".join(f' {k}="{escape_attribute(v)}"' for k, v in shown)
    if element.children:
        inner = [line for c in element.children for line in _lines(c, depth + 1, keep_names=keep_names)]
        return [f"{pad}<{head}>", *inner, f"{pad}</{element.name}>"]
    if element.text:
        return [f"{pad}<{head}>{escape(element.text)}</{element.name}>"]
    return [f"{pad}<{head} />"]


def _config(element: "XmlElement | None") -> PackageConfig:
    values = {} if element is None else {_local(c): (c.text or "") for c in element if isinstance(c.tag, str)}
    rank = values.get("Rank", "0").strip()
    number = int(rank) if rank.isascii() and rank.isdigit() and len(rank) < 6 else 0
    return PackageConfig(package_id(values.get("ID", "")), values.get("Name", ""), values.get("Version", ""),
                         values.get("OwnerType", "").strip(), number, values.get("Notes", ""))


def _find(root: "XmlElement", name: str) -> "XmlElement | None":
    return next((e for e in root.iter() if _local(e) == name), None)


def _local(element: "XmlElement") -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
