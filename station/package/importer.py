"""Settings out of an existing package or customizations.xml, so that a token made in the designer can be used again.

Secrets go straight to whoever keeps them (`keep`) and leave their names in the settings; files that the package carries are
written
into a folder of the person's choice, under names that cannot lead out of it.
"""

import datetime
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from station.model.errors import DataError, NotFound, UsageError
from station.package import customizations as xml
from station.package import wlan
from station.package.contents import ImageInfo, PackageContents, PackageImage, read_package
from station.package.decompiler import decompile
from station.package.import_files import FileKeeper, package_files
from station.package.leaves import Leaves, Steps
from station.package.masking import secrets_in
from station.package.schema import Kind, Schema, shipped
from station.package.settings import (
    AccountManagement,
    App,
    AuthPolicy,
    Certificate,
    ClientCertificate,
    Developer,
    DeviceName,
    Edition,
    Enrolment,
    EntraJoin,
    FirstExperience,
    Headset,
    Identity,
    Kiosk,
    LocalUser,
    NameSetting,
    OtherSetting,
    Owner,
    PackageSettings,
    Policy,
    Target,
    UserGroup,
    WifiNetwork,
    WifiProfile,
    WifiSecurity,
)
from station.package.settings_tree import DELETION, GROUPS, KEY_LOCATIONS, PORTAL_MODES, STORES, join_path, split_path

_LARGEST = 16 << 20
"""Bytes of a customizations.xml; real ones have some thousands."""

SecretKeeper = Callable[[str, str], str]
"""Keeps a secret: (suggested name, value) -> the name it got."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The settings, files written (relative paths), and what could not be taken over, in words of the package."""

    settings: PackageSettings
    files: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def import_settings(path: Path, *, keep: SecretKeeper, folder: Path, password: str | None = None,
                    schema: Schema | None = None) -> Imported:
    """Settings of a package, or of a customizations.xml where the name ends in .xml.

    Raises what `read_package` raises; UsageError `package.cannot-write` where `folder` cannot be written.
    """
    known = schema or shipped()
    if path.suffix.casefold() == ".xml":
        return _from_customizations(path, keep, folder, known)
    contents = read_package(path, password)
    files = FileKeeper(folder, package_files(path, password, contents.main))
    return import_contents(contents, keep=keep, files=files, schema=known)


def import_contents(contents: PackageContents, *, keep: SecretKeeper, files: FileKeeper, schema: Schema) -> Imported:
    """Settings of a package that is read already; `files` decides what becomes of carried files."""
    image = contents.main
    custom = image.customizations
    unknown: tuple[str, ...] = ()
    if custom is None or not custom.common.children:
        found = decompile(image.documents, schema)
        custom, unknown = xml.Customizations(image.config, found.common), found.unknown
    config = image.config if not custom.config.name else custom.config
    result = _Import(custom.common, config, image.info, keep, files, schema, _policies(image)).run()
    return replace(result, left_out=(*result.left_out, *unknown, *_variants(custom)))


def _from_customizations(path: Path, keep: SecretKeeper, folder: Path, schema: Schema) -> Imported:
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError("package.too-large", path.name)
        custom = xml.parse(xml.as_utf8(path.read_bytes()), path.name)
    except OSError as e:
        raise NotFound("package.not-found", path.name) from e
    keeper = FileKeeper(folder, {}, beside=path.parent)
    found = _Import(custom.common, custom.config, ImageInfo(), keep, keeper, schema, {}).run()
    return replace(found, left_out=(*found.left_out, *_variants(custom)))


def _variants(custom: xml.Customizations) -> tuple[str, ...]:
    """Settings under conditions cannot be said in the settings of one headset."""
    return tuple(f"Variant {n}" for n in range(1, custom.variants + 1))


def _policies(image: PackageImage) -> dict[tuple[str, str], tuple[str, str, bool]]:
    """Value, type and scope of every policy, as the device gets them; by area and name without letter case, which a CSP's path
    has of its own (`privacy` for Privacy).
    """
    found = {}
    for document in image.documents:
        for parm in document.parms:
            steps = [s.type for s in parm.path]
            if steps[:2] == ["Policy", "Config"] and len(steps) == 3:
                found[steps[2].casefold(), parm.name.casefold()] = (parm.value, parm.datatype, parm.path[0].scope == "User")
    return found


