"""What a sign-in may be for, in words; the rights of each stand in `station.links.graph.routes`."""

from collections.abc import Mapping
from types import MappingProxyType

from station.links.graph import routes
from station.model.words import N_

TITLES: Mapping[str, str] = MappingProxyType({
    "look": N_("Watch enrolment"),
    "register": N_("Register units"),
    "check": N_("Check the tenant"),
    "return": N_("Return units"),
    "prepare": N_("Create group and profile"),
})
ALL = "all"
EVERYTHING = N_("Everything that a bench does")


def scopes_of(purpose: str) -> tuple[str, ...]:
    """The rights that a purpose needs; `ALL` is all of them together."""
    if purpose in routes.PURPOSES:
        return routes.PURPOSES[purpose]
    return tuple(dict.fromkeys(s for scopes in routes.PURPOSES.values() for s in scopes))
