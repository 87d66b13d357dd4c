"""The readiness check of a tenant for HoloLens, as a table of pure judgements.

Facts: tenant §1.4, §1.7, §1.8, §6b; enrolment §1.1. A check never guesses: what could not be read is "not known" with the reason.
The keys are those that enrolment paths name as needs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from station.links.graph.clouds import Cloud
from station.links.graph.tenant_calls import Licence
from station.links.graph.values import Group, NotKnown, Profile
from station.model.words import N_, Who
from station.tenant.evidence import Evidence
from station.tenant.verdicts import Finding, Verdict

DISCOVERY = "https://enrollment.manage.microsoft.com/enrollmentserver/discovery.svc"
TERMS = "https://portal.manage.microsoft.com/TermsofUse.aspx"
COMPLIANCE = "https://portal.manage.microsoft.com/?portalAction=Compliance"
INTUNE_PLANS = frozenset({"INTUNE_A", "INTUNE_EDU", "INTUNE_SMBIZ", "INTUNE_A_D", "INTUNE_A_VL"})
DEVICE_PLAN = "INTUNE_A_D"
ENTRA_PLANS = frozenset({"AAD_PREMIUM", "AAD_PREMIUM_P2"})
OLDEST_AUTOPILOT_OS = (10, 0, 19041)
TOKEN_LIFE = timedelta(days=180)
SMALL_QUOTA = 20


@dataclass(frozen=True, slots=True)
class Setup:
    """What the bench wants of the tenant: the group tag and profile name of its blueprints, the cloud, the time."""

    group_tag: str
    cloud: Cloud
    now: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what is looked at, why it matters, who mends it where, and the judgement."""

    key: str
    title: str
    why: str
    who: Who
    where: str
    link: str
    source: str
    judge: Callable[[Evidence, Setup], Finding]


@dataclass(frozen=True, slots=True)
class Line:
    """A check with its finding."""

    check: Check
    finding: Finding


_SUBSCRIPTIONS: Mapping[str, tuple[Verdict, str]] = MappingProxyType({
    "active": (Verdict.OK, N_("active")), "warning": (Verdict.ATTENTION, N_("about to end")),
    "pending": (Verdict.ATTENTION, N_("not active yet")), "unknown": (Verdict.NOT_KNOWN, N_("its state is not told")),
    "disabled": (Verdict.BLOCKED, N_("disabled")), "deleted": (Verdict.BLOCKED, N_("deleted")),
    "blocked": (Verdict.BLOCKED, N_("blocked by Microsoft")), "lockedOut": (Verdict.BLOCKED, N_("locked out"))})
_SYNCS: Mapping[str, tuple[Verdict, str]] = MappingProxyType({
    "completed": (Verdict.OK, N_("done, the last at {last} UTC")),
    "inProgress": (Verdict.OK, N_("running; the last ended at {last} UTC")),
    "failed": (Verdict.ATTENTION, N_("failed; the last that worked was at {last} UTC"))})
"""What the states of Microsoft's services mean (facts: tenant §1.3, §1.8)."""


def judge(evidence: Evidence, setup: Setup) -> tuple[Line, ...]:
    """All lines, in the order of the table."""
    return tuple(Line(check, check.judge(evidence, setup)) for check in CHECKS)


def _unknown(reason: NotKnown) -> Finding:
    return Finding(Verdict.NOT_KNOWN, N_("could not be read: {reason}"), {"reason": reason.code})


def _plans(licences: Sequence[Licence], wanted: frozenset[str]) -> tuple[Licence, ...]:
    return tuple(licence for licence in licences if licence.plans & wanted)


def _intune_licence(evidence: Evidence, setup: Setup) -> Finding:
    licences = evidence.licences
    if isinstance(licences, NotKnown):
        return _unknown(licences)
    found = _plans(licences, INTUNE_PLANS)
    if not found:
        return Finding(Verdict.ATTENTION, N_("no Intune licence"))
    names = ", ".join(sorted({licence.sku for licence in found}))
    if any(DEVICE_PLAN in licence.plans for licence in found):
        return Finding(Verdict.OK, N_("{names}, with device licences"), {"names": names})
    return Finding(Verdict.OK, N_("{names}"), {"names": names})


