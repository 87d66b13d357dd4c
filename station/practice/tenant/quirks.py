"""Every odd behaviour of Entra, Intune and Graph that the virtual tenant knows, as one table. How they are switched on:
`station.practice.quirk`.

A quirk about a device is decided once per serial; one about a request on each request that it could strike. `USUAL` are those
that the documents describe as how the service always is; a dose of 0 switches one off.
"""

from collections.abc import Mapping
from types import MappingProxyType

from station.practice.quirk import ALWAYS, Dose, Quirk
from station.practice.tenant.aadsts import ON_DEMAND, SIGN_IN_ERRORS

_ROWS: tuple[tuple[str, str, str], ...] = (
    # registration, decided per serial
    ("other-tenant", "The device is registered in another organization: import ends with 808.", "facts/tenant §1.1"),
    ("other-tenant-as-806", "The other-tenant name comes with code 806.", "facts/tenant §1.1: seen by tscrub"),
    ("already-registered", "The device is registered in this tenant before the import: 806.", "facts/tenant §1.1"),
    ("bad-hash", "The registration service refuses the hash: 802.", "facts/tenant §1.1"),
    ("storage-error", "The import ends with StorageError, a failure on the service's side.", "facts/tenant §1.1"),
    ("stuck-import", "The import stays unknown for ever.", "facts/tenant §6.1: loops with no deadline"),
    ("partial-import", "The import passes through the word partial.", "facts/tenant §1.1: running words"),
    ("new-status-word", "The import shows a status word that no document has for a while.", "facts/tenant §1.1: unknown word"),
    ("slow-import", "The import takes fifteen minutes.", "facts/tenant §1.1: portal text"),
    ("late-registration-id", "deviceRegistrationId stays empty for a minute after complete.", "facts/tenant §1.1"),
    ("echoed-ids", "productKey and importId come back as the record's id when they were left out.",
     "facts/tenant §1.1: MSEndpointMgr/Intune#71"),
    ("slow-group", "Dynamic membership takes an hour.", "facts/tenant §1.1: up to 24 h in bad cases"),
    ("no-group", "The device never becomes a member of its group.", "facts/tenant §1.9"),
    ("no-profile-assigned", "The profile stays notAssigned.", "facts/tenant §1.4"),
    ("pc-profile", "A profile for Windows PCs is assigned to the device: windowsPcProfileNotSupported.", "facts/tenant §1.2"),
    ("assignment-fails", "Assigning the profile fails.", "facts/tenant §1.2: deploymentProfileAssignmentStatus"),
    ("unknown-sync-state", "The assigned profile shows the word assignedUnkownSyncState.", "facts/tenant §1.2 (sic)"),
    ("leftover-record", "An Intune record of an earlier life blocks the next self-deploying enrolment: 0x80180014.",
     "facts/tenant §1.9; facts/enrolment §3.9"),
    ("serial-doubles", "Enrolling leaves a stale second Intune record of the same serial.", "facts/tenant §1.5"),
    ("enrolment-blocked", "The service refuses the enrolment of the device: 0x80180014.", "facts/enrolment §1.11"),
    ("not-compliant", "The device ends noncompliant.", "facts/tenant §1.5: complianceState"),
    ("lagging-enrolment", "enrollmentState of the Autopilot list follows an hour later.", "facts/tenant §1.9"),
    # answers
    ("throttle", "429 with Retry-After.", "facts/tenant §2.2"),
    ("throttle-silent", "429 without Retry-After.", "facts/tenant §2.2"),
    ("throttle-in-message", "429 whose wait stands only in the JSON inside the message.", "facts/tenant §2.2"),
    ("throttle-date", "429 whose Retry-After is an HTTP date.", "facts/tenant §2.2"),
    ("throttle-in-batch", "One request inside a batch answers 429 with its own Retry-After.", "facts/tenant §2.3"),
    ("rate-limit", "429 with Retry-After beyond 100 writes or 1,000 requests in 20 s, as for device enrolment.",
     "facts/tenant §2.1"),
    ("unavailable", "503 with Retry-After; the request was not carried out.", "facts/tenant §2.2"),
    ("timeout-after", "504 although the request was carried out.", "facts/tenant §2.2: 5xx after sending"),
    ("cut-after-post", "The connection is cut after a POST was carried out.", "facts/tenant §2.2"),
    ("cut-before", "The connection is cut before the request was looked at.", "facts/tenant §2.2"),
    ("slow", "The answer takes several seconds.", "facts/tenant §2.2: /import of big chunks is slow"),
    ("token-expired", "An access token that was good for ten requests ends before its time: 401.", "facts/tenant §2.2"),
    ("claims-challenge", "401 with a claims challenge; every token that is out is refused until it is answered.",
     "facts/tenant §3.6"),
    ("role-missing", "The person has the scope but no Intune role: 403.", "facts/tenant §1.1, §6.2"),
    ("directory-role-missing", "The person has the scope but no role in the directory: deleting a device answers 403.",
     "facts/tenant §1.6"),
    ("eq-filter-400", "Filtering Autopilot devices by serialNumber eq answers 400.", "facts/tenant §1.2"),
    ("contains-filter-501", "Filtering Autopilot devices by contains answers 501.", "facts/tenant §1.2: the ladder"),
    ("hyphen-filter-400", "A hyphen or a blank in the filter value of an Autopilot list answers 400.", "facts/tenant §1.2"),
    ("select-500", "$select on the Autopilot list answers 500.", "facts/tenant §1.2: docs-contrib#2756"),
    ("next-link-repeats", "A page's nextLink leads to the same page.", "facts/tenant §1.2: #5311"),
    ("small-pages", "Pages hold 25 rows whatever was asked.", "facts/tenant §1.1: paged by @odata.nextLink"),
    ("delete-400-once", "Deleting an import record soon after it finished answers 400 the first time.", "facts/tenant §1.1"),
    ("delete-lingers", "A deleted Autopilot device stays listed for half an hour.", "facts/tenant §1.2"),
    ("wipe-pending", "A wipe is carried out but never confirmed: the record stays wipePending.", "facts/tenant §1.5"),
    ("wipe-needs-privileged", "Wipe asks for PrivilegedOperations, as the service's own 403 text does.", "facts/tenant §1.5"),
    ("entra-stays", "The Entra object stays behind after the Autopilot device was deleted.", "facts/tenant §1.10"),
    ("beta-absent", "Beta paths of Autopilot answer 400 “Resource not found for the segment”.", "facts/tenant §2.2"),
    ("sync-fails", "A sync ends failed.", "facts/tenant §1.3"),
    ("import-too-large", "An import of more than 50 devices answers 413.", "facts/tenant §2.4: halve it"),
    # how the tenant is set up
    ("no-device-group", "The tenant has no group for the headsets.", "facts/tenant §1.7"),
    ("no-profile", "The tenant has no Autopilot profile.", "facts/tenant §1.4"),
    ("mdm-scope-none", "The MDM user scope is None.", "facts/tenant §1.8"),
    ("mdm-scope-selected", "The MDM user scope is Some.", "facts/tenant §1.8"),
    ("mdm-wrong-urls", "The MDM addresses are not Intune's.", "facts/tenant §1.8"),
    ("platform-blocked", "The default restriction blocks Windows.", "facts/tenant §1.8"),
    ("platform-minimum", "The default restriction wants a newer Windows than the headset has.", "facts/tenant §1.8"),
    ("mdm-authority-office365", "The MDM authority is Basic Mobility.", "facts/tenant §1.8"),
    ("subscription-disabled", "Intune's subscription is disabled.", "facts/tenant §1.8"),
    ("no-licence", "The tenant has neither Intune nor Entra P1.", "facts/tenant §1.8"),
    ("federated-domain", "One of the tenant's domains is federated.", "facts/tenant §1.8"),
    ("join-forbidden", "Nobody may join devices to Entra.", "facts/tenant §1.8"),
    ("bulk-token-out", "A bulk token's package user exists.", "facts/tenant §6b"),
)

