"""What a provisioning package is to set, as frozen values: one dataclass a group, field by field.

Secrets are names (`wifi/lab`) that a resolver turns into values when a package is built. Files are paths relative to the
settings
file, with slashes. What each setting may carry, on which generation and build, and from which source that is known, stands in
`resources/schemas/package-settings.toml` (read by `station.package.schema`).
"""

import datetime
from dataclasses import dataclass, field
from enum import StrEnum

SecretName = str
"""The name of a secret in the vault, such as `wifi/lab`; never the secret."""
FilePath = str
"""A path relative to the settings file, with slashes."""


class Owner(StrEnum):
    """OwnerType of a package, lowest precedence first (facts/packages §1.2, ALTITUDE)."""

    MICROSOFT = "Microsoft"
    SILICON_VENDOR = "SiliconVendor"
    OEM = "OEM"
    SYSTEM_INTEGRATOR = "SystemIntegrator"
    MOBILE_OPERATOR = "MobileOperator"
    IT_ADMIN = "ITAdmin"


ALTITUDES = {Owner.MICROSOFT: 0, Owner.SILICON_VENDOR: 1000, Owner.OEM: 2000, Owner.SYSTEM_INTEGRATOR: 3000,
             Owner.MOBILE_OPERATOR: 4000, Owner.IT_ADMIN: 5000}


class Headset(StrEnum):
    """The generation a package is meant for."""

    HOLOLENS_1 = "hololens1"
    HOLOLENS_2 = "hololens2"


class WifiSecurity(StrEnum):
    """How a network is protected. Enterprise networks are WLAN profile files (`WifiProfile`)."""

    OPEN = "open"
    WEP = "wep"
    WPA2 = "wpa2-personal"
    WPA3 = "wpa3-personal"


class CertificateStore(StrEnum):
    """Local-machine store of a certificate."""

    ROOT = "root"
    INTERMEDIATE = "ca"
    TRUSTED_PEOPLE = "trusted-people"


class KeyLocation(StrEnum):
    """Where the private key of a client certificate is kept."""

    TPM = "tpm"
    TPM_OR_SOFTWARE = "tpm-or-software"
    SOFTWARE = "software"


class AuthPolicy(StrEnum):
    """How a device proves itself to an MDM: a password, or the thumbprint of a certificate in the package."""

    ON_PREMISE = "OnPremise"
    CERTIFICATE = "Certificate"


class UserGroup(StrEnum):
    """Group of a local user."""

    STANDARD = "standard"
    ADMINISTRATORS = "administrators"


class NameSetting(StrEnum):
    """Which setting carries the device name: the HoloLens one, or the one documented for desktops only."""

    DNS_COMPUTER_NAME = "DNSComputerName"
    COMPUTER_NAME = "ComputerName"


class DeletionPolicy(StrEnum):
    """When profiles are deleted (AccountManagement)."""

    IMMEDIATELY = "immediately"
    AT_CAPACITY = "at-storage-threshold"
    AT_CAPACITY_AND_INACTIVITY = "at-storage-and-inactivity-threshold"


class PortalAuthentication(StrEnum):
    """Authentication of the Device Portal set by a package; the number is a guess in the sources, so it is experimental."""

    NONE = "none"
    BASIC = "basic"


