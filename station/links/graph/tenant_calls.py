"""Calls about the tenant itself: organization, licences, policies, restrictions, bulk users. Facts: tenant §1.8, §6b."""

from dataclasses import dataclass
from datetime import datetime

from station.links.graph import routes
from station.links.graph.client import GraphClient
from station.links.graph.request import GraphRequest, Json
from station.links.graph.values import text_of, time_of
from station.model.errors import DataError
from station.model.timing import Deadline

INTUNE_POLICY = "0000000a-0000-0000-c000-000000000000"
_USABLE_SKU = frozenset({"Enabled", "Warning"})
_USABLE_PLAN = frozenset({"Success", "PendingInput"})


@dataclass(frozen=True, slots=True)
class Domain:
    """One verified domain; `federated` is None where its way to sign in is not told."""

    name: str
    federated: bool | None


@dataclass(frozen=True, slots=True)
class Organization:
    """The tenant: id, name, who manages mobile devices ("" where that is not told), kind of tenant, its verified domains."""

    id: str
    name: str
    mdm_authority: str
    tenant_type: str
    domains: tuple[Domain, ...] = ()


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence that can be used: its service plans by name, and how many are free (None where Graph does not count)."""

    sku: str
    plans: frozenset[str]
    free: int | None


@dataclass(frozen=True, slots=True)
class MdmPolicy:
    """The MDM user scope of Intune and the addresses that headsets are given."""

    applies_to: str
    discovery: str
    terms: str
    compliance: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JoinPolicy:
    """Who may join devices: `all`, `no` or `enumerated`; how many each (None: no limit told)."""

    allowed: str
    quota: int | None
    multi_factor: str


@dataclass(frozen=True, slots=True)
class WindowsRestriction:
    """The default platform restriction for Windows: the only one that counts for userless enrolments."""

    blocked: bool
    personal_blocked: bool
    minimum: str
    maximum: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """One Enrollment Status Page."""

    name: str
    priority: int


@dataclass(frozen=True, slots=True)
class EnrolmentRules:
    """What the enrolment configurations say; `windows` is None where the default restriction is not told."""

    windows: WindowsRestriction | None
    pages: tuple[StatusPage, ...]


@dataclass(frozen=True, slots=True)
class BulkUser:
    """The user behind a bulk token (`package_{GUID}@tenant`); disabling it revokes the token."""

    id: str
    name: str
    created: datetime | None
    enabled: bool | None


def read_organization(client: GraphClient, deadline: Deadline) -> Organization:
    """The tenant. Raises DataError where Graph tells none."""
    query = (("$select", "id,displayName,mobileDeviceManagementAuthority,tenantType,verifiedDomains"),)
    rows = client.rows(GraphRequest(routes.ORGANIZATION, query=query), deadline)
    if not rows:
        raise DataError("graph.bad-answer", "organization: empty")
    return Organization(text_of(rows[0].get("id")), text_of(rows[0].get("displayName")),
                        text_of(rows[0].get("mobileDeviceManagementAuthority")), text_of(rows[0].get("tenantType")),
                        tuple(_domain(row) for row in rows[0].get("verifiedDomains") or []))


def _domain(row: Json) -> Domain:
    kind = text_of(row.get("type")).casefold()
    return Domain(text_of(row.get("name")), {"federated": True, "managed": False}.get(kind))


def read_licences(client: GraphClient, deadline: Deadline) -> tuple[Licence, ...]:
    """Licences whose SKU and plans can be used."""
    return tuple(_licence(row) for row in client.rows(GraphRequest(routes.LICENCES), deadline)
                 if text_of(row.get("capabilityStatus")) in _USABLE_SKU)


def read_subscription(client: GraphClient, deadline: Deadline) -> str:
    """State of the Intune subscription: active, warning, disabled …"""
    row = client.call(GraphRequest(routes.INTUNE_ACCOUNT, query=(("$select", "subscriptionState,intuneAccountId"),)), deadline)
    return text_of(row.get("subscriptionState")) or "unknown"


def read_mdm_policy(client: GraphClient, deadline: Deadline) -> MdmPolicy:
    """Auto-enrolment (beta, for a signed-in person only)."""
    row = client.call(GraphRequest(routes.MDM_POLICY, (INTUNE_POLICY,), (("$expand", "includedGroups"),)), deadline)
    groups = tuple(text_of(g.get("displayName") or g.get("id")) for g in row.get("includedGroups") or [])
    return MdmPolicy(text_of(row.get("appliesTo")) or "unknown", text_of(row.get("discoveryUrl")),
                     text_of(row.get("termsOfUseUrl")), text_of(row.get("complianceUrl")), groups)


def read_join_policy(client: GraphClient, deadline: Deadline) -> JoinPolicy:
    """Who may join devices to Entra, and how many."""
    row = client.call(GraphRequest(routes.JOIN_POLICY), deadline)
    kind = text_of(((row.get("azureADJoin") or {}).get("allowedToJoin") or {}).get("@odata.type")).rpartition(".")[2]
    quota = row.get("userDeviceQuota")
    return JoinPolicy(kind.removesuffix("DeviceRegistrationMembership") or "unknown", None if quota is None else int(quota),
                      text_of(row.get("multiFactorAuthConfiguration")))


def read_enrolment_rules(client: GraphClient, deadline: Deadline) -> EnrolmentRules:
    """The default restriction for Windows and the Enrollment Status Pages."""
    rows = client.rows(GraphRequest(routes.ENROLMENT_CONFIGS), deadline)
    default = next((r for r in rows if text_of(r.get("id")).endswith("_DefaultPlatformRestrictions")), None)
    pages = tuple(StatusPage(text_of(r.get("displayName")), int(r.get("priority") or 0)) for r in rows
                  if text_of(r.get("@odata.type")).endswith("windows10EnrollmentCompletionPageConfiguration"))
    windows = (default or {}).get("windowsRestriction")
    return EnrolmentRules(None if windows is None else WindowsRestriction(
        bool(windows.get("platformBlocked")), bool(windows.get("personalDeviceEnrollmentBlocked")),
        text_of(windows.get("osMinimumVersion")), text_of(windows.get("osMaximumVersion"))), pages)


def read_bulk_users(client: GraphClient, deadline: Deadline) -> tuple[BulkUser, ...]:
    """The users behind the bulk tokens that are out."""
    query = (("$filter", "startswith(userPrincipalName,'package_')"),
             ("$select", "id,userPrincipalName,createdDateTime,accountEnabled"))
    return tuple(BulkUser(text_of(r.get("id")), text_of(r.get("userPrincipalName")), time_of(r.get("createdDateTime")),
                          r.get("accountEnabled")) for r in client.rows(GraphRequest(routes.USERS, query=query), deadline))


def _licence(row: Json) -> Licence:
    plans = frozenset(text_of(p.get("servicePlanName")) for p in row.get("servicePlans") or []
                      if text_of(p.get("provisioningStatus")) in _USABLE_PLAN)
    enabled = (row.get("prepaidUnits") or {}).get("enabled")
    free = None if enabled is None else int(enabled) - int(row.get("consumedUnits") or 0)
    return Licence(text_of(row.get("skuPartNumber")), plans, free)
