"""From provxml back to settings elements, for packages that carry no customizations.xml, and the files that provxml holds.

The compiler's rules read backwards: a parm's place is matched with the CSP paths of a schema. What matches nothing is told,
not lost
silently.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from station.model.errors import DataError
from station.package import wlan
from station.package.compiler import WLAN_XML
from station.package.contents import ProvDocument
from station.package.customizations import Element, parse_xml
from station.package.provxml import Characteristic, Parm, split_csp
from station.package.schema import Kind, Schema, Serialization, Setting
from station.package.settings_tree import join_path, with_setting

_SILENT = ("Provisioning/Assets", "Provisioning/ForceSettingReload")
_PROFILE = ("WiFi", "Profile")


@dataclass(frozen=True, slots=True)
class Decompiled:
    """The tree, contents of the files it names, and the places of parms that no setting explains."""

    common: Element
    files: Mapping[str, bytes] = field(repr=False)
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pattern:
    setting: Setting
    steps: tuple[Characteristic, ...]

    def keys(self, parm: Parm) -> dict[str, str] | None:
        """The keys in a parm's place where it is this setting's, else None."""
        place = (*parm.path, Characteristic(parm.name))
        if len(place) != len(self.steps):
            return None
        keys: dict[str, str] = {}
        for step, given in zip(self.steps, place, strict=True):
            name = re.fullmatch(r"~(\w+)~", step.type)
            if name:
                keys[name[1]] = given.type
            elif step.type == "@CertificateHash@":
                keys["@CertificateHash@"] = given.type
            elif step.type.casefold() != given.type.casefold() or (step.scope and step.scope != given.scope):
                return None
        return keys


def decompile(documents: Iterable[ProvDocument], schema: Schema) -> Decompiled:
    """The settings that provxml documents hold."""
    patterns = [_Pattern(s, split_csp(s.csp)) for s in schema if s.csp and s.path != WLAN_XML]
    work = _Work(schema, patterns)
    for document in documents:
        for parm in document.parms:
            work.add(parm)
    return Decompiled(work.common, work.files, tuple(dict.fromkeys(work.unknown)))


class _Work:
    def __init__(self, schema: Schema, patterns: list[_Pattern]) -> None:
        self.common = Element("Common")
        self.files: dict[str, bytes] = {}
        self.unknown: list[str] = []
        self._schema = schema
        self._patterns = patterns

    def add(self, parm: Parm) -> None:
        steps = [s.type for s in parm.path]
        place = "/".join([*steps, parm.name])
        if place.startswith(_SILENT):
            return
        if tuple(steps[:2]) == _PROFILE and parm.name == "WlanXml" and len(steps) == 3:
            self._profile(steps[2], parm.value)
        elif steps[:2] == ["Policy", "Config"] and len(steps) == 3:
            self._put([("Policies", ""), (steps[2], ""), (parm.name, "")], parm.value)
        elif steps[:1] == ["MCSF"]:
            self._registry(steps[1:], parm)
        else:
            self._matched(parm, place)

    def _matched(self, parm: Parm, place: str) -> None:
        for pattern in self._patterns:
            keys = pattern.keys(parm)
            if keys is not None:
                self._setting(pattern.setting, keys, parm)
                return
        self.unknown.append(place)

    def _setting(self, setting: Setting, keys: dict[str, str], parm: Parm) -> None:
        steps = self._steps(setting, keys)
        if setting.serialization is Serialization.APP:
            self._app(steps, parm.value)
            return
        text = parm.value
        if setting.kind is Kind.BOOLEAN:
            text = "True" if text.casefold() in ("true", "1") else "False"
        elif setting.kind is Kind.FILE:
            text = self._file(setting, next(iter(keys.values()), setting.path.rsplit("/", 1)[-1]), parm.value)
        self._put(steps, text)

    def _steps(self, setting: Setting, keys: Mapping[str, str]) -> list[tuple[str, str]]:
        steps: list[tuple[str, str]] = []
        path = ""
        for name in setting.path.split("/"):
            parent = self._schema.find(path) if path else None
            key = ""
            if parent is not None and parent.kind is Kind.KEYED_LIST:
                key = keys.get(parent.key) or keys.get("@CertificateHash@", "")
            steps.append((name, key))
            path = f"{path}/{name}".lstrip("/")
        return steps

    def _put(self, steps: list[tuple[str, str]], text: str) -> None:
        try:
            self.common = with_setting(self.common, steps, text, self._schema)
        except DataError:
            self.unknown.append(join_path(steps))

    def _file(self, setting: Setting, name: str, value: str) -> str:
        binary = setting.serialization in (Serialization.CERTIFICATE, Serialization.PFX, Serialization.TRUSTED_PROVISIONER)
        suffix = {Serialization.CERTIFICATE: ".cer", Serialization.PFX: ".pfx", Serialization.TRUSTED_PROVISIONER: ".cer"}
        file = f"{_plain(name)}{suffix.get(setting.serialization, '.xml')}"
        self.files[file] = from_base64(value) if binary else value.encode("utf-8", "surrogatepass")
        return file

    def _profile(self, name: str, value: str) -> None:
        try:
            profile = wlan.parse(value, name)
        except DataError:
            self.unknown.append(f"WiFi/Profile/{name}/WlanXml")
            return
        if profile.security is None or not is_plain_network(value):
            file = f"wlan-{_plain(name)}.xml"
            self.files[file] = value.encode("utf-8", "surrogatepass")
            self.common = _appended(self.common, ["ConnectivityProfiles", "WLAN", "Profiles"], Element("Profile", file))
            return
        base = [("ConnectivityProfiles", ""), ("WLAN", ""), ("WLANSetting", ""), ("WLANConfig", profile.ssid),
                ("WLANXmlSettings", "")]
        fields = {"AutoConnect": str(profile.auto_connect), "HiddenNetwork": str(profile.hidden), "SecurityKey": profile.key,
                  "SecurityType": wlan.SECURITY_TYPES[profile.security]}
        for field_name, text in fields.items():
            if text:
                self._put([*base, (field_name, "")], text)

    def _registry(self, steps: list[str], parm: Parm) -> None:
        """MCSF holds instance paths: items stand under their keys."""
        found: list[tuple[str, str]] = []
        path = ""
        for name in (*steps, parm.name):
            parent = self._schema.find(path) if path else None
            item = next(_items(self._schema, path), "") if parent is not None and parent.kind is Kind.KEYED_LIST else ""
            found.append((item, name) if item else (name, ""))
            path = f"{path}/{item or name}".lstrip("/")
        self._put(found, parm.value)

    def _app(self, steps: list[tuple[str, str]], value: str) -> None:
        try:
            root = parse_xml(value.encode("utf-8", "surrogatepass"), "HostedInstall")
        except DataError:
            self.unknown.append("HostedInstall")
            return
        self._put(steps, asset_name(root.get("PackageUri", "")))
        self._put([*steps[:-1], ("DeploymentOptions", "")], root.get("DeploymentOptions", "0"))
        for dependency in root.iter("Dependency"):
            name = asset_name(dependency.get("PackageUri", ""))
            self._put([*steps[:-1], ("DependencyAppxFiles", ""), ("Dependency", name)], name)


def is_plain_network(value: str) -> bool:
    """Whether a WLAN profile says no more than a network of the settings store can."""
    try:
        profile = wlan.parse(value, "profile")
    except DataError:
        return False
    return profile.security in wlan.SECURITY_TYPES and wlan.render(profile) == value


def asset_name(uri: str) -> str:
    """The file name in an asset's key `<k>_<digest>\\<name>`."""
    return uri.replace("\\", "/").rsplit("/", 1)[-1]


def from_base64(text: str) -> bytes:
    """Bytes of a value; b"" where it is no base64."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _items(schema: Schema, path: str) -> Iterator[str]:
    """The element names of a list's items."""
    depth = path.count("/") + 1
    return (s.path.split("/")[depth] for s in schema if s.path.startswith(path + "/"))


def _appended(element: Element, path: list[str], new: Element) -> Element:
    if not path:
        return replace(element, children=(*element.children, new))
    children = list(element.children)
    at = next((i for i, c in enumerate(children) if c.name == path[0]), len(children))
    if at == len(children):
        children.append(Element(path[0]))
    children[at] = _appended(children[at], path[1:], new)
    return replace(element, children=tuple(children))


def _plain(name: str) -> str:
    return re.sub(r"[^\w.@-]+", "-", name)[:60].strip(".- ") or "file"
