"""What the station offers to create in a tenant that lacks it: the device group, the HoloLens profile, their assignment.

Planned as the very requests that will be sent, shown first, and carried out only on a person's word. An id that does not exist
yet stands in the plan as `NEW-GROUP` or `NEW-PROFILE`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from station.links.graph.autopilot_calls import assign_profile_request, list_profiles, profile_request
from station.links.graph.client import GraphClient
from station.links.graph.device_calls import find_groups, group_request
from station.links.graph.failures import OutcomeUnknown
from station.links.graph.request import GraphRequest
from station.links.graph.values import NotKnown
from station.model.timing import Deadline
from station.model.words import N_
from station.tenant.checks import Setup, hololens_profiles, takes_in
from station.tenant.evidence import Evidence

NEW_GROUP = "NEW-GROUP"
NEW_PROFILE = "NEW-PROFILE"


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to create: its title, the request, and the placeholder that its id will fill ("" for none)."""

    title: str
    request: GraphRequest
    makes: str = ""


def offers(evidence: Evidence, setup: Setup, name: str, name_template: str = "") -> tuple[Offer, ...]:
    """What is missing and can be created, in the order to create it; nothing where something could not be read."""
    groups, profiles = evidence.groups, evidence.profiles
    if isinstance(groups, NotKnown) or isinstance(profiles, NotKnown):
        return ()
    mine = [group for group in groups if takes_in(group, setup.group_tag)]
    right = hololens_profiles(profiles)
    found = []
    if not mine:
        found.append(Offer(N_("Create the device group"), group_request(name, setup.group_tag), NEW_GROUP))
    if not right:
        found.append(Offer(N_("Create the HoloLens profile"), profile_request(name, name_template), NEW_PROFILE))
    ids = {group.id for group in mine}
    if not any(ids & set(profile.groups) for profile in profiles):
        group_id, profile_id = (mine[0].id if mine else NEW_GROUP), (right[0].id if right else NEW_PROFILE)
        found.append(Offer(N_("Assign the profile to the group"), assign_profile_request(profile_id, group_id)))
    return tuple(found)


def carry_out(client: GraphClient, plan: tuple[Offer, ...], deadline: Deadline) -> dict[str, str]:
    """Create what was planned; ids by placeholder. A lost answer is settled by looking the thing up by its name."""
    made: dict[str, str] = {}
    for offer in plan:
        request = _filled(offer.request, made)
        try:
            created = str(client.call(request, deadline).get("id") or "")
        except OutcomeUnknown:
            created = _look_up(client, offer, request, deadline)
            if not created:
                raise
        if offer.makes:
            made[offer.makes] = created
    return made


def _look_up(client: GraphClient, offer: Offer, request: GraphRequest, deadline: Deadline) -> str:
    """The id of what a lost answer may have created; empty where it is not there."""
    body: Mapping[str, Any] = request.body or {}
    if offer.makes == NEW_GROUP:
        groups = find_groups(client, str(body["displayName"]), deadline)
        return groups[0].id if len(groups) == 1 else ""
    profiles = list_profiles(client, deadline)
    if isinstance(profiles, NotKnown):
        return ""
    if offer.makes == NEW_PROFILE:
        named = [p for p in profiles if p.name == body["displayName"]]
        return named[0].id if len(named) == 1 else ""
    group = body["target"]["groupId"]
    return next((p.id for p in profiles if p.id == request.ids[0] and group in p.groups), "")


def _filled(request: GraphRequest, made: Mapping[str, str]) -> GraphRequest:
    return replace(request, ids=tuple(made.get(i, i) for i in request.ids), body=_fill(request.body, made))


def _fill(value: Any, made: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {k: _fill(v, made) for k, v in value.items()}
    return made.get(value, value) if isinstance(value, str) else value
