"""In which order a package's settings go to the device.

Source: facts/packages §1.4 (`ApplyAfterSetting`), and the order of files in real packages of 2018 to 2025: the tool walks its
whole store by name, and on the way to a setting first goes to what has to come before it. So a setting may stand early for the
sake of another that the package does not hold: AllowAllTrustedApps before OOBE, because apps would need it.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from station.package.schema import Kind, Schema, Setting

Key = tuple[str, ...]
"""Context (`device` or `user`), then the instance path of a group of settings."""


def in_order(groups: Mapping[Key, Sequence[Setting]], schema: Schema) -> list[Key]:
    """The keys of groups in their order: device settings before user settings, within each as the schema is walked, and the
    items of a list one after another as they were written.

    What has to follow another group of the package does so even where the schema contradicts itself; settings that the schema
    does not know come last, as they were written.
    """
    places = _places(schema)
    own = {key: min(places.get(s.path, len(places)) for s in members) for key, members in groups.items()}
    items = {key: _item(key, members[0].path, schema) for key, members in groups.items()}
    lists: dict[str, int] = {}
    written: dict[Key, int] = {}
    for number, (key, (item, path)) in enumerate(items.items()):
        lists[path] = min(own[key], lists.get(path, own[key]))
        written.setdefault(item, number)
    pending = sorted(groups, key=lambda k: (k[0] == "user", lists[items[k][1]], written[items[k][0]], own[k]))
    waits = {k: _awaited(k, groups) for k in pending}
    done: list[Key] = []
    while pending:
        free = next((k for k in pending if not waits[k] or waits[k].isdisjoint(pending)), pending[0])
        pending.remove(free)
        done.append(free)
    return done


def _item(key: Key, path: str, schema: Schema) -> tuple[Key, str]:
    """The outermost list's item that a group lies in, and the path of that list; outside of lists a group is its own item."""
    steps = path.split("/")
    for depth in range(1, len(steps)):
        above = schema.find("/".join(steps[:depth]))
        if above is not None and above.kind in (Kind.LIST, Kind.KEYED_LIST):
            return key[:depth + 2], above.path
    return key, path


def _awaited(key: Key, groups: Mapping[Key, Sequence[Setting]]) -> frozenset[Key]:
    patterns = {pattern for setting in groups[key] for pattern in setting.after}
    return frozenset(other for other, members in groups.items() if other != key and other[0] == key[0]
                     and any(_matches(pattern, s.path) for pattern in patterns for s in members)) if patterns else frozenset()


@lru_cache(maxsize=4)
def _places(schema: Schema) -> Mapping[str, int]:
    """The place of every setting: a walk by name, depth first, into what has to come before; loops are left where they close."""
    settings = sorted(schema, key=lambda s: s.path.casefold())
    paths = [s.path for s in settings]
    patterns = {pattern for s in settings for pattern in s.after}
    named = {pattern: [i for i, path in enumerate(paths) if _matches(pattern, path)] for pattern in patterns}
    before = [[i for pattern in s.after for i in named[pattern]] for s in settings]
    places: dict[str, int] = {}
    begun: set[int] = set()
    for start in range(len(settings)):
        stack = [start] if start not in begun else []
        begun.update(stack)
        while stack:
            here = stack[-1]
            needed = next((i for i in before[here] if i not in begun), None)
            if needed is None:
                places[paths[stack.pop()]] = len(places)
            else:
                begun.add(needed)
                stack.append(needed)
    return places


def _matches(pattern: str, path: str) -> bool:
    """Whether an `ApplyAfterSetting` means a path: `/A/B` all below it, a single name any step of that name."""
    bare = pattern.strip("/")
    if "/" in bare or pattern.startswith("/"):
        return path == bare or path.startswith(bare + "/")
    return bare in path.split("/")