def _entra_licence(evidence: Evidence, setup: Setup) -> Finding:
    licences = evidence.licences
    if isinstance(licences, NotKnown):
        return _unknown(licences)
    found = _plans(licences, ENTRA_PLANS)
    if not found:
        return Finding(Verdict.BLOCKED, N_("no Entra ID P1 or P2: no automatic enrolment and no dynamic groups"))
    return Finding(Verdict.OK, N_("{names}"), {"names": ", ".join(sorted({licence.sku for licence in found}))})


def _mdm_authority(evidence: Evidence, setup: Setup) -> Finding:
    organization = evidence.organization
    if isinstance(organization, NotKnown):
        return _unknown(organization)
    authority = organization.mdm_authority
    values = {"authority": authority, "name": organization.name}
    if authority == "intune":
        return Finding(Verdict.OK, N_("Intune manages the devices of {name}"), values)
    if not authority:
        return Finding(Verdict.NOT_KNOWN, N_("Graph tells no MDM authority for {name}"), values)
    if authority == "unknown":
        return Finding(Verdict.ATTENTION, N_("no MDM authority is set for {name}"), values)
    return Finding(Verdict.BLOCKED, N_("devices are managed by {authority}: Autopilot is not served"), values)


def _subscription(evidence: Evidence, setup: Setup) -> Finding:
    state = evidence.subscription
    if isinstance(state, NotKnown):
        return _unknown(state)
    found = _SUBSCRIPTIONS.get(state)
    return Finding(*found) if found else Finding(Verdict.BLOCKED, N_("the Intune subscription is “{state}”"), {"state": state})


def _federated_domain(evidence: Evidence, setup: Setup) -> Finding:
    organization = evidence.organization
    if isinstance(organization, NotKnown):
        return _unknown(organization)
    federated = [domain.name for domain in organization.domains if domain.federated]
    if federated:
        return Finding(Verdict.ATTENTION, N_(
            "federated: {names}. Their people sign in at your own sign-in service, which the headsets' network must reach; "
            "whoever of them is in a staged rollout can make no bulk token. Self-deploying units sign nobody in and are not "
            "concerned"), {"names": ", ".join(federated)})
    if not organization.domains or any(domain.federated is None for domain in organization.domains):
        return Finding(Verdict.NOT_KNOWN, N_("how the domains sign in is not told"))
    return Finding(Verdict.OK, N_("managed by Entra: {names}"), {"names": ", ".join(d.name for d in organization.domains)})


def _auto_enrolment(evidence: Evidence, setup: Setup) -> Finding:
    mdm = evidence.mdm
    if isinstance(mdm, NotKnown):
        return _unknown(mdm)
    if mdm.applies_to == "all":
        return Finding(Verdict.OK, N_("MDM user scope: All"))
    if mdm.applies_to == "selected":
        return Finding(Verdict.ATTENTION, N_("MDM user scope: Some ({groups}). A bulk token's requester must be in it; "
                                             "whether self-deploying units are let in is not documented"),
                       {"groups": ", ".join(mdm.groups) or "–"})
    if mdm.applies_to == "none":
        return Finding(Verdict.BLOCKED, N_("MDM user scope: None. Units join Entra and never reach Intune"))
    return Finding(Verdict.NOT_KNOWN, N_("MDM user scope: {scope}"), {"scope": mdm.applies_to})


def _mdm_addresses(evidence: Evidence, setup: Setup) -> Finding:
    mdm = evidence.mdm
    if isinstance(mdm, NotKnown):
        return _unknown(mdm)
    if not setup.cloud.standard_urls and setup.cloud.key != "custom":
        return Finding(Verdict.NOT_KNOWN, N_("this cloud has addresses of its own: {discovery}"), {"discovery": mdm.discovery})
    wrong = [told for told, wanted in ((mdm.discovery, DISCOVERY), (mdm.terms, TERMS), (mdm.compliance, COMPLIANCE))
             if told.casefold() != wanted.casefold()]
    if wrong:
        return Finding(Verdict.BLOCKED, N_("not Intune's addresses: {wrong}"), {"wrong": ", ".join(w or "–" for w in wrong)})
    return Finding(Verdict.OK, N_("Intune's default addresses"))


