"""What a sign-in may be for, in words; the rights of each stand in `station.links.graph.routes`."""

from collections.abc import Container, Mapping
from types import MappingProxyType

from station.links.graph import routes
from station.model.words import N_

TITLES: Mapping[str, str] = MappingProxyType({
    "look": N_("Watch enrolment"),
    "register": N_("Register units"),
    "check": N_("Check the tenant"),
    "return": N_("Return units"),
    "delete-object": N_("Delete Entra objects that a return leaves behind"),
    "prepare": N_("Create group and profile"),
})
LOOK = "look"
ALL = "all"
EVERYTHING = N_("Everything that a bench does")


def scopes_of(purpose: str) -> tuple[str, ...]:
    """The rights that a purpose needs; `ALL` is what is usual, all together, without the one that a return asks for late."""
    return routes.PURPOSES[purpose] if purpose in routes.PURPOSES else _together(set(routes.PURPOSES) - {"delete-object"})


def told_scopes(purpose: str) -> str:
    """The rights of a purpose as they are listed: beyond those of watching, what comes with `+`."""
    known = () if purpose == LOOK else routes.RETURN if purpose == "delete-object" else routes.LOOK
    return ("+ " if known else "") + ", ".join(scope for scope in routes.PURPOSES[purpose] if scope not in known)


def every_scope() -> tuple[str, ...]:
    """Everything that may ever be asked for: what an admin grants once for everybody."""
    return _together(routes.PURPOSES)


def _together(purposes: Container[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s for key, scopes in routes.PURPOSES.items() if key in purposes for s in scopes))
