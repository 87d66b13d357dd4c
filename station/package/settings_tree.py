"""From package settings to the element tree of customizations.xml. The way back is `station.package.importer`.

The tree holds the values of secrets, so it lives only while a package is built. Elements stand in the order in which the
designer
writes them: alphabetically.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from station.model.errors import NotFound, UsageError
from station.package import wlan
from station.package.customizations import Element, writable
from station.package.schema import Kind, Schema
from station.package.settings import (
    AccountManagement,
    App,
    CertificateStore,
    DeletionPolicy,
    Developer,
    KeyLocation,
    NameSetting,
    PackageSettings,
    PortalAuthentication,
    UserGroup,
    WifiNetwork,
    WifiSecurity,
)

_ELEMENT_NAME = re.compile(r"^[^\W\d][\w.-]*\Z")

SecretResolver = Callable[[str], str]
"""The value of a secret by its name; raises NotFound where there is none."""

STORES = {CertificateStore.ROOT: ("RootCertificates", "RootCertificate", "CertificatePath"),
          CertificateStore.INTERMEDIATE: ("CACertificates", "CACerificate", "CertificatePath"),
          CertificateStore.TRUSTED_PEOPLE: ("TrustedPeopleCertificates", "Certificate", "TrustedCertificate")}
"""List, item and file element of each store; the spelling of the second is Microsoft's (facts/packages §3)."""
KEY_LOCATIONS = {KeyLocation.TPM: "1", KeyLocation.TPM_OR_SOFTWARE: "2", KeyLocation.SOFTWARE: "3"}
GROUPS = {UserGroup.STANDARD: "1", UserGroup.ADMINISTRATORS: "2"}
DELETION = {DeletionPolicy.IMMEDIATELY: "0", DeletionPolicy.AT_CAPACITY: "1", DeletionPolicy.AT_CAPACITY_AND_INACTIVITY: "2"}
PORTAL_MODES = {PortalAuthentication.NONE: "0", PortalAuthentication.BASIC: "1"}


@dataclass(frozen=True, slots=True)
class SettingsTree:
    """The Common element, and files that were made on the way (WLAN profiles of WPA3 networks) by the path written in the
    tree.
    """

    common: Element
    made: dict[str, bytes] = field(default_factory=dict, repr=False)


def to_tree(settings: PackageSettings, secret: SecretResolver, schema: Schema) -> SettingsTree:
    """The tree of settings. Raises NotFound `package.no-secret`, UsageError `package.bad-value`."""
    tree = raw_tree(settings, secret, schema)
    for name in unwritable(tree.common):
        raise UsageError("package.bad-value", f"{name} holds a character that no package can hold")
    return tree


def unwritable(root: Element) -> Iterator[str]:
    """The names of elements that cannot be written into a document, by their own name or by what they hold."""
    for element in root.walk():
        if not is_element_name(element.name) or not all(writable(t) for t in (element.text, *(v for _, v in element.attributes))):
            yield element.name


def raw_tree(settings: PackageSettings, secret: SecretResolver, schema: Schema) -> SettingsTree:
    """As `to_tree`, also where a document cannot hold it: for judging."""
    resolve = _told(secret)
    made: dict[str, bytes] = {}
    parts = [_accounts(settings, resolve), _account_management(settings.account_management), _kiosk(settings),
             _certificates(settings, resolve), _connectivity(settings, resolve, made), _device_name(settings),
             _developer(settings.developer, resolve), _edition(settings, resolve), _first_experience(settings),
             _policies(settings), _lockdown(settings), _apps(settings), _workplace(settings, resolve)]
    common = _group("Common", [p for p in parts if p is not None])
    for other in settings.setting:
        common = with_setting(common, split_path(other.path), resolve(other.secret) if other.secret else other.value, schema)
    return SettingsTree(replace(common, children=tuple(sorted(common.children, key=lambda e: e.name.casefold()))), made)