class _Import:
    """One import: leaves are taken one group after another; what nobody took becomes a setting by its path."""

    def __init__(self, common: xml.Element, config: xml.PackageConfig, info: ImageInfo, keep: SecretKeeper, files: FileKeeper,
                 schema: Schema, policies: Mapping[tuple[str, str], tuple[str, str, bool]]) -> None:
        self._leaves = Leaves(common, schema)
        self._config = config
        self._keys = info.keys
        self._keep = keep
        self._files = files
        self._schema = schema
        self._policies = policies
        self._left_out: list[str] = []
        self._slug = re.sub(r"[^\w.@-]+", "-", config.name).strip("-.")[:40] or "package"

    def run(self) -> Imported:
        wifi, profiles = self._wifi()
        settings = PackageSettings(
            package=self._identity(), target=self._target(), wifi=wifi, wifi_profile=profiles, certificate=self._certificates(),
            client_certificate=self._client_certificates(), entra_join=self._entra(), enrolment=self._enrolments(),
            user=self._users(), device_name=self._device_name(), edition=self._edition(), kiosk=self._kiosk(),
            account_management=self._account_management(), developer=self._developer(),
            first_experience=self._first_experience(), tenant_lockdown=self._flag("TenantLockdown/RequireNetworkInOOBE"),
            app=self._apps(), policy=self._policy_settings(), setting=self._rest())
        return Imported(settings, self._files.written, (*self._left_out, *self._files.missing))

    def _identity(self) -> Identity:
        config = self._config
        owner = next((o for o in Owner if o.casefold() == config.owner.casefold()), None)
        if owner is None and config.owner:
            self._left_out.append(f"OwnerType {config.owner[:40]}")
        return Identity(config.name, config.id, config.version or "1.0", owner or Owner.IT_ADMIN, config.rank, config.notes)

    def _target(self) -> Target:
        batch = self._keys.get("BatchSize", "")
        return Target(next((h for h in Headset if h == self._keys.get("TargetSkus")), None), self._keys.get("MinimumBuild", ""),
                      int(batch) if batch.isascii() and batch.isdigit() else 0)

    def _secret(self, what: str, value: str) -> str:
        name = re.sub(r"[^\w.@+-]+", "-", what)[:60]
        return self._keep(f"package/{self._slug}/{name}", value) if value else ""

    def _number(self, path: str, text: str) -> str:
        setting = self._schema.find(path) or shipped().find(path)
        return setting.number(text) if setting else text

    def _flag(self, path: str) -> bool | None:
        text = self._leaves.one(path)
        return None if text is None else text.casefold() in ("true", "1", "yes")

    def _whole(self, path: str) -> int | None:
        text = self._leaves.one(path)
        if text is None:
            return None
        number = self._number(path, text)
        if not re.fullmatch(r"-?\d{1,9}", number):
            self._left_out.append(path)
            return None
        return int(number)

    def _wifi(self) -> tuple[tuple[WifiNetwork, ...], tuple[WifiProfile, ...]]:
        base = "ConnectivityProfiles/WLAN/"
        networks = []
        names = {n.casefold(): s for s, n in wlan.SECURITY_TYPES.items()}
        for ssid, fields in self._leaves.items(base + "WLANSetting/WLANConfig").items():
            inner = {k.removeprefix("WLANXmlSettings/"): v[0] for k, v in fields.items()}
            networks.append(WifiNetwork(
                ssid, names.get(inner.get("SecurityType", "Open").casefold(), WifiSecurity.OPEN),
                self._secret(f"wifi-{ssid}", inner.get("SecurityKey", "")), inner.get("HiddenNetwork", "").casefold() == "true",
                inner.get("AutoConnect", "True").casefold() == "true", inner.get("ProxyServerPort", "")))
        profiles = []
        for number, path in enumerate(self._leaves.all(base + "Profiles/Profile")):
            made = self._simple_profile(self._files.text("profile", str(number), path))
            if made is not None:
                networks.append(made)
            else:
                profiles.append(WifiProfile(self._files.take("profile", str(number), path)))
        return tuple(networks), tuple(profiles)

    def _simple_profile(self, text: str) -> WifiNetwork | None:
        """A WPA3 network, where the profile says nothing that a network of the settings could not say."""
        try:
            profile = wlan.parse(text, "profile")
        except DataError:
            return None
        if profile.security is not WifiSecurity.WPA3 or wlan.render(profile) != text:
            return None
        return WifiNetwork(profile.ssid, profile.security, self._secret(f"wifi-{profile.ssid}", profile.key), profile.hidden,
                           profile.auto_connect)

    def _certificates(self) -> tuple[Certificate, ...]:
        found = []
        for store, (in_list, item, leaf) in STORES.items():
            for number, (name, fields) in enumerate(self._leaves.items(f"Certificates/{in_list}/{item}").items()):
                file = self._files.take(store, str(number), fields.get(leaf, [""])[0] or f"{name}.cer")
                found.append(Certificate(name, file, store))
        return tuple(found)

    def _client_certificates(self) -> tuple[ClientCertificate, ...]:
        found = []
        base = "Certificates/ClientCertificates/ClientCertificate"
        locations = {v: k for k, v in KEY_LOCATIONS.items()}
        for name, fields in self._leaves.items(base).items():
            location = self._number(f"{base}/KeyLocation", fields.get("KeyLocation", ["2"])[0])
            found.append(ClientCertificate(
                name, self._files.take("pfx", name, fields.get("CertificatePath", [""])[0] or f"{name}.pfx"),
                self._secret(f"pfx-{name}", fields.get("CertificatePassword", [""])[0]),
                fields.get("ExportCertificate", ["False"])[0].casefold() == "true",
                locations.get(location, next(iter(locations.values())))))
        return tuple(found)

    def _entra(self) -> EntraJoin | None:
        authority, token = self._leaves.one("Accounts/Azure/Authority"), self._leaves.one("Accounts/Azure/BPRT")
        if authority is None and token is None:
            return None
        uses = self._keys.get("TokenUses", "")
        try:
            expires = datetime.date.fromisoformat(self._keys["TokenExpires"])
        except (KeyError, ValueError):
            expires = None
        return EntraJoin(self._secret("bulk-token", token or ""), authority or "", expires,
                         int(uses) if uses.isascii() and uses.isdigit() else 0)

    def _enrolments(self) -> tuple[Enrolment, ...]:
        base = "Workplace/Enrollments/UPN"
        proofs = {"0": AuthPolicy.ON_PREMISE, "2": AuthPolicy.CERTIFICATE}
        return tuple(Enrolment(
            upn, self._secret(f"mdm-{upn}", f.get("Secret", [""])[0]),
            proofs.get(self._number(f"{base}/AuthPolicy", f.get("AuthPolicy", ["0"])[0]), AuthPolicy.ON_PREMISE),
            f.get("DiscoveryServiceFullUrl", [""])[0], f.get("EnrollmentServiceFullUrl", [""])[0],
            f.get("PolicyServiceFullUrl", [""])[0]) for upn, f in self._leaves.items(base).items())

    def _users(self) -> tuple[LocalUser, ...]:
        base = "Accounts/Users/User"
        groups = {v: k for k, v in GROUPS.items()}
        return tuple(LocalUser(
            name, self._secret(f"user-{name}", f.get("Password", [""])[0]),
            groups.get(self._number(f"{base}/UserGroup", f.get("UserGroup", ["1"])[0]), UserGroup.STANDARD),
            f.get("HomeDir", [""])[0]) for name, f in self._leaves.items(base).items())

    def _device_name(self) -> DeviceName | None:
        dns = self._leaves.one("DevDetail/DNSComputerName")
        if dns is not None:
            return DeviceName(dns)
        computer = self._leaves.one("Accounts/ComputerAccount/ComputerName")
        return None if computer is None else DeviceName(computer, NameSetting.COMPUTER_NAME)

    def _edition(self) -> Edition | None:
        licence = self._leaves.one("EditionUpgrade/UpgradeEditionWithLicense")
        key = self._leaves.one("EditionUpgrade/UpgradeEditionWithProductKey")
        if licence is None and key is None:
            return None
        return Edition(self._files.take("licence", "", licence) if licence else "", self._secret("product-key", key or ""))

    def _kiosk(self) -> Kiosk | None:
        several = self._leaves.one("AssignedAccess/MultiAppAssignedAccessSettings")
        single = self._leaves.one("AssignedAccess/AssignedAccessSettings")
        if several is None and single is None:
            return None
        account, app = "", ""
        if single:
            try:
                values = json.loads(single)
                account, app = str(values.get("Account", "")), str(values.get("AUMID", ""))
            except (ValueError, AttributeError, RecursionError):
                self._left_out.append("AssignedAccess/AssignedAccessSettings")
        return Kiosk(self._files.take("kiosk", "", several) if several else "", account, app)

    def _account_management(self) -> AccountManagement | None:
        base = "AccountManagement/UserProfilePolicies/"
        if not self._leaves.has(base):
            return None
        enabled = self._flag(base + "EnableProfileManager")
        deletion = self._whole(base + "DeletionPolicy")
        return AccountManagement(
            bool(enabled), next((k for k, v in DELETION.items() if v == str(deletion)), None),
            self._whole(base + "StorageCapacityStartDeletion"), self._whole(base + "StorageCapacityStopDeletion"),
            self._whole(base + "ProfileInactivityThreshold"))

    def _developer(self) -> Developer | None:
        if not self._leaves.has("DeveloperSetup/"):
            return None
        portal = "DeveloperSetup/WindowsDevicePortalSettings/"
        mode = self._whole(portal + "Authentication/Mode")
        return Developer(
            bool(self._flag("DeveloperSetup/DeveloperSetupSettings/EnableDeveloperMode")),
            next((k for k, v in PORTAL_MODES.items() if v == str(mode)), None),
            self._leaves.one(portal + "Authentication/BasicAuth/Username") or "",
            self._secret("device-portal", self._leaves.one(portal + "Authentication/BasicAuth/Password") or ""),
            self._whole(portal + "Connection/HttpPort"), self._whole(portal + "Connection/HttpsPort"))

    def _first_experience(self) -> FirstExperience | None:
        base = "FirstExperience/HoloLens/"
        if not self._leaves.has(base):
            return None
        return FirstExperience(self._flag(base + "SkipCalibration"), self._flag(base + "SkipTraining"),
                               self._flag(base + "SkipWifi"), self._whole(base + "PreferredRegion"),
                               self._whole(base + "PreferredTimezone"))

    def _apps(self) -> tuple[App, ...]:
        base = "UniversalAppInstall/"
        licences = [(k, f[""][0]) for k, f in self._leaves.items(base + "UserContextAppLicense/LicenseInstall").items()]
        found = []
        for family, f in self._leaves.items(base + "UserContextApp/Application").items():
            options = self._number(base + "UserContextApp/Application/DeploymentOptions", f.get("DeploymentOptions", ["0"])[0])
            licence = next((pair for pair in licences if self._leaves.label(pair[0]) in ("", family)), None)
            if licence:
                licences.remove(licence)
            found.append(App(
                family, self._files.take("app", f"{family}/0", f.get("ApplicationFile", [""])[0]),
                tuple(self._files.take("app", f"{family}/{n}", path)
                      for n, path in enumerate(f.get("DependencyAppxFiles/Dependency", []), 1)),
                self._files.take("app-licence", licence[0], licence[1]) if licence else "", licence[0] if licence else "",
                int(options) if options.isascii() and options.isdigit() else 0,
                f.get("LaunchAppAtLogin", ["0"])[0].casefold() in ("1", "launch app")))
        return tuple(found)

    def _policy_settings(self) -> tuple[Policy, ...]:
        found = []
        for steps, text in self._leaves.below("Policies", 3):
            area, name = steps[1][0], steps[2][0]
            value, datatype, user = self._policies.get((area.casefold(), name.casefold()), ("", "", False))
            path = f"Policies/{area}/{name}"
            setting = self._schema.find(path)
            shown = value if datatype else self._number(path, text)
            integer = datatype == "integer" if datatype else bool(re.fullmatch(r"-?\d{1,18}", shown)) and (
                setting is None or setting.open or setting.kind.value != "string")
            found.append(Policy(area, name, int(shown) if integer and re.fullmatch(r"-?\d{1,18}", shown) else shown,
                                user or bool(setting and setting.user and not datatype)))
        return tuple(found)

    def _rest(self) -> tuple[OtherSetting, ...]:
        found = []
        for steps, text in self._leaves.rest():
            path = join_path(steps)
            if not _sayable(path, steps):
                self._left_out.append(path[:120])
            elif carried := self._files.take_carried(steps[-1][0], text):
                found.append(OtherSetting(path, carried))
            elif self._is_file(steps) and (taken := self._files.take_beside(text)):
                found.append(OtherSetting(path, taken))
            elif secrets_in(steps[-1][0], text):                                  # also a command line with a password in it
                found.append(OtherSetting(path, "", self._secret("-".join(key or name for name, key in steps[-3:]), text)))
            else:
                found.append(OtherSetting(path, text))
        return tuple(found)

    def _is_file(self, steps: Steps) -> bool:
        setting = self._schema.find("/".join(name for name, _ in steps))
        return setting is not None and setting.kind is Kind.FILE


def _sayable(path: str, steps: Steps) -> bool:
    """Whether a path says its steps so that they can be read back."""
    try:
        return split_path(path) == list(steps)
    except UsageError:
        return False
