"""Autopilot calls: import records, registered devices, profiles, synchronisation. Facts: tenant §1.1 to §1.4."""

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from station.links.graph import routes
from station.links.graph.batch import BatchAnswer, batch
from station.links.graph.client import GraphClient
from station.links.graph.failures import GraphError, concerns_all
from station.links.graph.request import GraphRequest, Json, literal
from station.links.graph.values import AutopilotDevice, ImportedIdentity, NewIdentity, NotKnown, Profile, SyncState
from station.model.errors import DataError, LinkError, NotFound, SignInNeeded
from station.model.timing import Deadline

T = TypeVar("T")
log = logging.getLogger(__name__)
PAGE_SIZE = "1000"
FEW = 5
"""Up to so many serials are asked for one by one with a filter; more cost less as one whole list (facts: tenant §1.9)."""
SYNC_PAUSE = timedelta(minutes=10)
_TOKEN = re.compile(r"[A-Za-z0-9]+")


def degrade(ask: Callable[[], T]) -> T | NotKnown:
    """Ask the beta; whatever it refuses becomes "not known" (facts: tenant §1.0).

    A lost connection, a lost session, time-out and cancellation still go through: they are no fault of the beta.
    """
    try:
        return ask()
    except (LinkError, NotFound, SignInNeeded, DataError) as error:
        if concerns_all(error):
            raise
        log.warning("not known: %s", error)
        return NotKnown(error.code, error.detail)


def import_request(rows: Sequence[NewIdentity]) -> GraphRequest:
    """The request that imports rows: `/import`, only the fields that are needed (facts: tenant §1.1)."""
    return GraphRequest(routes.IMPORTED_IMPORT, body={"importedWindowsAutopilotDeviceIdentities": [_identity(r) for r in rows]})


def import_identities(client: GraphClient, rows: Sequence[NewIdentity], deadline: Deadline) -> tuple[ImportedIdentity, ...]:
    """Hand rows to the import queue and return the records it made; pair them with the rows by serial, not by position.

    Raises OutcomeUnknown where the answer was lost: list the records and send only what is missing. Use 100 rows a call; on
    GraphError `graph.too-large` halve (facts: tenant §2.4).
    """
    answer = client.call(import_request(rows), deadline)
    return tuple(ImportedIdentity.read(row) for row in answer.get("value") or [])


def list_imported(client: GraphClient, deadline: Deadline) -> tuple[ImportedIdentity, ...]:
    """All import records of the tenant, other people's included: a request per thousand."""
    rows = client.rows(GraphRequest(routes.IMPORTED_LIST, query=(("$top", PAGE_SIZE),)), deadline)
    return tuple(ImportedIdentity.read(row) for row in rows)


def delete_imported(client: GraphClient, ids: Sequence[str], deadline: Deadline) -> tuple[BatchAnswer, ...]:
    """Remove import records (only our own!) twenty at a time; 404 counts as gone, 400 is normal right after complete."""
    return batch(client, [GraphRequest(routes.IMPORTED_DELETE, (i,)) for i in ids], deadline)


def list_autopilot_devices(client: GraphClient, deadline: Deadline) -> tuple[tuple[AutopilotDevice, ...], NotKnown | None]:
    """All registered devices with their profile status; where the beta refuses, without it, and why."""
    query = (("$top", PAGE_SIZE),)
    beta = degrade(lambda: client.rows(GraphRequest(routes.AUTOPILOT_LIST_BETA, query=query), deadline))
    if not isinstance(beta, NotKnown):
        return tuple(AutopilotDevice.read(row) for row in beta), None
    rows = client.rows(GraphRequest(routes.AUTOPILOT_LIST, query=query), deadline)
    return tuple(AutopilotDevice.read(row) for row in rows), beta


def find_autopilot_devices(client: GraphClient, serials: Iterable[str], deadline: Deadline,
                           ) -> tuple[tuple[AutopilotDevice, ...], NotKnown | None]:
    """Registered devices of exactly these serials, doubles included; up to `FEW` by filter, else from the whole list."""
    wanted = {s.casefold() for s in serials}
    if len(wanted) <= FEW:
        try:
            rows = [row for serial in sorted(wanted) for row in _containing(client, serial, deadline)]
            found = tuple(AutopilotDevice.read(row) for row in _unique(rows))
            return tuple(d for d in found if d.serial.casefold() in wanted), None
        except (GraphError, NotFound, DataError) as error:
            log.debug("the filter of the Autopilot set is refused, reading the whole list: %s", error)
    devices, unknown = list_autopilot_devices(client, deadline)
    return tuple(d for d in devices if d.serial.casefold() in wanted), unknown


