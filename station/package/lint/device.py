"""Checks of the device name, generation and build, policies, and settings that no engine can place."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from station.model.build import OsBuild
from station.model.errors import UsageError
from station.package.customizations import Element
from station.package.lint.rules import Finding, Subject
from station.package.schema import Engine
from station.package.settings import Headset, NameSetting
from station.package.settings_tree import is_element_name, raw_tree, split_path, unwritable

_MACRO = re.compile(r"%(?:SERIAL|RAND:(\d{1,2}))%", re.IGNORECASE)
_LONGEST_NAME = 15
_WORDS = frozenset({"yes", "no", "true", "false", "on", "off", "enabled", "disabled", "allow", "allowed", "not allowed",
                    "disallowed"})
"""What the Designer shows for numbers, in the policies of its stores."""


def device_name(subject: Subject) -> Iterator[Finding]:
    name = subject.settings.device_name
    if name is None:
        return
    where = "device_name.template"
    fixed = _MACRO.sub("", name.template)
    random = sum(int(m[1]) for m in _MACRO.finditer(name.template) if m[1])
    if not name.template or len(fixed.encode("utf-8")) + random > _LONGEST_NAME:
        yield Finding("device-name-too-long", where, name.template[:40])
    if not re.fullmatch(r"[A-Za-z0-9-]*", fixed) or (fixed and fixed == name.template and fixed.isdigit()):
        yield Finding("device-name-characters", where, name.template[:40])
    if any(m[0] != m[0].upper() for m in _MACRO.finditer(name.template)):
        yield Finding("device-name-macro-case", where, name.template[:40])
    if not _MACRO.search(name.template) and subject.settings.target.batch > 1:
        yield Finding("device-name-not-unique", where, name.template[:40])
    if name.by is NameSetting.COMPUTER_NAME:
        yield Finding("device-name-desktop-setting", "device_name.by")


def target(subject: Subject) -> Iterator[Finding]:
    text = subject.settings.target.build
    if text and subject.os_build is None:
        yield Finding("build-malformed", "target.build", text[:40])
    if subject.headset is None:
        yield Finding("no-target", "target.generation")
    if subject.headset is Headset.HOLOLENS_1 and subject.settings.edition is None:
        yield Finding("first-generation-without-licence", "edition")
    build = subject.os_build
    if build is not None and build.major == 18362:
        yield Finding("build-1903", "target.build", str(build))


def names(subject: Subject) -> Iterator[Finding]:
    """Paths that can be no setting's, and characters that no document can hold."""
    for number, other in enumerate(subject.settings.setting):
        if not _is_path(other.path):
            yield Finding("setting-path-malformed", f"setting[{number}].path", other.path[:80])
    for number, policy in enumerate(subject.settings.policy):
        if not (is_element_name(policy.area) and is_element_name(policy.name)):
            yield Finding("setting-path-malformed", f"policy[{number}]", f"{policy.area}/{policy.name}"[:80])
    for name in dict.fromkeys(unwritable(_common(subject))):
        yield Finding("character-unwritable", name)


def fits(subject: Subject) -> Iterator[Finding]:
    """Every setting against the headset, its build, and what an engine can place."""
    for path in setting_paths(subject):
        setting = subject.schema.find(path)
        if setting is None:
            yield Finding("setting-unknown", path)
            continue
        if setting.path.startswith("TenantLockdown"):
            continue
        headset, build = subject.headset, subject.os_build
        if not setting.builds:
            yield Finding("setting-not-on-a-headset", path)
        elif headset is not None and headset not in setting.builds:
            yield Finding("setting-not-for-generation", path, headset)
        elif headset is not None and build is not None and setting.builds[headset]:
            needed = OsBuild.parse(setting.builds[headset])
            if build.at_least(needed) is False:
                yield Finding("setting-needs-newer-build", path, f"{build} < {needed}")
        if setting.experimental:
            yield Finding("setting-experimental", path)
        if not setting.csp and not setting.registry and Engine.NATIVE not in setting.engines and not subject.contents:
            yield Finding("setting-needs-store", path)


def _is_path(path: str) -> bool:
    try:
        return bool(split_path(path))
    except UsageError:
        return False


def _common(subject: Subject) -> Element:
    """What is set, but for what can be no setting."""
    settings = subject.settings
    sayable = replace(settings, setting=tuple(o for o in settings.setting if _is_path(o.path)),
                      policy=tuple(p for p in settings.policy if is_element_name(p.area) and is_element_name(p.name)))
    return raw_tree(sayable, lambda _: "x", subject.schema).common


def setting_paths(subject: Subject) -> list[str]:
    """Store paths of everything that is set, once each."""
    found: dict[str, None] = {}

    def walk(element: Element, path: str) -> None:
        if not element.children:
            found[path] = None
        for child in element.children:
            walk(child, f"{path}/{child.name}")
    for top in _common(subject).children:
        walk(top, top.name)
    return list(found)


def policies(subject: Subject) -> Iterator[Finding]:
    for (area, name), count in Counter((p.area, p.name) for p in subject.settings.policy).items():
        if count > 1:
            yield Finding("policy-twice", "policy", f"{area}/{name}")
    for number, policy in enumerate(subject.settings.policy):
        setting = subject.schema.find(f"Policies/{policy.area}/{policy.name}")
        if setting is not None and setting.values and str(policy.value) not in setting.values:
            yield Finding("policy-value-unknown", f"policy[{number}].value", f"{policy.area}/{policy.name}")
        elif setting is not None and setting.open and str(policy.value).casefold() in _WORDS:
            yield Finding("policy-value-is-a-word", f"policy[{number}].value", f"{policy.area}/{policy.name} {policy.value}")
    forbidden = (("Security", "AllowAddProvisioningPackage", 0, "no-more-packages"),
                 ("Security", "AllowRemoveProvisioningPackage", 0, "package-cannot-be-removed"),
                 ("Security", "RequireProvisioningPackageSignature", 1, "unsigned-packages-refused"),
                 ("System", "AllowStorageCard", 0, "stick-unreadable"),
                 ("Connectivity", "AllowUSBConnection", 0, "usb-forbidden"))
    for area, name, value, rule in forbidden:
        if subject.policy(area, name) == value:
            yield Finding(rule, "policy", f"{area}/{name}")
    if isinstance(subject.policy("MixedReality", "AutoLogonUser"), str) and subject.settings.user:
        yield Finding("auto-logon-needs-online-user", "policy", "MixedReality/AutoLogonUser")


CHECKS = (device_name, target, names, fits, policies)
