"""The leaves of a settings tree, to be taken one group after another until nothing is left."""

from collections.abc import Iterator

from station.package.customizations import Element
from station.package.schema import Kind, Schema

Steps = tuple[tuple[str, str], ...]
"""(element, key) from the top down; the key is that of a list's item, "" for other elements."""


class Leaves:
    """Leaves in document order. Taking one removes it. Items of lists without a key get names that differ."""

    def __init__(self, common: Element, schema: Schema) -> None:
        self._leaves: list[tuple[Steps, str, str]] = []
        self._labels: dict[str, str] = {}
        self._schema = schema
        for child in common.children:
            self._collect(child, (), _key(child))

    def _collect(self, element: Element, steps: Steps, key: str) -> None:
        if key and dict(element.attributes).get("Name"):
            self._labels.setdefault(key, dict(element.attributes)["Name"])
        here = (*steps, (element.name, key))
        if element.children:
            setting = self._schema.find("/".join(n for n, _ in here))
            listed = setting is not None and setting.kind is Kind.LIST
            taken: set[str] = set()
            for number, child in enumerate(element.children, 1):
                inner = _key(child)
                if listed and inner in taken:
                    inner = f"{inner}-{number}".lstrip("-")
                taken.add(inner)
                self._collect(child, here, inner)
        elif element.text or element.attributes:
            self._leaves.append((here, "/".join(n for n, _ in here), element.text))

    def label(self, key: str) -> str:
        """The Name of an item whose key is known; "" where it has none of its own."""
        label = self._labels.get(key, "")
        return "" if label == key else label

    def has(self, prefix: str) -> bool:
        """Whether a leaf lies under a path, given with its closing slash."""
        return any(path.startswith(prefix) for _, path, _ in self._leaves)

    def one(self, path: str) -> str | None:
        """Take the text of a leaf; None where there is none."""
        for number, (_, here, text) in enumerate(self._leaves):
            if here == path:
                del self._leaves[number]
                return text
        return None

    def all(self, path: str) -> list[str]:
        """Take the texts of all leaves of a path."""
        found = [text for _, here, text in self._leaves if here == path]
        self._leaves = [leaf for leaf in self._leaves if leaf[1] != path]
        return found

    def items(self, path: str) -> dict[str, dict[str, list[str]]]:
        """Take all items of a list: by key, the texts of each leaf by its path below the item ("" where the item is the
        leaf).
        """
        depth = path.count("/")
        found: dict[str, dict[str, list[str]]] = {}
        kept = []
        for leaf in self._leaves:
            steps, here, text = leaf
            if here == path or here.startswith(path + "/"):
                below = "/".join(n for n, _ in steps[depth + 1:])
                found.setdefault(steps[depth][1], {}).setdefault(below, []).append(text)
            else:
                kept.append(leaf)
        self._leaves = kept
        return found

    def below(self, top: str, depth: int) -> Iterator[tuple[Steps, str]]:
        """Take all leaves of a top-level element that lie at a depth."""
        found = [leaf for leaf in self._leaves if leaf[0][0][0] == top and len(leaf[0]) == depth]
        self._leaves = [leaf for leaf in self._leaves if leaf not in found]
        return iter([(steps, text) for steps, _, text in found])

    def rest(self) -> Iterator[tuple[Steps, str]]:
        """Take whatever is left."""
        found, self._leaves = self._leaves, []
        return iter([(steps, text) for steps, _, text in found])


def _key(element: Element) -> str:
    """The key of a list's item: its first attribute but Name, else its Name."""
    return next((v for k, v in element.attributes if k != "Name"), dict(element.attributes).get("Name", ""))