def _windows_allowed(evidence: Evidence, setup: Setup) -> Finding:
    rules = evidence.rules
    if isinstance(rules, NotKnown):
        return _unknown(rules)
    windows = rules.windows
    if windows is None:
        return Finding(Verdict.NOT_KNOWN, N_("the default restriction was not found"))
    if windows.blocked:
        return Finding(Verdict.BLOCKED, N_("the default restriction blocks Windows: 0x80180014 on every headset"))
    if windows.minimum and _version(windows.minimum) > OLDEST_AUTOPILOT_OS:
        return Finding(Verdict.ATTENTION, N_("the default restriction wants Windows {minimum} or newer"),
                       {"minimum": windows.minimum})
    if windows.maximum:
        return Finding(Verdict.ATTENTION, N_("the default restriction allows Windows up to {maximum}"),
                       {"maximum": windows.maximum})
    return Finding(Verdict.OK, N_("Windows is allowed by the default restriction"))


def _join_rights(evidence: Evidence, setup: Setup) -> Finding:
    join = evidence.join
    if isinstance(join, NotKnown):
        return _unknown(join)
    if join.allowed == "no":
        return Finding(Verdict.BLOCKED, N_("nobody may join devices to Entra"))
    if join.allowed == "enumerated":
        return Finding(Verdict.ATTENTION,
                       N_("only chosen users may join devices; package_ users of bulk tokens must be among them"))
    if join.allowed == "all":
        return Finding(Verdict.OK, N_("all users may join devices"))
    return Finding(Verdict.NOT_KNOWN, N_("who may join is not told"))


def _join_quota(evidence: Evidence, setup: Setup) -> Finding:
    join = evidence.join
    if isinstance(join, NotKnown):
        return _unknown(join)
    if join.quota is None:
        return Finding(Verdict.NOT_KNOWN, N_("the number of devices per user is not told"))
    verdict = Verdict.ATTENTION if join.quota <= SMALL_QUOTA else Verdict.OK
    return Finding(verdict, N_("{quota} devices per user: so many times a bulk token can be used"), {"quota": join.quota})


def takes_in(group: Group, tag: str) -> bool:
    """Whether a group's rule takes in Autopilot units of this tag, or all of them (facts: tenant §1.7)."""
    rule = group.rule.casefold()
    return "[ztdid]" in rule or (bool(tag) and f'"[orderid]:{tag.casefold()}"' in rule)


def _device_group(evidence: Evidence, setup: Setup) -> Finding:
    groups = evidence.groups
    if isinstance(groups, NotKnown):
        return _unknown(groups)
    found = [group.name for group in groups if takes_in(group, setup.group_tag)]
    if found:
        return Finding(Verdict.OK, N_("{names}"), {"names": ", ".join(found)})
    return Finding(Verdict.ATTENTION, N_("no dynamic group takes in units with the group tag “{tag}”"), {"tag": setup.group_tag})


def hololens_profiles(profiles: Sequence[Profile]) -> tuple[Profile, ...]:
    """Profiles that HoloLens accepts: for HoloLens, or of no kind told, self-deploying."""
    return tuple(p for p in profiles if p.device_type == "holoLens")


def _profile(evidence: Evidence, setup: Setup) -> Finding:
    profiles = evidence.profiles
    if isinstance(profiles, NotKnown):
        return _unknown(profiles)
    found = hololens_profiles(profiles)
    if not profiles:
        return Finding(Verdict.BLOCKED, N_("the tenant has no Autopilot profile"))
    if not found:
        return Finding(Verdict.BLOCKED, N_("none of the Autopilot profiles is for HoloLens: {names}"),
                       {"names": ", ".join(p.name for p in profiles)})
    bad = [p.name for p in found if p.name_template and not _good_template(p.name_template)]
    if bad:
        return Finding(Verdict.ATTENTION, N_("the name template of {names} cannot work (15 characters, %SERIAL% or %RAND:n%)"),
                       {"names": ", ".join(bad)})
    return Finding(Verdict.OK, N_("{names}"), {"names": ", ".join(p.name for p in found)})


