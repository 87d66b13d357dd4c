"""What is known of each setting: its type, where the device puts it, when, on which headset, and how sure that is.

Two sources speak the same language: the table that ships (`resources/schemas/package-settings.toml`, written from
documents) and the
person's own Windows Configuration Designer store (`station.package.store`). The compiler asks a `Schema` and knows nothing
else.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cache

import resources
from station.package.settings import Headset


class Kind(StrEnum):
    """Type of a setting (facts/packages §2, store schema)."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    STRING = "string"
    BINARY = "binary"
    FILE = "file"
    GROUP = "group"
    LIST = "list"
    KEYED_LIST = "keyed-list"


class Action(IntEnum):
    """What the device does with a node."""

    SET = 1
    EXEC = 2
    DELETE = 3


class Serialization(IntEnum):
    """How a file becomes a value."""

    NONE = 0
    WLAN_PROFILE = 1
    PFX = 2
    CERTIFICATE = 3
    APP = 4
    TEXT = 5
    TRUSTED_PROVISIONER = 6
    LICENCE = 7
    DEPENDENCY = 8
    STORE_APP = 9


class Mark(StrEnum):
    """How well a setting's shape is known: seen in real data, documented, or guessed."""

    VERIFIED = "V"
    DOCUMENTED = "D"
    GUESSED = "G"


class Engine(StrEnum):
    """Who can build it."""

    NATIVE = "native"
    STORE = "store"
    ICD = "icd"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `path` is its store path under Common; `after` are paths, or single names, that have to come first.

    `builds` maps a generation to the first build that knows it ("" where it is known from the start); a generation that is
    not a
    key does not know it. `csp` may hold `~Key~` and `@CertificateHash@`.
    """

    path: str
    kind: Kind
    csp: str = ""
    action: Action = Action.SET
    user: bool = False
    key: str = ""
    atomic_root: str = ""
    after: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    serialization: Serialization = Serialization.NONE
    registry: bool = False
    required: bool = False
    title: str = ""
    help: str = ""
    secret: bool = False
    builds: Mapping[Headset, str] = field(default_factory=dict)
    engines: frozenset[Engine] = frozenset()
    mark: Mark = Mark.VERIFIED
    source: str = ""
    carried: bool = False
    """A file that only travels along (scripts of commands): announced to the device, with no node of its own."""
    reboot: bool = False
    """Takes effect at the next start: the device is asked to reload it (`RequiresReboot` of a store)."""
    open: bool = False
    """Not in the schema: a policy by its name alone, typed by its value."""

    @property
    def experimental(self) -> bool:
        """Whether the native compiler would write something that no source confirms."""
        return self.mark is Mark.GUESSED and Engine.NATIVE in self.engines

    @property
    def leaf(self) -> bool:
        return self.kind not in (Kind.GROUP, Kind.LIST, Kind.KEYED_LIST)

    def number(self, text: str) -> str:
        """The stored value of what a person wrote: a display text becomes its number."""
        for value, display in self.values.items():
            if text.casefold() in (value.casefold(), display.casefold()):
                return value
        return text


class Schema:
    """Settings by path. `origin` says whose knowledge it is; `open_policies` lets unknown `Policies/<area>/<name>` pass by
    their value.
    """

    def __init__(self, origin: str, settings: Iterable[Setting], *, open_policies: bool = False) -> None:
        self.origin = origin
        self._settings = {s.path.casefold(): s for s in settings}
        self._open_policies = open_policies

    def find(self, path: str) -> Setting | None:
        """The setting of a store path, letter case aside."""
        known = self._settings.get(path.casefold())
        if known is None and self._open_policies:
            parts = path.split("/")
            if len(parts) == 3 and parts[0].casefold() == "policies":
                return Setting(path, Kind.STRING, f"./Vendor/MSFT/Policy/Config/{parts[1]}/{parts[2]}",
                               builds={Headset.HOLOLENS_1: "", Headset.HOLOLENS_2: ""},
                               engines=frozenset({Engine.NATIVE, Engine.ICD}), mark=Mark.DOCUMENTED, open=True)
        return known

    def knows_below(self, path: str) -> bool:
        """Whether any setting lies below a path."""
        prefix = path.casefold() + "/"
        return any(p.startswith(prefix) for p in self._settings)

    def __iter__(self) -> Iterator[Setting]:
        return iter(self._settings.values())

    def __len__(self) -> int:
        return len(self._settings)


def searchable(text: str) -> str:
    """A text as words are looked up in it: without letter case and line ends, Wi-Fi and WiFi alike, WLAN found by either."""
    return re.sub(r"wi-?fi", "wifi", " ".join(text.casefold().split())).replace("wlan", "wlan wifi")


def parse(text: str, origin: str) -> Schema:
    """A schema from the TOML of the shipped table."""
    return Schema(origin, [_setting(t) for t in tomllib.loads(text)["setting"]], open_policies=True)


@cache
def shipped() -> Schema:
    """The table that ships with the program."""
    return parse(resources.text("schemas/package-settings.toml"), "HoloBench")


def _setting(table: Mapping[str, object]) -> Setting:
    fields = dict(table)
    builds = {Headset(k): str(v) for k, v in dict(fields.pop("builds", {})).items()}  # type: ignore[call-overload]
    return Setting(
        path=str(fields.pop("path")), kind=Kind(str(fields.pop("kind"))), action=Action(int(str(fields.pop("action", 1)))),
        after=tuple(fields.pop("after", ())),  # type: ignore[arg-type]
        serialization=Serialization(int(str(fields.pop("serialization", 0)))), builds=builds,
        engines=frozenset(Engine(e) for e in fields.pop("engines", ())),  # type: ignore[attr-defined]
        mark=Mark(str(fields.pop("mark", "V"))), **fields)  # type: ignore[arg-type]