def _told(secret: SecretResolver) -> SecretResolver:
    def resolve(name: str) -> str:
        if not name:
            return ""
        try:
            return secret(name)
        except (NotFound, KeyError) as e:
            raise NotFound("package.no-secret", name) from e
    return resolve


def _leaf(name: str, text: str) -> Element:
    return Element(name, text)


def _flag(name: str, value: bool) -> Element:
    return Element(name, "True" if value else "False")


def _group(name: str, children: Iterable[Element]) -> Element:
    return Element(name, children=tuple(children))


def _item(name: str, key: str, value: str, children: Iterable[Element]) -> Element:
    return Element(name, attributes=((key, value), ("Name", value)), children=tuple(children))


def _texts(**values: str) -> list[Element]:
    return [_leaf(name, text) for name, text in values.items() if text]


def _accounts(settings: PackageSettings, secret: SecretResolver) -> Element | None:
    parts = []
    if settings.entra_join:
        parts.append(_group("Azure", [_leaf("Authority", settings.entra_join.authority),
                                      _leaf("BPRT", secret(settings.entra_join.token))]))
    if settings.device_name and settings.device_name.by is NameSetting.COMPUTER_NAME:
        parts.append(_group("ComputerAccount", [_leaf("ComputerName", settings.device_name.template)]))
    if settings.user:
        parts.append(_group("Users", [
            _item("User", "UserName", u.name, [*_texts(HomeDir=u.home), _leaf("Password", secret(u.password)),
                                               _leaf("UserGroup", GROUPS[u.group])]) for u in settings.user]))
    return _group("Accounts", parts) if parts else None


def _account_management(value: AccountManagement | None) -> Element | None:
    if value is None:
        return None
    numbers = {"ProfileInactivityThreshold": value.inactivity, "StorageCapacityStartDeletion": value.start_deletion,
               "StorageCapacityStopDeletion": value.stop_deletion}
    parts = [] if value.deletion is None else [_leaf("DeletionPolicy", DELETION[value.deletion])]
    parts.append(_flag("EnableProfileManager", value.enabled))
    parts += [_leaf(name, str(number)) for name, number in numbers.items() if number is not None]
    return _group("AccountManagement", [_group("UserProfilePolicies", parts)])


def _kiosk(settings: PackageSettings) -> Element | None:
    kiosk = settings.kiosk
    if kiosk is None:
        return None
    parts = []
    if kiosk.app or kiosk.account:
        parts.append(_leaf("AssignedAccessSettings", json.dumps({"Account": kiosk.account, "AUMID": kiosk.app})))
    parts += _texts(MultiAppAssignedAccessSettings=kiosk.configuration)
    return _group("AssignedAccess", parts)


def _certificates(settings: PackageSettings, secret: SecretResolver) -> Element | None:
    lists: dict[str, list[Element]] = {}
    for certificate in settings.certificate:
        in_list, item, leaf = STORES[certificate.store]
        lists.setdefault(in_list, []).append(
            _item(item, "CertificateName", certificate.name, [_leaf(leaf, certificate.file)]))
    for client in settings.client_certificate:
        lists.setdefault("ClientCertificates", []).append(
            _item("ClientCertificate", "CertificateName", client.name, [
                _leaf("CertificatePassword", secret(client.password)), _leaf("CertificatePath", client.file),
                _flag("ExportCertificate", client.exportable), _leaf("KeyLocation", KEY_LOCATIONS[client.key_location])]))
    return _group("Certificates", [_group(name, lists[name]) for name in sorted(lists)]) if lists else None


