"""Names and help of every field of the settings, as data: (class, field) to label and help. Texts are msgids."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from station.model.words import N_


class Editor(StrEnum):
    """How a field is edited where its type alone does not say it; NAMED fields hold the name of a secret."""

    PLAIN = "plain"
    NAMED = "named"
    FILE = "file"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class FieldText:
    """Label, help, and how the field is edited."""

    label: str
    help: str = ""
    editor: Editor = Editor.PLAIN


_T = FieldText
FIELDS: Mapping[tuple[str, str], FieldText] = MappingProxyType({
    ("Identity", "name"): _T(N_("Name of the package"), N_("The headset shows it before the package is applied.")),
    ("Identity", "id"): _T(N_("Package id"),
                           N_("Empty for a new package; the same id with a higher version updates an installed one.")),
    ("Identity", "version"): _T(N_("Version"), N_("Such as 1.0; raise it for every change that is to be applied again.")),
    ("Identity", "owner"): _T(N_("Owner"), N_("IT Admin for HoloLens.")),
    ("Identity", "rank"): _T(N_("Rank"), N_("0 to 99; decides among packages of one owner.")),
    ("Identity", "notes"): _T(N_("Notes")),
    ("Target", "generation"): _T(N_("Headset")),
    ("Target", "build"): _T(N_("Lowest build"), N_("Such as 22621.1244; settings that it does not know are told.")),
    ("Target", "batch"): _T(N_("Units in the batch")),
    ("Edition", "licence"): _T(N_("Edition licence"), N_("Licence file (XML) of the Commercial Suite; HoloLens (1st gen) only."),
                               Editor.FILE),
    ("Edition", "product_key"): _T(N_("Product key"), "", Editor.NAMED),
    ("DeviceName", "template"): _T(N_("Device name"),
                                   N_("%SERIAL% and %RAND:n% are filled in on the headset; at most 15 characters.")),
    ("DeviceName", "by"): _T(N_("Setting that carries it"), N_("DNSComputerName for HoloLens.")),
    ("FirstExperience", "skip_calibration"): _T(N_("Skip eye calibration")),
    ("FirstExperience", "skip_training"): _T(N_("Skip gesture training")),
    ("FirstExperience", "skip_wifi"): _T(N_("Skip Wi-Fi setup")),
    ("FirstExperience", "region"): _T(N_("Region (GeoID)"), N_("Such as 84 for France, 94 for Germany.")),
    ("FirstExperience", "timezone"): _T(N_("Time zone (index)")),
    ("WifiNetwork", "ssid"): _T(N_("Network name"), N_("Letter by letter as the access point sends it.")),
    ("WifiNetwork", "security"): _T(N_("Security")),
    ("WifiNetwork", "key"): _T(N_("Network key"), "", Editor.NAMED),
    ("WifiNetwork", "hidden"): _T(N_("Hidden network")),
    ("WifiNetwork", "auto_connect"): _T(N_("Connect by itself")),
    ("WifiNetwork", "proxy"): _T(N_("Proxy"), N_("Name and port, such as proxy.example.com:8080.")),
    ("WifiProfile", "file"): _T(N_("WLAN profile"), N_("XML file of an enterprise network (EAP-TLS, PEAP)."), Editor.FILE),
    ("EntraJoin", "token"): _T(N_("Bulk token"), N_("Get it in Windows Configuration Designer, then import that package."),
                               Editor.NAMED),
    ("EntraJoin", "authority"): _T(N_("Authority")),
    ("EntraJoin", "expires"): _T(
        N_("The token expires on"),
        N_("Such as 2026-12-31, as the designer showed it when the token was made; empty where nobody knows.")),
    ("EntraJoin", "uses"): _T(N_("Joins left"), N_("0 where nobody knows.")),
    ("LocalUser", "name"): _T(N_("User name")),
    ("LocalUser", "password"): _T(N_("Password"), "", Editor.NAMED),
    ("LocalUser", "group"): _T(N_("Group")),
    ("LocalUser", "home"): _T(N_("Home folder")),
    ("Enrolment", "upn"): _T(N_("Account (UPN)"), N_("A service account that may enrol many devices. Not for Intune.")),
    ("Enrolment", "secret"): _T(N_("Password or certificate thumbprint"), "", Editor.NAMED),
    ("Enrolment", "auth_policy"): _T(N_("Proof")),
    ("Enrolment", "discovery_url"): _T(N_("Discovery address")),
    ("Enrolment", "enrolment_url"): _T(N_("Enrolment address")),
    ("Enrolment", "policy_url"): _T(N_("Policy address")),
    ("Certificate", "name"): _T(N_("Name of the certificate")),
    ("Certificate", "file"): _T(N_("Certificate file"), N_("DER or PEM (.cer, .crt, .pem)."), Editor.FILE),
    ("Certificate", "store"): _T(N_("Certificate store")),
    ("ClientCertificate", "name"): _T(N_("Name of the certificate")),
    ("ClientCertificate", "file"): _T(N_("Certificate with key (.pfx)"), "", Editor.FILE),
    ("ClientCertificate", "password"): _T(N_("Password of the file"), "", Editor.NAMED),
    ("ClientCertificate", "exportable"): _T(N_("Key can be exported")),
    ("ClientCertificate", "key_location"): _T(N_("Where the key is kept")),
    ("Developer", "mode"): _T(N_("Developer mode")),
    ("Developer", "portal"): _T(N_("Device Portal sign-in")),
    ("Developer", "user"): _T(N_("Device Portal user"), N_("ASCII, without a colon.")),
    ("Developer", "password"): _T(N_("Device Portal password"), "", Editor.NAMED),
    ("Developer", "http_port"): _T(N_("HTTP port")),
    ("Developer", "https_port"): _T(N_("HTTPS port")),
    ("Kiosk", "configuration"): _T(N_("Kiosk file"), N_("XML with AssignedAccessConfiguration, for several apps."), Editor.FILE),
    ("Kiosk", "account"): _T(N_("Local account"), N_("For a kiosk with one app.")),
    ("Kiosk", "app"): _T(N_("App (AUMID)"), N_("Such as Contoso.App_8wekyb3d8bbwe!App.")),
    ("AccountManagement", "enabled"): _T(N_("Delete old user profiles")),
    ("AccountManagement", "deletion"): _T(N_("When to delete")),
    ("AccountManagement", "start_deletion"): _T(N_("Start at free space (%)")),
    ("AccountManagement", "stop_deletion"): _T(N_("Stop at free space (%)")),
    ("AccountManagement", "inactivity"): _T(N_("Days of inactivity")),
    ("App", "family"): _T(N_("Package family name")),
    ("App", "file"): _T(N_("App package"), N_("appx, msix or a bundle of them."), Editor.FILE),
    ("App", "dependencies"): _T(N_("Dependencies"), "", Editor.FILES),
    ("App", "licence"): _T(N_("App licence"), "", Editor.FILE),
    ("App", "licence_id"): _T(N_("Licence product id")),
    ("App", "deployment_options"): _T(N_("Deployment options"),
                                      N_("0 none, 1 force shutdown, 2 development mode, 32 all resources.")),
    ("App", "launch_at_sign_in"): _T(N_("Start at sign-in")),
    ("Policy", "area"): _T(N_("Area")),
    ("Policy", "name"): _T(N_("Policy")),
    ("Policy", "value"): _T(N_("Value"), N_("Whole numbers are written as numbers, everything else as text.")),
    ("Policy", "user"): _T(N_("For the user, not the device")),
    ("OtherSetting", "path"): _T(N_("Path of the setting"), N_("Such as ConnectivityProfiles/VPN/VPNSetting[Work]/ProfileName.")),
    ("OtherSetting", "value"): _T(N_("Value")),
    ("OtherSetting", "secret"): _T(N_("Secret instead of a value"), "", Editor.NAMED),
})

CHOICES: Mapping[str, str] = MappingProxyType({
    "hololens1": N_("HoloLens (1st gen)"), "hololens2": N_("HoloLens 2"), "open": N_("Open (no key)"), "wep": N_("WEP"),
    "wpa2-personal": N_("WPA2-Personal"), "wpa3-personal": N_("WPA3-Personal (experimental)"), "root": N_("Trusted root"),
    "ca": N_("Intermediate"), "trusted-people": N_("Trusted people"), "tpm": N_("TPM only"),
    "tpm-or-software": N_("TPM, else software"), "software": N_("Software"), "standard": N_("Standard users"),
    "administrators": N_("Administrators"), "immediately": N_("Immediately"), "at-storage-threshold": N_("When storage runs low"),
    "at-storage-and-inactivity-threshold": N_("When storage runs low and profiles are unused"), "none": N_("None"),
    "basic": N_("User and password"), "OnPremise": N_("Password"), "Certificate": N_("Certificate"), "ITAdmin": N_("IT Admin"),
})
"""How values of enumerations are shown; what is not here is shown as it is written."""
