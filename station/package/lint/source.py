"""Checks of a package against itself: customizations.xml, which people read, and provxml, which the headset applies."""

from collections.abc import Iterator

from station.package.customizations import Element
from station.package.decompiler import decompile
from station.package.leaves import Leaves, Steps
from station.package.lint.rules import Finding, Subject
from station.package.schema import Kind, Schema, Serialization, Setting
from station.package.settings_tree import join_path

_TRUE = frozenset({"true", "1", "yes"})


def source(subject: Subject) -> Iterator[Finding]:
    """A tool that changes packages may leave the old source in them, and somebody with bad intentions will."""
    image = subject.contents.main if subject.contents else None
    if image is None or image.customizations is None or image.customizations.variants or not image.customizations.common.children:
        return
    written = _plain(image.customizations.common, subject.schema)
    for place, (steps, value) in _plain(decompile(image.documents, subject.schema).common, subject.schema).items():
        said = written.get(place)
        if said is None and "WLANXmlSettings" in dict(steps):
            continue
        if said is None or said[1] != value:
            yield Finding("source-differs", join_path(steps)[:120])


def _plain(common: Element, schema: Schema) -> dict[Steps, tuple[Steps, str]]:
    """Values that stand as they are in both: no files, no policies of unknown type, nothing in lists whose items have no key.
    By their steps without letter case, as a CSP's path may have another than the store's.
    """
    found: dict[Steps, tuple[Steps, str]] = {}
    for steps, text in Leaves(common, schema).rest():
        names = [name for name, _ in steps]
        setting, *above = (schema.find("/".join(names[:n])) for n in range(len(names), 0, -1))
        if setting is not None and not setting.open and (setting.csp or setting.registry) and (
                setting.kind is not Kind.FILE and setting.serialization is Serialization.NONE) and not any(
                over is not None and over.kind is Kind.LIST for over in above):
            found[tuple((name.casefold(), key) for name, key in steps)] = (steps, _same(setting, text))
    return found


def _same(setting: Setting, text: str) -> str:
    """One form of the forms in which a value can be written."""
    if setting.kind is Kind.BOOLEAN:
        return str(text.casefold() in _TRUE)
    return setting.number(text).casefold() if setting.kind is Kind.INTEGER else setting.number(text)


CHECKS = (source,)
