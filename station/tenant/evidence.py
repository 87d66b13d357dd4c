"""Everything the readiness check looks at, read once. What cannot be read is `NotKnown` with its reason; the rest goes on."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TypeVar

from station.links.graph.autopilot_calls import degrade, list_profiles, sync_state
from station.links.graph.client import GraphClient
from station.links.graph.device_calls import list_dynamic_groups
from station.links.graph.tenant_calls import (
    BulkUser,
    EnrolmentRules,
    JoinPolicy,
    Licence,
    MdmPolicy,
    Organization,
    read_bulk_users,
    read_enrolment_rules,
    read_join_policy,
    read_licences,
    read_mdm_policy,
    read_organization,
    read_subscription,
)
from station.links.graph.values import Group, NotKnown, Profile, SyncState
from station.model.timing import Deadline

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read of the tenant. Each field may be `NotKnown`."""

    organization: Organization | NotKnown
    licences: tuple[Licence, ...] | NotKnown
    subscription: str | NotKnown
    mdm: MdmPolicy | NotKnown
    join: JoinPolicy | NotKnown
    rules: EnrolmentRules | NotKnown
    groups: tuple[Group, ...] | NotKnown
    profiles: tuple[Profile, ...] | NotKnown
    bulk_users: tuple[BulkUser, ...] | NotKnown
    sync: SyncState | NotKnown


def unreadable(evidence: Evidence) -> tuple[NotKnown, ...]:
    """Why what was not read could not be."""
    return tuple(value for value in (getattr(evidence, f.name) for f in fields(evidence)) if isinstance(value, NotKnown))


def read_evidence(client: GraphClient, deadline: Deadline) -> Evidence:
    """Read the tenant: about a dozen requests. Raises only what concerns all of them (session, connection, time)."""
    def ask(call: Callable[[GraphClient, Deadline], T]) -> T | NotKnown:
        return degrade(lambda: call(client, deadline))

    return Evidence(
        ask(read_organization), ask(read_licences), ask(read_subscription), ask(read_mdm_policy), ask(read_join_policy),
        ask(read_enrolment_rules), ask(list_dynamic_groups), list_profiles(client, deadline), ask(read_bulk_users),
        sync_state(client, deadline))
