"""From settings elements to provxml files, with any schema: the shipped table or the person's own settings store.

Rules (facts/packages §1.4, found in real packages): one file a setting, but one file an instance of an atomic group;
numbered through
the whole package with user settings last; SettingsGroup from the store path; ordered by what has to come first.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from station.model.errors import UsageError
from station.package import wlan
from station.package.credentials import read_certificate
from station.package.customizations import Element, writable
from station.package.ordering import in_order
from station.package.provxml import Characteristic, Parm, render, settings_group, split_csp
from station.package.schema import Action, Kind, Schema, Serialization, Setting
from station.package.wim_read import safe_name

WLAN_XML = "ConnectivityProfiles/WLAN/WLANSetting/WLANConfig/WLANXmlSettings"
WLAN_XML_CSP = "./Vendor/MSFT/WiFi/Profile/~SSID~/WlanXml"
WLAN_PROFILE_CSP = "./Vendor/MSFT/WiFi/Profile/~ProfileName~/WlanXml"
_USER_IN_2018 = frozenset({"Policies/Experience/AllowWindowsConsumerFeatures"})
PACKAGE_MARKER = "{package}"
"""Stands for the package's id until it is known."""
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")


class Dialect(Enum):
    """Which tool's habits to follow. PLAIN is what this program writes: file names and groups of 2018 and later, no
    SettingsPath.
    """

    PLAIN = "plain"
    WCD_2016 = "2016"
    """One file a top-level group, named `<Top>_<n>`, group in plain words."""
    WCD_2018 = "2018"
    """Tool 17134: all of Accounts is one atomic group."""
    WCD_2025 = "2025"
    """Store app of 2022 to 2025: parms carry SettingsPath."""


@dataclass(frozen=True, slots=True)
class CarriedFile:
    """A file that travels in DataAsset: the setting instance it belongs to, and the path that opens it at build time."""

    path: str
    name: str
    instance: str
    kind: str

    @property
    def marker(self) -> str:
        """What stands in parms for the file until its checksum is known."""
        return "{asset:" + hashlib.sha256(f"{self.instance}\0{self.path}".encode()).hexdigest()[:24] + "}"


