"""The public, national and custom clouds: where to sign in, where Graph is. Facts: tenant §3.3."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from station.model.errors import ConfigurationError
from station.model.words import N_


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud. `authority` and `graph` are addresses without a path; `discovery` tells whether Microsoft's directory of
    instances knows the authority (off for custom clouds, which it has never heard of); `standard_urls` whether the documented
    enrolment addresses of facts/tenant §1.8 hold there.
    """

    key: str
    title: str
    authority: str
    graph: str
    discovery: bool = True
    standard_urls: bool = False


CLOUDS: Mapping[str, Cloud] = MappingProxyType({c.key: c for c in (
    Cloud("global", N_("Global and GCC"), "https://login.microsoftonline.com", "https://graph.microsoft.com", standard_urls=True),
    Cloud("gcc-high", N_("GCC High (US L4)"), "https://login.microsoftonline.us", "https://graph.microsoft.us"),
    Cloud("dod", N_("DoD (US L5)"), "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    Cloud("china", N_("China (21Vianet)"), "https://login.partner.microsoftonline.cn",
          "https://microsoftgraph.chinacloudapi.cn"),
)})
"""Bleu, Delos and GovSG are configured as `custom`: their Graph hosts stand in the tenant's own documentation only."""


def cloud(key: str, authority: str = "", graph: str = "") -> Cloud:
    """The cloud of a key; `custom` needs its authority and Graph address. Raises ConfigurationError `graph.unknown-cloud`."""
    if key != "custom":
        found = CLOUDS.get(key)
        if found is None:
            raise ConfigurationError("graph.unknown-cloud", f"{key}; known: {', '.join(CLOUDS)}, custom")
        return found
    for address in (authority, graph):
        if not address.startswith("https://"):
            raise ConfigurationError("graph.unknown-cloud", f"custom cloud needs https addresses, not {address!r}")
    return Cloud("custom", N_("Custom cloud"), authority.rstrip("/"), graph.rstrip("/"), discovery=False)