@dataclass(frozen=True, slots=True)
class Identity:
    """PackageConfig. The same id with a higher version updates an installed package; without an id each build is a new
    package.
    """

    name: str
    id: str = ""
    version: str = "1.0"
    owner: Owner = Owner.IT_ADMIN
    rank: int = 0
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What the package is meant for: the lint judges by it. `batch` is how many units will use the package."""

    generation: Headset | None = None
    build: str = ""
    batch: int = 0


@dataclass(frozen=True, slots=True)
class WifiNetwork:
    """A network that the headset joins by name and key."""

    ssid: str
    security: WifiSecurity = WifiSecurity.WPA2
    key: SecretName = ""
    hidden: bool = False
    auto_connect: bool = True
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class WifiProfile:
    """A WLAN profile XML file (WPA2-/WPA3-Enterprise, EAP-TLS, PEAP)."""

    file: FilePath


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate (.cer, DER or PEM) for a store of the local machine."""

    name: str
    file: FilePath
    store: CertificateStore = CertificateStore.ROOT


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate with its key (.pfx)."""

    name: str
    file: FilePath
    password: SecretName = ""
    exportable: bool = False
    key_location: KeyLocation = KeyLocation.TPM_OR_SOFTWARE


@dataclass(frozen=True, slots=True)
class EntraJoin:
    """Bulk join to Entra. `expires` is the day the token ends; `uses` how many joins it still has, 0 where nobody knows."""

    token: SecretName
    authority: str = "https://login.microsoftonline.com/common"
    expires: datetime.date | None = None
    uses: int = 0


@dataclass(frozen=True, slots=True)
class Enrolment:
    """MDM enrolment through Workplace/Enrollments. Not for Intune auto-enrolment (facts/enrolment §1.8)."""

    upn: str
    secret: SecretName = ""
    auth_policy: AuthPolicy = AuthPolicy.ON_PREMISE
    discovery_url: str = ""
    enrolment_url: str = ""
    policy_url: str = ""


@dataclass(frozen=True, slots=True)
class LocalUser:
    """A local account; a package can make one during first set-up only."""

    name: str
    password: SecretName = ""
    group: UserGroup = UserGroup.STANDARD
    home: str = ""


@dataclass(frozen=True, slots=True)
class DeviceName:
    """Name template with `%SERIAL%` or `%RAND:n%`, at most 15 bytes."""

    template: str
    by: NameSetting = NameSetting.DNS_COMPUTER_NAME


@dataclass(frozen=True, slots=True)
class Edition:
    """Edition licence of the Commercial Suite (first generation), or a product key."""

    licence: FilePath = ""
    product_key: SecretName = ""


@dataclass(frozen=True, slots=True)
class Kiosk:
    """Several apps by a kiosk XML file, or one app (`app` is its AUMID) for one local account."""

    configuration: FilePath = ""
    account: str = ""
    app: str = ""


@dataclass(frozen=True, slots=True)
class AccountManagement:
    """Deletion of user profiles. Thresholds in percent of storage, inactivity in days; None leaves a value alone."""

    enabled: bool = True
    deletion: DeletionPolicy | None = None
    start_deletion: int | None = None
    stop_deletion: int | None = None
    inactivity: int | None = None


@dataclass(frozen=True, slots=True)
class Developer:
    """Developer mode and Device Portal."""

    mode: bool = False
    portal: PortalAuthentication | None = None
    user: str = ""
    password: SecretName = ""
    http_port: int | None = None
    https_port: int | None = None


@dataclass(frozen=True, slots=True)
class FirstExperience:
    """Pages of the first set-up. `region` is a GeoID, `timezone` an index of the store. Needs the HoloLens settings store
    or ICD.
    """

    skip_calibration: bool | None = None
    skip_training: bool | None = None
    skip_wifi: bool | None = None
    region: int | None = None
    timezone: int | None = None


@dataclass(frozen=True, slots=True)
class App:
    """An app package with its dependencies and licence, installed for the user."""

    family: str
    file: FilePath
    dependencies: tuple[FilePath, ...] = ()
    licence: FilePath = ""
    licence_id: str = ""
    deployment_options: int = 0
    launch_at_sign_in: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy of the Policy CSP; numbers are written as integers, texts as strings."""

    area: str
    name: str
    value: int | str
    user: bool = False


@dataclass(frozen=True, slots=True)
class OtherSetting:
    """Any setting of a settings store: `ConnectivityProfiles/VPN/VPNSetting[Work]/NativeVPN/Server`. `secret` in place of
    `value`.
    """

    path: str
    value: str = ""
    secret: SecretName = ""


@dataclass(frozen=True, slots=True)
class PackageSettings:
    """Everything one package sets."""

    package: Identity
    target: Target = field(default_factory=Target)
    wifi: tuple[WifiNetwork, ...] = ()
    wifi_profile: tuple[WifiProfile, ...] = ()
    certificate: tuple[Certificate, ...] = ()
    client_certificate: tuple[ClientCertificate, ...] = ()
    entra_join: EntraJoin | None = None
    enrolment: tuple[Enrolment, ...] = ()
    user: tuple[LocalUser, ...] = ()
    device_name: DeviceName | None = None
    edition: Edition | None = None
    kiosk: Kiosk | None = None
    account_management: AccountManagement | None = None
    developer: Developer | None = None
    first_experience: FirstExperience | None = None
    tenant_lockdown: bool | None = None
    app: tuple[App, ...] = ()
    policy: tuple[Policy, ...] = ()
    setting: tuple[OtherSetting, ...] = ()
