"""The person's own settings store of Windows Configuration Designer, read as a `Schema`. No Microsoft data ships with the
program.

Source of the keys and numbers: facts/packages §2, “Store schema”. A HoloLens store is told by its top-level keys
FirstExperience
and DeveloperSetup (facts/packages §2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from station.model.errors import DataError
from station.package.hive import Hive
from station.package.masking import is_secret
from station.package.schema import Action, Engine, Kind, Mark, Schema, Serialization, Setting, shipped
from station.package.settings import Headset

_KINDS = {1: Kind.BOOLEAN, 2: Kind.INTEGER, 3: Kind.STRING, 4: Kind.BINARY, 5: Kind.FILE, 6: Kind.GROUP, 7: Kind.LIST,
          8: Kind.KEYED_LIST}
_HOLOLENS_KEYS = frozenset({"FirstExperience", "DeveloperSetup"})
_BOTH = {Headset.HOLOLENS_1: "", Headset.HOLOLENS_2: ""}

Values = Mapping[str, str | int | bytes]


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A store found on disk: its name, top-level keys, and whether it is one for HoloLens."""

    path: Path
    roots: tuple[str, ...]

    @property
    def for_hololens(self) -> bool:
        return set(self.roots) >= _HOLOLENS_KEYS


def read_store(path: Path) -> Schema:
    """The schema of a store. Raises NotFound `package.no-store`, DataError `package.bad-store`."""
    return schema_of(Hive.read(path), path.name)


def find_stores(folder: Path) -> list[StoreFile]:
    """The stores of a folder, those for HoloLens first; files that are no hives are left out."""
    found = []
    for path in sorted(folder.glob("*.dat")):
        try:
            hive = Hive.read(path)
            found.append(StoreFile(path, tuple(k.name for k in hive.children(hive.root))))
        except DataError:
            continue
    return sorted(found, key=lambda s: not s.for_hololens)


def schema_of(hive: Hive, origin: str) -> Schema:
    """All settings of a hive. What the shipped table knows beyond a store (generations, builds, titles) is added."""
    tree = _Tree(hive)
    known = shipped()
    settings = [_setting(path, tree, known) for path in tree.settings()]
    if not settings:
        raise DataError("package.bad-store", f"{origin} holds no settings")
    return Schema(origin, settings)


def _setting(path: tuple[str, ...], tree: "_Tree", known: Schema) -> Setting:
    values = tree.get(*path)
    apply = tree.get(*path, "Apply")
    csp = tree.get(*path, "Apply", "Csp")
    registry = tree.has(*path, "Apply", "Registry")
    visibility = tree.get(*path, "Visibility")
    store_path = "/".join(path)
    ours = known.find(store_path)
    return Setting(
        store_path, _KINDS.get(_number(values, "Type"), Kind.STRING), _text(csp, "Path"), _action(_number(csp, "Action")),
        user=_number(csp, "Context") == 1, key=_text(values, "Key"), atomic_root=_text(values, "AtomicRoot").strip("/"),
        after=_after(_text(apply, "ApplyAfterSetting")), values=_choices(path, tree),
        serialization=_serialization(_number(values, "Serialization")), registry=registry, carried="FilePath" in values,
        required=_number(values, "Required") == 1, reboot=_number(apply, "RequiresReboot") == 1,
        title=_text(visibility, "DisplayName") or (ours.title if ours else ""),
        help=_text(visibility, "DisplayDescription"), secret=is_secret(path[-1]) or bool(ours and ours.secret),
        builds=ours.builds if ours else _BOTH, engines=frozenset({Engine.STORE, Engine.ICD}), mark=Mark.VERIFIED,
        source="the settings store that was given")


def _action(number: int) -> Action:
    return Action(number) if number in (1, 2, 3) else Action.SET


def _serialization(number: int) -> Serialization:
    return Serialization(number) if number in set(Serialization) else Serialization.NONE


def _after(text: str) -> tuple[str, ...]:
    """`(/A/B|/C)` names what has to come first."""
    return tuple(dict.fromkeys(part for part in text.strip("()").split("|") if part))


def _choices(path: tuple[str, ...], tree: "_Tree") -> Mapping[str, str]:
    return {name: _text(values, "Display") or name for name, values in tree.below((*path, "Validation", "Values"))}


class _Tree:
    """Values of every key by path, and the names below each."""

    def __init__(self, hive: Hive) -> None:
        self._values: dict[tuple[str, ...], Values] = {}
        self._names: dict[tuple[str, ...], list[str]] = {}
        for path, key in hive.walk():
            self._values[path] = hive.values(key)
            self._names.setdefault(path[:-1], []).append(path[-1])

    def get(self, *path: str) -> Values:
        return self._values.get(path, {})

    def has(self, *path: str) -> bool:
        return path in self._values

    def below(self, path: tuple[str, ...]) -> list[tuple[str, Values]]:
        return [(name, self._values[(*path, name)]) for name in self._names.get(path, ())]

    def settings(self) -> list[tuple[str, ...]]:
        return [path for path, values in self._values.items() if "Type" in values and "Name" in values]


def _text(values: Values, name: str) -> str:
    value = values.get(name, "")
    return value if isinstance(value, str) else ""


def _number(values: Values, name: str) -> int:
    value = values.get(name, 0)
    return value if isinstance(value, int) else 0