def get_autopilot_device(client: GraphClient, device_id: str, deadline: Deadline) -> AutopilotDevice | None:
    """One registered device by id (version 1.0); None where it is gone."""
    try:
        return AutopilotDevice.read(client.call(GraphRequest(routes.AUTOPILOT_GET, (device_id,)), deadline))
    except NotFound:
        return None


def update_request(device_id: str, *, group_tag: str | None = None, name: str | None = None) -> GraphRequest:
    """The request that changes a group tag or the name given at the next deployment; what is None is kept."""
    body = {k: v for k, v in (("groupTag", group_tag), ("displayName", name)) if v is not None}
    return GraphRequest(routes.AUTOPILOT_UPDATE, (device_id,), body=body)


class SyncOutcome(StrEnum):
    """What came of asking for a synchronisation; none of them is a failure."""

    STARTED = "started"
    RUNNING = "running"
    TOO_SOON = "too-soon"
    NOT_KNOWN = "not-known"


def sync_state(client: GraphClient, deadline: Deadline) -> SyncState | NotKnown:
    """Where synchronisation stands."""
    return degrade(lambda: SyncState.read(client.call(GraphRequest(routes.SETTINGS_GET), deadline)))


def sync(client: GraphClient, deadline: Deadline, now: datetime) -> SyncOutcome:
    """Start a synchronisation unless one runs or the last is younger than ten minutes (facts: tenant §1.3)."""
    state = sync_state(client, deadline)
    if isinstance(state, SyncState) and state.last_manual and now - state.last_manual < SYNC_PAUSE:
        return SyncOutcome.TOO_SOON
    try:
        client.call(GraphRequest(routes.SETTINGS_SYNC), deadline)
    except GraphError as error:
        return {409: SyncOutcome.RUNNING, 429: SyncOutcome.TOO_SOON}.get(error.status, SyncOutcome.NOT_KNOWN)
    except (LinkError, NotFound, SignInNeeded) as error:
        if concerns_all(error):
            raise
        return SyncOutcome.NOT_KNOWN
    return SyncOutcome.STARTED


def list_profiles(client: GraphClient, deadline: Deadline) -> tuple[Profile, ...] | NotKnown:
    """The deployment profiles with the groups they are assigned to."""
    return degrade(lambda: _profiles(client, deadline))


def profile_request(name: str, name_template: str = "") -> GraphRequest:
    """The request that creates a HoloLens profile: self-deploying, the only mode HoloLens has (facts: tenant §1.4)."""
    return GraphRequest(routes.PROFILES_CREATE, body={
        "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile",
        "displayName": name, "description": "", "locale": "os-default", "deviceType": "holoLens",
        "deviceNameTemplate": name_template, "hardwareHashExtractionEnabled": False, "preprovisioningAllowed": False,
        "roleScopeTagIds": ["0"], "managementServiceAppId": "",
        "outOfBoxExperienceSetting": {"privacySettingsHidden": True, "eulaHidden": True, "userType": "standard",
                                      "deviceUsageType": "shared", "keyboardSelectionPageSkipped": True,
                                      "escapeLinkHidden": True}})


def assign_profile_request(profile_id: str, group_id: str) -> GraphRequest:
    """The request that assigns a profile to a device group."""
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group_id}
    return GraphRequest(routes.PROFILES_ASSIGN_GROUP, (profile_id,), body={"target": target})


def _identity(row: NewIdentity) -> Json:
    body = {"@odata.type": "#microsoft.graph.importedWindowsAutopilotDeviceIdentity",
            "serialNumber": row.serial, "hardwareIdentifier": row.hash, "groupTag": row.group_tag, "importId": row.import_id}
    return {key: value for key, value in body.items() if value}


def _containing(client: GraphClient, serial: str, deadline: Deadline) -> list[Json]:
    """Rows whose serial contains the longest plain run of the wanted one: hyphens and blanks break the filter (§1.2)."""
    run = max(_TOKEN.findall(serial), key=len, default="")
    if not run:
        return []
    query = (("$filter", f"contains(serialNumber,{literal(run)})"),)
    return client.rows(GraphRequest(routes.AUTOPILOT_LIST_BETA, query=query), deadline)


def _unique(rows: Iterable[Json]) -> list[Json]:
    return list({str(row.get("id")): row for row in rows}.values())


def _profiles(client: GraphClient, deadline: Deadline) -> tuple[Profile, ...]:
    rows = client.rows(GraphRequest(routes.PROFILES_LIST), deadline)
    assignments = [client.rows(GraphRequest(routes.PROFILES_ASSIGNMENTS, (str(row.get("id")),)), deadline) for row in rows]
    return tuple(Profile.read(row, tuple(_target(a) for a in of_row)) for row, of_row in zip(rows, assignments, strict=True))


def _target(assignment: Json) -> str:
    return str((assignment.get("target") or {}).get("groupId") or "")
