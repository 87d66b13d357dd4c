"""The pages of the editor, as data: those a person knows from Windows Configuration Designer, then the rest.

Source of names and order: facts/enrolment §2.2 (“HoloLens wizard pages”).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from station.model.words import N_
from station.package import settings as s
from station.package.customizations import Element
from station.package.schema import shipped
from station.package.settings_tree import to_tree


@dataclass(frozen=True, slots=True)
class Section:
    """Fields of one group. `field` names the group in `PackageSettings`; `many` groups are lists, `optional` ones can be
    absent.
    """

    title: str
    field: str
    kind: type
    many: bool = False
    optional: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page: its name, an icon of `resources/icons`, its sections."""

    key: str
    title: str
    icon: str
    sections: tuple[Section, ...]


EXPERIMENTAL = N_("Experimental: no real package with it was seen. Try it on one unit first.")

PAGES: Sequence[PageSpec] = (
    PageSpec("package", N_("Getting started"), "packages", (
        Section(N_("Package"), "package", s.Identity), Section(N_("For which headset"), "target", s.Target))),
    PageSpec("device", N_("Set up device"), "headset", (
        Section(N_("Device name"), "device_name", s.DeviceName, optional=True),
        Section(N_("First set-up"), "first_experience", s.FirstExperience, optional=True,
                about=N_("Needs the HoloLens settings store of your Windows Configuration Designer, or ICD.")),
        Section(N_("Edition upgrade"), "edition", s.Edition, optional=True))),
    PageSpec("network", N_("Set up network"), "link", (
        Section(N_("Networks"), "wifi", s.WifiNetwork, many=True),
        Section(N_("Enterprise networks"), "wifi_profile", s.WifiProfile, many=True, about=EXPERIMENTAL))),
    PageSpec("accounts", N_("Add accounts"), "people", (
        Section(N_("Join Entra in bulk"), "entra_join", s.EntraJoin, optional=True),
        Section(N_("Local users"), "user", s.LocalUser, many=True),
        Section(N_("MDM enrolment"), "enrolment", s.Enrolment, many=True))),
    PageSpec("certificates", N_("Add certificates"), "shield", (
        Section(N_("Certificates"), "certificate", s.Certificate, many=True),
        Section(N_("Certificates with a key"), "client_certificate", s.ClientCertificate, many=True))),
    PageSpec("developers", N_("Set up for developers"), "bug", (
        Section(N_("Developer mode and Device Portal"), "developer", s.Developer, optional=True, about=EXPERIMENTAL),)),
    PageSpec("kiosk", N_("Kiosk and profiles"), "lock", (
        Section(N_("Kiosk"), "kiosk", s.Kiosk, optional=True),
        Section(N_("Old user profiles"), "account_management", s.AccountManagement, optional=True))),
    PageSpec("apps", N_("Apps"), "file", (Section(N_("Apps"), "app", s.App, many=True, about=EXPERIMENTAL),)),
    PageSpec("policies", N_("Policies"), "filter", (Section(N_("Policies"), "policy", s.Policy, many=True),)),
    PageSpec("others", N_("Other settings"), "more", (Section(N_("Other settings"), "setting", s.OtherSetting, many=True),)),
)


def page_of(where: str) -> str:
    """The page of a finding's place, such as `wifi[0].key` or `Accounts/Azure/BPRT`; "" where it has none."""
    field = where.split("[")[0].split(".")[0]
    for page in PAGES:
        if any(section.field == field for section in page.sections):
            return page.key
    top = where.split("/")[0]
    return next((key for prefix, key in _TOPS if top == prefix), "")


def has_field(path: str) -> bool:
    """Whether a page has a field for a setting of the store; others are added by their path."""
    return path.casefold() in _typed()


@cache
def _typed() -> frozenset[str]:
    """The paths of everything that the fields of the pages can set: those of settings in which every field says something."""
    filled = s.PackageSettings(
        s.Identity("x"), wifi=(s.WifiNetwork("x", key="x/x", proxy="x"),), wifi_profile=(s.WifiProfile("x"),),
        certificate=tuple(s.Certificate("x", "x", store) for store in s.CertificateStore),
        client_certificate=(s.ClientCertificate("x", "x", "x/x"),), entra_join=s.EntraJoin("x/x"),
        enrolment=(s.Enrolment("x", "x/x", discovery_url="x", enrolment_url="x", policy_url="x"),),
        user=(s.LocalUser("x", "x/x", home="x"),), device_name=s.DeviceName("x"), edition=s.Edition("x", "x/x"),
        kiosk=s.Kiosk("x", "x", "x"), account_management=s.AccountManagement(True, s.DeletionPolicy.IMMEDIATELY, 1, 1, 1),
        developer=s.Developer(True, s.PortalAuthentication.BASIC, "x", "x/x", 1, 1),
        first_experience=s.FirstExperience(True, True, True, 1, 1), app=(s.App("x", "x", ("x",), "x", "x", 1, True),))
    paths: set[str] = set()

    def walk(element: Element, path: str) -> None:
        if not element.children:
            paths.add(path.casefold())
        for child in element.children:
            walk(child, f"{path}/{child.name}")
    for top in to_tree(filled, lambda _: "x", shipped()).common.children:
        walk(top, top.name)
    return frozenset(paths)


_TOPS = (("Accounts", "accounts"), ("Workplace", "accounts"), ("Certificates", "certificates"),
         ("ConnectivityProfiles", "network"), ("DevDetail", "device"), ("FirstExperience", "device"),
         ("EditionUpgrade", "device"), ("DeveloperSetup", "developers"),
         ("AssignedAccess", "kiosk"), ("AccountManagement", "kiosk"), ("UniversalAppInstall", "apps"), ("Policies", "policies"))