def _connectivity(settings: PackageSettings, secret: SecretResolver, made: dict[str, bytes]) -> Element | None:
    profiles = [_leaf("Profile", p.file) for p in settings.wifi_profile]
    networks = []
    for network in settings.wifi:
        if network.security is WifiSecurity.WPA3:
            profiles.append(_leaf("Profile", _made_profile(network, secret(network.key), made)))
        else:
            networks.append(_network(network, secret))
    lists = ([_group("Profiles", profiles)] if profiles else []) + ([_group("WLANSetting", networks)] if networks else [])
    return _group("ConnectivityProfiles", [_group("WLAN", lists)]) if lists else None


def _network(network: WifiNetwork, secret: SecretResolver) -> Element:
    key = [] if network.security is WifiSecurity.OPEN else [_leaf("SecurityKey", secret(network.key))]
    xml = _group("WLANXmlSettings", [_flag("AutoConnect", network.auto_connect), _flag("HiddenNetwork", network.hidden),
                                     *key, _leaf("SecurityType", wlan.SECURITY_TYPES[network.security])])
    return _item("WLANConfig", "SSID", network.ssid, [*_texts(ProxyServerPort=network.proxy), xml])


def _made_profile(network: WifiNetwork, key: str, made: dict[str, bytes]) -> str:
    """A profile file for a network that the store has no element for."""
    path = f"wlan-{len(made)}-wpa3.xml"
    profile = wlan.WlanProfile(network.ssid, network.ssid, network.security, key, network.hidden, network.auto_connect)
    made[path] = wlan.render(profile).encode("utf-8")
    return path


def _device_name(settings: PackageSettings) -> Element | None:
    name = settings.device_name
    if name is None or name.by is not NameSetting.DNS_COMPUTER_NAME:
        return None
    return _group("DevDetail", [_leaf("DNSComputerName", name.template)])


def _developer(value: Developer | None, secret: SecretResolver) -> Element | None:
    if value is None:
        return None
    parts = [_group("DeveloperSetupSettings", [_flag("EnableDeveloperMode", value.mode)])]
    portal = []
    if value.portal is not None:
        basic = [] if not (value.user or value.password) else [
            _group("BasicAuth", [_leaf("Username", value.user), _leaf("Password", secret(value.password))])]
        portal.append(_group("Authentication", [*basic, _leaf("Mode", PORTAL_MODES[value.portal])]))
    ports = [_leaf(name, str(port)) for name, port in (("HttpPort", value.http_port), ("HttpsPort", value.https_port))
             if port is not None]
    portal += [_group("Connection", ports)] if ports else []
    parts += [_group("WindowsDevicePortalSettings", portal)] if portal else []
    return _group("DeveloperSetup", parts)


def _edition(settings: PackageSettings, secret: SecretResolver) -> Element | None:
    if settings.edition is None:
        return None
    return _group("EditionUpgrade", _texts(UpgradeEditionWithLicense=settings.edition.licence,
                                           UpgradeEditionWithProductKey=secret(settings.edition.product_key)))


def _first_experience(settings: PackageSettings) -> Element | None:
    value = settings.first_experience
    if value is None:
        return None
    numbers = {"PreferredRegion": value.region, "PreferredTimezone": value.timezone}
    flags = {"SkipCalibration": value.skip_calibration, "SkipTraining": value.skip_training, "SkipWifi": value.skip_wifi}
    parts = [_leaf(n, str(v)) for n, v in numbers.items() if v is not None]
    parts += [_flag(n, v) for n, v in flags.items() if v is not None]
    return _group("FirstExperience", [_group("HoloLens", parts)])


def _policies(settings: PackageSettings) -> Element | None:
    areas: dict[str, list[Element]] = {}
    for policy in settings.policy:
        kind = Kind.INTEGER if isinstance(policy.value, int) else Kind.STRING
        areas.setdefault(policy.area, []).append(Element(policy.name, str(policy.value), datatype=kind, user=policy.user))
    return _group("Policies", [_group(area, areas[area]) for area in sorted(areas)]) if areas else None


def _lockdown(settings: PackageSettings) -> Element | None:
    if settings.tenant_lockdown is None:
        return None
    return _group("TenantLockdown", [_flag("RequireNetworkInOOBE", settings.tenant_lockdown)])