def _assignment(evidence: Evidence, setup: Setup) -> Finding:
    profiles, groups = evidence.profiles, evidence.groups
    if isinstance(profiles, NotKnown):
        return _unknown(profiles)
    if isinstance(groups, NotKnown):
        return _unknown(groups)
    mine = {group.id for group in groups if takes_in(group, setup.group_tag)}
    reached = [p for p in profiles if mine & set(p.groups)]
    right = [p for p in reached if p.device_type == "holoLens"]
    wrong = [p for p in reached if p.device_type != "holoLens"]
    if wrong:
        return Finding(Verdict.BLOCKED, N_("a profile for PCs is assigned to the group: {names}"),
                       {"names": ", ".join(p.name for p in wrong)})
    if not right:
        return Finding(Verdict.BLOCKED, N_("no HoloLens profile is assigned to the group of these units"))
    if len(right) > 1:
        return Finding(Verdict.ATTENTION, N_("several profiles reach these units, the oldest wins: {names}"),
                       {"names": ", ".join(p.name for p in right)})
    return Finding(Verdict.OK, N_("{name} is assigned"), {"name": right[0].name})


def _status_page(evidence: Evidence, setup: Setup) -> Finding:
    rules = evidence.rules
    if isinstance(rules, NotKnown):
        return _unknown(rules)
    if not rules.pages:
        return Finding(Verdict.ATTENTION, N_("no Enrollment Status Page"))
    return Finding(Verdict.OK, N_("{names}"), {"names": ", ".join(page.name for page in rules.pages)})


def _bulk_tokens(evidence: Evidence, setup: Setup) -> Finding:
    users = evidence.bulk_users
    if isinstance(users, NotKnown):
        return _unknown(users)
    out = [u for u in users if u.enabled is not False and (u.created is None or setup.now - u.created < TOKEN_LIFE)]
    if not out:
        return Finding(Verdict.OK, N_("none"))
    return Finding(Verdict.ATTENTION, N_("possibly still valid ({count}): {names}"),
                   {"count": len(out), "names": ", ".join(u.name.partition("@")[0] for u in out)})


def _sync(evidence: Evidence, setup: Setup) -> Finding:
    state = evidence.sync
    if isinstance(state, NotKnown):
        return _unknown(state)
    last = state.last.strftime("%Y-%m-%d %H:%M") if state.last else "–"
    verdict, seen = _SYNCS.get(state.status, (Verdict.OK, N_("“{status}”, the last was at {last} UTC")))
    return Finding(verdict, seen, {"status": state.status, "last": last})


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _good_template(template: str) -> bool:
    """15 characters at most, no blanks, not all digits; `%SERIAL%` in capitals (facts: enrolment §3.5)."""
    plain = template.replace("%SERIAL%", "").strip()
    return len(plain) <= 15 and " " not in template and not plain.isdigit() and "%serial%" not in template


_LICENCES = N_("Microsoft 365 admin center › Billing › Licenses")
_MOBILITY = N_("Entra › Mobility (MDM and WIP) › Microsoft Intune")
_JOIN = N_("Entra › Devices › Device settings")
_ENROLMENT = N_("Intune › Devices › Enrollment")
_DOCS = "https://learn.microsoft.com/hololens/"
_INTUNE_DOCS = "https://learn.microsoft.com/mem/intune/"
_DEVICE_SETTINGS = "https://learn.microsoft.com/entra/identity/devices/manage-device-identities"

