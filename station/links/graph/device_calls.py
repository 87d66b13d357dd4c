"""Intune and Entra calls about devices and groups. Facts: tenant §1.5 to §1.7."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from station.links.graph import routes
from station.links.graph.autopilot_calls import FEW, PAGE_SIZE
from station.links.graph.batch import batch
from station.links.graph.client import GraphClient
from station.links.graph.request import GraphRequest, literal
from station.links.graph.values import ENTRA_SELECT, MANAGED_SELECT, EntraDevice, Group, ManagedDevice
from station.model.errors import NotFound
from station.model.timing import Deadline

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def list_managed_devices(client: GraphClient, deadline: Deadline) -> tuple[ManagedDevice, ...]:
    """All Intune records: a request per thousand."""
    query = (("$select", MANAGED_SELECT), ("$top", PAGE_SIZE))
    return tuple(ManagedDevice.read(row) for row in client.rows(GraphRequest(routes.MANAGED_LIST, query=query), deadline))


def find_managed_devices(client: GraphClient, serials: Iterable[str], deadline: Deadline) -> tuple[ManagedDevice, ...]:
    """Intune records of exactly these serials, doubles included, newest enrolment first; up to `FEW` by filter, else all."""
    wanted = {s.casefold(): s for s in serials}
    if len(wanted) > FEW:
        found = list_managed_devices(client, deadline)
    else:
        requests = [GraphRequest(routes.MANAGED_LIST, query=(
            ("$filter", f"serialNumber eq {literal(serial)}"), ("$select", MANAGED_SELECT))) for serial in wanted.values()]
        found = tuple(ManagedDevice.read(row) for request in requests for row in client.rows(request, deadline))
    mine = {d.id: d for d in found if d.serial.casefold() in wanted}
    return tuple(sorted(mine.values(), key=lambda d: d.enrolled or _LONG_AGO, reverse=True))


def wipe_request(device_id: str) -> GraphRequest:
    """The request that wipes a unit over the network, keeping nothing. HoloLens never confirms it (facts: tenant §1.5)."""
    return GraphRequest(routes.MANAGED_WIPE, (device_id,), body={"keepEnrollmentData": False, "keepUserData": False})


def find_entra_devices(client: GraphClient, device_ids: Sequence[str], deadline: Deadline) -> tuple[EntraDevice, ...]:
    """Entra devices by device id (not object id), twenty to a round trip; ids that are not there are left out."""
    asked = [GraphRequest(routes.ENTRA_LIST, query=(
        ("$filter", f"deviceId eq {literal(i)}"), ("$select", ENTRA_SELECT))) for i in dict.fromkeys(device_ids) if i]
    found = []
    for answer in batch(client, asked, deadline):
        if answer.error is not None and not isinstance(answer.error, NotFound):
            raise answer.error
        found += [EntraDevice.read(row) for row in answer.body.get("value") or []]
    return tuple(found)


def list_entra_named(client: GraphClient, serial: str, deadline: Deadline) -> tuple[EntraDevice, ...]:
    """Entra devices that carry exactly this serial as name and an Autopilot id: registered, not enrolled (facts: tenant §1.6)."""
    query = (("$filter", f"displayName eq {literal(serial)}"), ("$select", ENTRA_SELECT))
    rows = client.rows(GraphRequest(routes.ENTRA_LIST, query=query), deadline)
    return tuple(d for d in (EntraDevice.read(row) for row in rows) if d.name == serial and d.autopilot_id)


def get_entra_device(client: GraphClient, object_id: str, deadline: Deadline) -> EntraDevice | None:
    """One Entra device by object id; None where it is gone."""
    try:
        return EntraDevice.read(client.call(GraphRequest(routes.ENTRA_GET, (object_id,)), deadline))
    except NotFound:
        return None


def list_dynamic_groups(client: GraphClient, deadline: Deadline) -> tuple[Group, ...]:
    """Groups whose members come by a rule."""
    query = (("$filter", "groupTypes/any(c:c eq 'DynamicMembership')"), ("$select", "id,displayName,membershipRule,groupTypes"))
    return tuple(Group.read(row) for row in client.rows(GraphRequest(routes.GROUPS_LIST, query=query), deadline))


def find_groups(client: GraphClient, name: str, deadline: Deadline) -> tuple[Group, ...]:
    """Groups of exactly this name."""
    query = (("$filter", f"displayName eq {literal(name)}"), ("$select", "id,displayName,membershipRule,groupTypes"))
    return tuple(Group.read(row) for row in client.rows(GraphRequest(routes.GROUPS_LIST, query=query), deadline))


def group_request(name: str, group_tag: str) -> GraphRequest:
    """The request that creates a dynamic device group for a group tag (facts: tenant §1.7); no tag: every Autopilot device."""
    rule = (f'(device.devicePhysicalIds -any (_ -eq "[OrderID]:{group_tag}"))' if group_tag
            else '(device.devicePhysicalIDs -any (_ -contains "[ZTDID]"))')
    nickname = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower()).strip("-")[:64] or "hololens"
    return GraphRequest(routes.GROUPS_CREATE, body={
        "displayName": name, "mailEnabled": False, "mailNickname": nickname, "securityEnabled": True,
        "groupTypes": ["DynamicMembership"], "membershipRule": rule, "membershipRuleProcessingState": "On"})