def _apps(settings: PackageSettings) -> Element | None:
    if not settings.app:
        return None
    licences = [Element("LicenseInstall", a.licence, (("LicenseProductId", a.licence_id), ("Name", a.family)))
                for a in settings.app if a.licence]
    apps = _group("UserContextApp", [_item("Application", "PackageFamilyName", a.family, _app(a)) for a in settings.app])
    return _group("UniversalAppInstall", [apps, *([_group("UserContextAppLicense", licences)] if licences else [])])


def _app(app: App) -> list[Element]:
    dependencies = [Element("Dependency", path, (("Name", path.rsplit("/", 1)[-1]),)) for path in app.dependencies]
    return [_leaf("ApplicationFile", app.file),
            *([_group("DependencyAppxFiles", dependencies)] if dependencies else []),
            _leaf("DeploymentOptions", str(app.deployment_options)),
            *([_leaf("LaunchAppAtLogin", "1")] if app.launch_at_sign_in else [])]


def _workplace(settings: PackageSettings, secret: SecretResolver) -> Element | None:
    if not settings.enrolment:
        return None
    items = [_item("UPN", "UPN", e.upn, [
        _leaf("AuthPolicy", e.auth_policy),
        *_texts(DiscoveryServiceFullUrl=e.discovery_url, EnrollmentServiceFullUrl=e.enrolment_url,
                PolicyServiceFullUrl=e.policy_url, Secret=secret(e.secret))]) for e in settings.enrolment]
    return _group("Workplace", [_group("Enrollments", items)])


def is_element_name(name: str) -> bool:
    """Whether a setting or policy can be called so: it becomes the name of an XML element."""
    return bool(_ELEMENT_NAME.match(name))


def split_path(path: str) -> list[tuple[str, str]]:
    """(element, key) of each step of `A/B[key]/C`; a slash inside brackets belongs to the key. Raises UsageError
    `package.bad-value`.
    """
    steps: list[tuple[str, str]] = []
    name, key, depth = "", "", 0
    for char in path + "/":
        if char == "]" and depth:
            depth = 0
        elif char == "[" and not depth:
            depth = 1
        elif char == "/" and not depth:
            steps.append((name, key))
            name, key = "", ""
        elif depth:
            key += char
        else:
            name += char
    if depth or not all(is_element_name(n) for n, _ in steps):
        raise UsageError("package.bad-value", f"not the path of a setting: {path[:80]}")
    return steps


def join_path(steps: Iterable[tuple[str, str]]) -> str:
    """The text of steps, as `split_path` reads it."""
    return "/".join(f"{name}[{key}]" if key else name for name, key in steps)


def with_setting(root: Element, steps: list[tuple[str, str]], text: str, schema: Schema) -> Element:
    """The tree with one setting more; items of lists are found or made by their keys."""
    return _placed(root, steps, "", text, schema)


def _placed(element: Element, steps: list[tuple[str, str]], path: str, text: str, schema: Schema) -> Element:
    if not steps:
        return replace(element, text=text)
    (name, key), *rest = steps
    here = f"{path}/{name}".lstrip("/")
    parent = schema.find(path) if path else None
    attributes: tuple[tuple[str, str], ...] = ()
    if key:
        attribute = parent.key if parent is not None and parent.kind is Kind.KEYED_LIST and parent.key else "Name"
        attributes = ((attribute, key),) if attribute == "Name" else ((attribute, key), ("Name", key))
    children = list(element.children)
    found = next((i for i, c in enumerate(children) if c.name == name and c.attributes == attributes), None)
    old = Element(name, attributes=attributes) if found is None else children[found]
    new = _placed(old, rest, here, text, schema)
    if found is None:
        children.append(new)
    else:
        children[found] = new
    return replace(element, children=tuple(children))
