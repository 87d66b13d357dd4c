"""MDMDiagReport.xml of a headset: what it says about the enrolment, as facts of this room.

Source: facts/enrolment §3.3 (the archive holds it; reading it offline is inferred there, so its facts are hints and no proof
reads them). Element names as tools for Windows desktops read them; nothing was tried with a real headset.
"""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from station.model.errors import DataError
from station.model.facts import FactValue

_SERVER = "MDMServerName"
_LAST_SUCCESS = "ServerLastSuccessTime"
_BLANK = frozenset({"", "none", "n/a", "00010101T000000Z"})


def read_report(content: bytes) -> dict[str, FactValue]:
    """Facts `report.enrolled`, `report.server`, `report.last-contact`; only what is said.

    Raises DataError `autopilot.report-unreadable`.
    """
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as e:
        raise DataError("autopilot.report-unreadable", type(e).__name__) from e
    servers = _texts(root, _SERVER)
    contacts = _texts(root, _LAST_SUCCESS)
    told: dict[str, FactValue] = {"report.enrolled": bool(servers)}
    if servers:
        told["report.server"] = servers[0]
    if contacts:
        told["report.last-contact"] = max(contacts)
    return told


def _texts(root: Element, name: str) -> list[str]:
    found = (e.text.strip() for e in root.iter() if e.tag.rpartition("}")[2] == name and e.text)
    return [text[:120] for text in found if text.casefold() not in _BLANK]