@dataclass(frozen=True, slots=True)
class ProvFile:
    """One provxml file: context (`RunTime` or `User_RunTime`), name without extension, SettingsGroup, parms."""

    context: str
    name: str
    group: str
    parms: tuple[Parm, ...]

    def data(self) -> bytes:
        return render(self.parms)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the settings became. `parms` hold a carried file's marker until its checksum is known."""

    files: tuple[ProvFile, ...]
    carried: tuple[CarriedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class _Value:
    setting: Setting
    steps: tuple[str, ...]
    keys: Mapping[str, str]
    text: str = field(repr=False)
    user: bool = False
    options: Mapping[str, object] = field(default_factory=dict)
    announces: bool = False
    """Not the setting itself, but the announcement of the file that it carries."""
    item: str = ""
    """Element name of a list's item that is itself the setting: such a file is announced under it, not under its index."""


ReadFile = Callable[[str], bytes]


def compile_settings(common: Element, schema: Schema, read: ReadFile, dialect: Dialect = Dialect.PLAIN) -> Compiled:
    """Compile everything under Common. `read` gives small files (certificates, XML) by the path written in the settings.

    Raises UsageError `package.unknown-setting`, `package.needs-store`, `package.bad-value`, `package.deletes`;
    DataError `package.bad-certificate`, `package.bad-wlan-profile`; whatever `read` raises.
    """
    values = [v for child in common.children for v in _values(child, child.name, (), {}, schema, dialect)]
    groups = _groups(values, dialect)
    carried: list[CarriedFile] = []
    files: list[ProvFile] = []
    seen: dict[str, int] = {}
    for number, key in enumerate(in_order({k: [v.setting for v in members] for k, members in groups.items()}, schema)):
        members = groups[key]
        parms = [p for v in members for p in _parms(v, read, dialect, carried)]
        parms += _reload(members, dialect)
        if not all(writable(p.value) for p in parms):
            raise UsageError("package.bad-value", f"{members[0].setting.path} holds a character that no package can hold")
        if not parms:
            continue
        store_path = _store_path(members[0], dialect)
        context = _context(key, members[0], dialect)
        instance = seen.get(context + store_path, 0)
        seen[context + store_path] = instance + 1
        if dialect is Dialect.WCD_2016:
            files.append(ProvFile(context, f"{key[-1]}_{len(files)}", key[-1], tuple(parms)))
        else:
            files.append(ProvFile(context, f"{number}__{_file_part(key)}", settings_group(store_path, instance), tuple(parms)))
    return Compiled(tuple(_renumbered(files, dialect)), tuple(carried))


def _context(key: tuple[str, ...], first: _Value, dialect: Dialect) -> str:
    """The list a file stands in: at run time of the device or of the user; the tool of 2016 put the edition elsewhere."""
    if dialect is Dialect.WCD_2016 and key[-1] == "EditionUpgrade":
        return "Uicc_RunOnce"
    return "User_RunTime" if first.user else "RunTime"


def _renumbered(files: list[ProvFile], dialect: Dialect) -> Iterator[ProvFile]:
    for number, file in enumerate(files):
        yield file if dialect is Dialect.WCD_2016 else replace(file, name=f"{number}__{file.name.split('__', 1)[1]}")


def _values(element: Element, path: str, steps: tuple[str, ...], keys: Mapping[str, str], schema: Schema,
            dialect: Dialect) -> Iterator[_Value]:
    setting = schema.find(path)
    if path.casefold() == WLAN_XML.casefold():
        yield _wlan_value(element, setting, steps, keys)
        return
    if setting is not None and setting.leaf:
        yield from _leaf(setting, element, (*steps, element.name), keys, dialect)
        return
    if setting is None and not element.children and not schema.knows_below(path):
        raise UsageError("package.unknown-setting", f"{path} ({schema.origin})")
    here = (*steps, element.name)
    for number, child in enumerate(element.children):
        below = f"{path}/{child.name}"
        if setting is not None and setting.kind is Kind.KEYED_LIST:
            key = next((v for k, v in child.attributes if k == setting.key), None) or dict(child.attributes).get("Name", "")
            if not key:
                raise UsageError("package.bad-value", f"{below} has no {setting.key}")
            yield from _keyed(child, below, here, {**keys, setting.key: key}, key, schema, dialect)
        elif setting is not None and setting.kind is Kind.LIST:
            index = {**keys, element.name: str(number)}
            yield from _keyed(child, below, here, index, str(number), schema, dialect)
        else:
            yield from _values(child, below, here, keys, schema, dialect)


def _keyed(child: Element, path: str, steps: tuple[str, ...], keys: Mapping[str, str], key: str, schema: Schema,
           dialect: Dialect) -> Iterator[_Value]:
    """An item of a list stands in the instance path under its key or index instead of its element name."""
    setting = schema.find(path)
    if setting is not None and setting.leaf:
        yield from (replace(v, item=child.name) for v in _leaf(setting, child, (*steps, key), keys, dialect))
        return
    items = _app_children(child) if path.endswith("App/Application") else child
    yield from (replace(v, steps=(*steps, key, *v.steps[1:])) for v in _values(items, path, (), keys, schema, dialect))


def _leaf(setting: Setting, element: Element, steps: tuple[str, ...], keys: Mapping[str, str],
          dialect: Dialect) -> Iterator[_Value]:
    """A value; a file that is carried is announced to the device before it."""
    user = _for_user(setting, element, dialect)
    found = _Value(_typed(setting, element), steps, keys, element.text, user, _app_options(element))
    if setting.carried or setting.serialization is Serialization.APP:
        yield replace(found, user=False, announces=True)
    if not setting.carried:
        yield found


def _app_children(app: Element) -> Element:
    """Dependencies and options of an app travel with its file: they have no node of their own."""
    dependencies = app.child("DependencyAppxFiles")
    options = app.child("DeploymentOptions")
    file = app.child("ApplicationFile")
    if file is None:
        raise UsageError("package.bad-value", "an app without ApplicationFile")
    extra = [("dependency", d.text) for d in (dependencies.children if dependencies else ())]
    extra += [("options", options.text)] if options else []
    return replace(app, children=tuple(replace(c, attributes=tuple(extra)) if c is file else c for c in app.children
                                       if c not in (dependencies, options)))


def _for_user(setting: Setting, element: Element, dialect: Dialect) -> bool:
    return setting.user or element.user or (dialect is Dialect.WCD_2018 and setting.path in _USER_IN_2018)


def _app_options(element: Element) -> Mapping[str, object]:
    if element.name != "ApplicationFile":
        return {}
    return {"dependencies": [v for k, v in element.attributes if k == "dependency"],
            "options": next((v for k, v in element.attributes if k == "options"), "0")}


def _wlan_value(element: Element, setting: Setting | None, steps: tuple[str, ...], keys: Mapping[str, str]) -> _Value:
    fields = {c.name: c.text for c in element.children}
    security = next((s for s, n in wlan.SECURITY_TYPES.items() if n == fields.get("SecurityType", "Open")), None)
    if security is None:
        raise UsageError("package.bad-value", f"SecurityType {fields['SecurityType']}")
    ssid = keys.get("SSID", "")
    hidden, auto = _is_true(fields.get("HiddenNetwork", "False")), _is_true(fields.get("AutoConnect", "True"))
    xml = wlan.render(wlan.WlanProfile(ssid, ssid, security, fields.get("SecurityKey", ""), hidden, auto))
    root = setting.atomic_root if setting and setting.atomic_root else WLAN_XML.rpartition("/")[0]
    after = setting.after if setting else ()
    return _Value(Setting(WLAN_XML, Kind.STRING, WLAN_XML_CSP, atomic_root=root, after=after), (*steps, element.name), keys, xml)


def _typed(setting: Setting, element: Element) -> Setting:
    """Policies that the schema does not know take the type they are given, else that of their value."""
    if not setting.open:
        return setting
    return replace(setting, kind=Kind(element.datatype or ("integer" if re.fullmatch(r"-?\d{1,18}", element.text) else "string")))


def _atomic(value: _Value, dialect: Dialect) -> str:
    if dialect is Dialect.WCD_2016:
        return value.setting.path.split("/")[0]
    if dialect is Dialect.WCD_2018 and value.setting.path.startswith("Accounts/"):
        return "Accounts"
    return value.setting.atomic_root


def _groups(values: list[_Value], dialect: Dialect) -> dict[tuple[str, ...], list[_Value]]:
    groups: dict[tuple[str, ...], list[_Value]] = {}
    for value in values:
        root = _atomic(value, dialect)
        steps = value.steps[:len(root.split("/"))] if root else value.steps
        groups.setdefault(("user" if value.user else "device", *steps), []).append(value)
    return groups


def _store_path(value: _Value, dialect: Dialect) -> str:
    return _atomic(value, dialect) or value.setting.path


def _file_part(key: tuple[str, ...]) -> str:
    """The instance path as a file name; what no file name may hold becomes `_`, very long ones are cut."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", "_".join(key[1:]))[:120].rstrip(". ")


def _parms(value: _Value, read: ReadFile, dialect: Dialect, carried: list[CarriedFile]) -> list[Parm]:
    setting = value.setting
    settings_path = _settings_path(setting, dialect)
    if value.announces:
        return _announcement(value, carried, settings_path)
    if setting.action is Action.DELETE:
        raise UsageError("package.deletes", setting.path)
    if setting.registry and not setting.csp:
        steps = (Characteristic("MCSF"), *(Characteristic(s) for s in value.steps[:-1]))
        return [Parm(steps, value.steps[-1], *_plain(value), settings_path=settings_path)]
    keys = dict(value.keys)
    if setting.serialization is Serialization.APP:
        return _app(value, settings_path)
    text, datatype = _serialized(value, read, keys)
    csp = WLAN_PROFILE_CSP if setting.serialization is Serialization.WLAN_PROFILE else setting.csp
    if not csp or csp == "Dummy":
        raise UsageError("package.needs-store", setting.path)
    *path, last = _placed(value, csp, keys)
    return [Parm(tuple(path), last.type, text, datatype, setting.action is Action.EXEC, settings_path)]


def _reload(members: list[_Value], dialect: Dialect) -> Iterator[Parm]:
    """What a file asks for when a setting of it needs a restart; seen for a computer's name and for its edition's key."""
    setting = next((v.setting for v in members if v.setting.reboot), None)
    if setting is not None:
        path = (Characteristic("Provisioning"), Characteristic("ForceSettingReload"))
        yield Parm(path, setting.path.rpartition("/")[2], "1", "integer", settings_path=_settings_path(setting, dialect))


def _settings_path(setting: Setting, dialect: Dialect) -> str:
    return setting.path if dialect is Dialect.WCD_2025 else ""


def _placed(value: _Value, csp: str, keys: Mapping[str, str]) -> list[Characteristic]:
    """The steps of a CSP path with keys filled in; a user policy carries its scope on the first step."""
    def fill(step: Characteristic) -> Characteristic:
        text = re.sub(r"~(\w+)~", lambda m: keys.get(m[1], m[0]), step.type)
        return Characteristic(text.replace("@CertificateHash@", keys.get("@CertificateHash@", "")), step.scope)
    steps = [fill(step) for step in split_csp(csp)]
    if value.user and steps[0] == Characteristic("Policy"):
        steps[0] = Characteristic("Policy", "User")
    return steps


def _serialized(value: _Value, read: ReadFile, keys: dict[str, str]) -> tuple[str, str]:
    """Value and datatype; certificate and profile files add what their path needs to `keys`."""
    kind = value.setting.serialization
    if kind is Serialization.NONE:
        return _plain(value)
    data = read(value.text)
    if kind is Serialization.CERTIFICATE:
        facts = read_certificate(data, value.text)
        keys["@CertificateHash@"] = facts.thumbprint
        return facts.base64, "string"
    if kind in (Serialization.PFX, Serialization.TRUSTED_PROVISIONER):
        return base64.b64encode(data).decode("ascii"), "string"
    text = _decoded(data, value.text)
    if kind is Serialization.WLAN_PROFILE:
        keys["ProfileName"] = wlan.parse(text, value.text).name
    return text, "string"


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as e:
        raise UsageError("package.bad-value", f"{name} is no text") from e


def _plain(value: _Value) -> tuple[str, str]:
    setting, text = value.setting, value.text
    if setting.kind is Kind.BOOLEAN:
        if text.casefold() not in _TRUE + _FALSE:
            raise UsageError("package.bad-value", f"{setting.path} is neither True nor False")
        return str(_is_true(text)).lower(), "boolean"
    if setting.kind is Kind.INTEGER:
        number = setting.number(text)
        if not re.fullmatch(r"-?\d{1,19}", number):
            raise UsageError("package.bad-value", f"{setting.path} is no number and none of its choices")
        return number, "integer"
    return setting.number(text) if setting.values else text, "string"


def _is_true(text: str) -> bool:
    return text.casefold() in _TRUE


def _announcement(value: _Value, carried: list[CarriedFile], settings_path: str) -> list[Parm]:
    """Provisioning/Assets/<package>/<instance, as one step> with one parm a file (facts/packages §1.5, real packages)."""
    found = _carried_files(value)
    carried.extend(found)
    instance = f"{found[0].instance.rpartition('/')[0]}/{value.item}" if value.item else found[0].instance
    path = tuple(Characteristic(s) for s in ("Provisioning", "Assets", PACKAGE_MARKER, instance))
    return [Parm(path, f.marker, f.name, settings_path=settings_path) for f in found]


def _carried_files(value: _Value) -> list[CarriedFile]:
    """The file of a setting and those that travel with it."""
    instance, kind = "/" + "/".join(value.steps), value.setting.path.rsplit("/", 1)[-1]
    names = [value.text, *(str(d) for d in value.options.get("dependencies", ()))]  # type: ignore[attr-defined]
    for name in names:
        if not safe_name(name.replace("\\", "/").rsplit("/", 1)[-1]):
            raise UsageError("package.bad-value", f"{value.setting.path}: no file on Windows can be called so")
    return [CarriedFile(n, n.replace("\\", "/").rsplit("/", 1)[-1], instance, kind) for n in dict.fromkeys(names)]


def _app(value: _Value, settings_path: str) -> list[Parm]:
    """HostedInstall names the app and its dependencies by their announced names; that is a guess (facts/packages §1.5)."""
    app, *others = _carried_files(value)
    dependencies = "".join(f'<Dependency PackageUri="{f.marker}" />' for f in others)
    inner = f"<Dependencies>{dependencies}</Dependencies>" if dependencies else ""
    xml = (f'<Application PackageUri="{app.marker}" '
           f'DeploymentOptions="{int(str(value.options.get("options", 0)))}">{inner}</Application>')
    *path, last = _placed(value, value.setting.csp, value.keys)
    return [Parm(tuple(path), last.type, xml, "string", True, settings_path)]