_SIGN_IN = tuple((f"sign-in-{code}", f"The next sign-in or token request fails with AADSTS{code}.", "facts/tenant §3.2")
                 for code in ON_DEMAND if code in SIGN_IN_ERRORS)

QUIRKS: Mapping[str, Quirk] = MappingProxyType(
    {name: Quirk(name, "tenant", about, source) for name, about, source in _ROWS + _SIGN_IN})

USUAL: Mapping[str, Dose] = MappingProxyType({name: ALWAYS for name in (
    "delete-400-once", "wipe-pending", "wipe-needs-privileged", "hyphen-filter-400", "bulk-token-out")})

PER_DEVICE: frozenset[str] = frozenset({
    "other-tenant", "other-tenant-as-806", "already-registered", "bad-hash", "storage-error", "stuck-import", "partial-import",
    "new-status-word", "slow-import", "late-registration-id", "echoed-ids", "slow-group", "no-group", "no-profile-assigned",
    "pc-profile", "assignment-fails", "unknown-sync-state", "leftover-record", "serial-doubles", "enrolment-blocked",
    "not-compliant", "lagging-enrolment", "delete-lingers", "wipe-pending", "entra-stays"})
"""Quirks that stick to a device: a world that knows its devices decides them in the devices' order, whoever asks first."""