CHECKS: tuple[Check, ...] = (
    Check("intune-licence", N_("Intune licence"), N_("Enrolment needs Intune; shared units may use device licences."),
          Who.TENANT_ADMIN, _LICENCES, f"{_DOCS}hololens-licenses-requirements", "facts: tenant §1.8", _intune_licence),
    Check("entra-p1", N_("Entra ID P1"), N_("Automatic enrolment and dynamic groups need it."), Who.TENANT_ADMIN, _LICENCES,
          f"{_DOCS}hololens2-cloud-connected-prepare", "facts: enrolment §1.1; tenant §1.7", _entra_licence),
    Check("mdm-authority", N_("MDM authority"), N_("Autopilot is served by Intune only."), Who.TENANT_ADMIN,
          N_("Intune › Tenant administration › Tenant status"), f"{_INTUNE_DOCS}fundamentals/mdm-authority-set",
          "facts: tenant §1.8", _mdm_authority),
    Check("subscription", N_("Intune subscription"), N_("A subscription that ended enrols nothing."), Who.TENANT_ADMIN,
          N_("Intune › Tenant administration › Tenant status"), f"{_INTUNE_DOCS}fundamentals/tenant-status", "facts: tenant §1.8",
          _subscription),
    Check("auto-enrolment", N_("Automatic enrolment"), N_("Outside the scope a unit joins Entra and never appears in Intune."),
          Who.TENANT_ADMIN, _MOBILITY, f"{_DOCS}hololens-enroll-mdm", "facts: tenant §1.8; enrolment §1.1", _auto_enrolment),
    Check("mdm-addresses", N_("MDM addresses"), N_("Headsets are sent to these addresses to enrol."), Who.TENANT_ADMIN,
          _MOBILITY, f"{_INTUNE_DOCS}enrollment/windows-enroll", "facts: tenant §1.8; enrolment §1.1", _mdm_addresses),
    Check("windows-allowed", N_("Default platform restriction"),
          N_("HoloLens counts as Windows, and userless enrolments obey only the default restriction."), Who.TENANT_ADMIN,
          N_("Intune › Devices › Enrollment › Device platform restriction"),
          f"{_INTUNE_DOCS}enrollment/create-device-platform-restrictions", "facts: tenant §1.8; enrolment §1.1",
          _windows_allowed),
    Check("join-rights", N_("Right to join devices"), N_("Joining in setup or by package needs it."), Who.TENANT_ADMIN, _JOIN,
          _DEVICE_SETTINGS, "facts: enrolment §1.1", _join_rights),
    Check("join-quota", N_("Devices per user"), N_("A bulk token stops working at this number."), Who.TENANT_ADMIN, _JOIN,
          _DEVICE_SETTINGS, "facts: tenant §6b; enrolment §1.1", _join_quota),
    Check("federated-domain", N_("Sign-in of the domains"),
          N_("Headsets take managed and federated accounts. One that cannot sign in is best tried on a PC joined to Entra only."),
          Who.TENANT_ADMIN, N_("Entra › Domain names"), f"{_DOCS}hololens-identity", "facts: tenant §1.8, §6b; enrolment §1.11",
          _federated_domain),
    Check("device-group", N_("Device group"), N_("The group tag brings units into the group that has the profile."), Who.LEAD,
          N_("Entra › Groups"), f"{_DOCS}hololens2-autopilot", "facts: tenant §1.7", _device_group),
    Check("autopilot-profile", N_("HoloLens profile"), N_("Without a profile the headset shows the license agreement instead."),
          Who.LEAD, N_("Intune › Devices › Enrollment › Deployment profiles"), f"{_DOCS}hololens2-autopilot",
          "facts: tenant §1.4; enrolment §3.5", _profile),
    Check("profile-assignment", N_("Profile assignment"), N_("The profile must reach the group of the units, and only that one."),
          Who.LEAD, N_("Intune › Devices › Enrollment › Deployment profiles"), f"{_DOCS}hololens2-autopilot",
          "facts: tenant §1.2, §1.4", _assignment),
    Check("status-page", N_("Enrollment Status Page"),
          N_("It decides how long setup waits and whether “Reset device” is offered."), Who.LEAD, _ENROLMENT,
          f"{_INTUNE_DOCS}enrollment/windows-enrollment-status", "facts: enrolment §3.5", _status_page),
    Check("bulk-tokens", N_("Bulk tokens that are out"), N_("Each can join devices until it expires or its user is disabled."),
          Who.TENANT_ADMIN, N_("Entra › Users, search for package_"), f"{_INTUNE_DOCS}enrollment/windows-bulk-enroll",
          "facts: tenant §6b", _bulk_tokens),
    Check("sync", N_("Autopilot synchronisation"), N_("New registrations reach Intune by it."), Who.MICROSOFT,
          N_("Intune › Devices › Enrollment › Devices › Sync"), "https://learn.microsoft.com/autopilot/add-devices",
          "facts: tenant §1.3", _sync),
)
"""Every check, in the order in which a tenant is set up."""
