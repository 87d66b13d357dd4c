"""The house's fixed words: states, generations, links, actors. The same word in code, screen, CLI, journal and docs."""

from enum import StrEnum


def N_(message: str) -> str:
    """Mark an English text for translation where it stands as data; the edges (`ui`, `station.cli`) translate it."""
    return message


class StateWord(StrEnum):
    """What a tile says about its slot. The order is the order of the legend."""

    EMPTY = "Empty"
    IDENTIFYING = "Identifying"
    NEEDS_YOU = "Needs you"
    READY = "Ready"
    WORKING = "Working"
    RESTARTING = "Restarting, keep plugged"
    WAITING_FOR_CLOUD = "Waiting for cloud"
    DONE = "Done"
    FAILED = "Failed"
    SKIPPED = "Skipped"


class Generation(StrEnum):
    """Headset generation, told by the MTP model (facts/enrolment §4.1: `HoloLens 2`, or `Windows Device` for the first)."""

    UNKNOWN = "unknown"
    HOLOLENS_1 = "HoloLens (1st gen)"
    HOLOLENS_2 = "HoloLens 2"


class Link(StrEnum):
    """Where a fact comes from."""

    USB = "usb"
    MTP = "mtp"
    PORTAL = "portal"
    GRAPH = "graph"
    PERSON = "person"
    STATION = "station"


class Actor(StrEnum):
    """Who moves a step forward."""

    PERSON = "person"
    STATION = "station"
    UNIT = "unit"
    CLOUD = "cloud"


class Who(StrEnum):
    """Who can cure a fault."""

    TECHNICIAN = "technician"
    LEAD = "lead"
    TENANT_ADMIN = "tenant admin"
    PREVIOUS_OWNER = "previous owner"
    MICROSOFT = "Microsoft support"
    DEVELOPER = "HoloBench developers"
