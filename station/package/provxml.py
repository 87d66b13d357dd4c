"""provxml documents: nested characteristics with parms, the form in which a package hands settings to the device.

Source: facts/packages §1.3 (bytes: BOM, CRLF, two spaces, no newline at the end) and §1.4 (CSP path -> XML, SettingsGroup).
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from station.package.customizations import document, escape_attribute, parse_xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element as XmlElement

DECLARATION = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>'
_PREFIXES = ("./Device/Vendor/MSFT/", "./User/Vendor/MSFT/", "./Vendor/MSFT/", "./Device/", "./User/", "./")


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One level of the tree; `scope` is Device, User or "" where none is written."""

    type: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Parm:
    """One value, which may be a secret, with the characteristics that lead to it. `settings_path` is written by the tools
    since 2022 only.
    """

    path: tuple[Characteristic, ...]
    name: str
    value: str = field(repr=False)
    datatype: str = "string"
    execute: bool = False
    settings_path: str = ""


def settings_group(store_path: str, instance: int = 0) -> str:
    """The SettingsGroup of a store path: UUIDv5 in the DNS name space of `_` and the path joined with `_`. Behind that of later
    instances stands `_0`, `_1` (seen in real packages with several commands).
    """
    group = str(uuid.uuid5(uuid.NAMESPACE_DNS, "_" + store_path.replace("/", "_")))
    return f"{group}_{instance - 1}" if instance else group


def split_csp(csp: str) -> tuple[Characteristic, ...]:
    """The steps of a CSP path, scope by scope; `X!scope=Device` is a scope of X. The last step is the parm's name."""
    for prefix in _PREFIXES:
        if csp.startswith(prefix):
            csp = csp[len(prefix):]
            break
    steps = []
    for part in csp.split("/"):
        name, _, scope = part.partition("!scope=")
        steps.append(Characteristic(name, scope))
    return tuple(steps)


def render(parms: Sequence[Parm]) -> bytes:
    """A document; parms in a row that share characteristics share the elements."""
    lines = ["<wap-provisioningdoc>"]
    opened: list[Characteristic] = []
    for parm in parms:
        common = 0
        while common < len(opened) and common < len(parm.path) and opened[common] == parm.path[common]:
            common += 1
        while len(opened) > common:
            opened.pop()
            lines.append("  " * (len(opened) + 1) + "</characteristic>")
        for step in parm.path[common:]:
            scope = f' scope="{escape_attribute(step.scope)}"' if step.scope else ""
            lines.append("  " * (len(opened) + 1) + f'<characteristic type="{escape_attribute(step.type)}"{scope}>')
            opened.append(step)
        lines.append("  " * (len(opened) + 1) + _parm(parm))
    while opened:
        opened.pop()
        lines.append("  " * (len(opened) + 1) + "</characteristic>")
    lines.append("</wap-provisioningdoc>")
    return document(lines, DECLARATION)


def _parm(parm: Parm) -> str:
    path = f'SettingsPath="{escape_attribute(parm.settings_path)}" ' if parm.settings_path else ""
    execute = ' exec="1"' if parm.execute else ""
    return (f'<parm {path}name="{escape_attribute(parm.name)}" value="{escape_attribute(parm.value)}" '
            f'datatype="{escape_attribute(parm.datatype)}"{execute} />')


def parse(data: bytes, name: str) -> tuple[Parm, ...]:
    """The parms of a document. Raises DataError `package.bad-xml`."""
    return tuple(_walk(parse_xml(data, name), ()))


def _walk(element: "XmlElement", path: tuple[Characteristic, ...]) -> Iterator[Parm]:
    for child in element:
        if child.tag == "characteristic":
            yield from _walk(child, (*path, Characteristic(child.get("type", ""), child.get("scope", ""))))
        elif child.tag == "parm":
            yield Parm(path, child.get("name", ""), child.get("value", ""), child.get("datatype", "string"),
                       child.get("exec") == "1", child.get("SettingsPath", ""))
