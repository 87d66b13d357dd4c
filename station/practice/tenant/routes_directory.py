"""Handlers of the Entra calls: devices, groups, users, organization, licences, policies."""

from collections.abc import Callable, Mapping

from station.practice.tenant.answers import graph_error, not_found
from station.practice.tenant.calls import Call
from station.practice.tenant.directory import Directory, rule_is_known, rule_matches
from station.practice.tenant.http import Answer
from station.practice.tenant.listing import collection, entity, shape
from station.practice.tenant.state import Row, Table, TenantState

Handler = Callable[[Call], Answer]
_ADVANCED = {"not", "ne", "endswith"}   # need ConsistencyLevel: eventual and $count=true (Graph: advanced query capabilities)
_URLS = {"discoveryUrl", "termsOfUseUrl", "complianceUrl"}


class DirectoryRoutes:
    """Answers what the station asks about the directory."""

    def __init__(self, state: TenantState, directory: Directory) -> None:
        self._state, self._directory = state, directory

    def handlers(self) -> Mapping[str, Handler]:
        """Handlers by route name."""
        state = self._state
        return {
            "devices.list": lambda call: self._list(call, state.devices), "devices.get": self._device,
            "devices.getByDeviceId": self._device_by_id, "devices.delete": self._delete_device,
            "groups.list": lambda call: self._list(call, state.groups), "groups.get": self._group,
            "groups.create": self._create_group, "groups.update": self._update_group,
            "groups.members": self._members, "groups.addMember": self._add_member,
            "groups.removeMember": self._remove_member, "groups.memberOf": self._member_of, "groups.evaluate": self._evaluate,
            "users.list": lambda call: self._list(call, state.users), "users.get": self._user, "me.get": self._me,
            "organization.list": lambda call: collection(call, [state.singles["organization"]]),
            "subscribedSkus.list": lambda call: collection(call, state.lists["skus"], state.lists["skus"]),
            "domains.list": lambda call: collection(call, state.lists["domains"], state.lists["domains"]),
            "mdmPolicy.list": self._mdm_policies, "mdmPolicy.get": self._mdm_policy, "mdmPolicy.update": self._update_mdm_policy,
            "mdmPolicy.groups": self._mdm_groups, "mdmPolicy.addGroup": self._add_mdm_group,
            "deviceRegPolicy.get": lambda call: entity(call, state.singles["registration-policy"]),
        }

    def _list(self, call: Call, table: Table) -> Answer:
        eventual = call.request.headers.get("consistencylevel", "").lower() == "eventual"
        if call.filter is not None and call.filter.operators & _ADVANCED and not (eventual and call.option("count") == "true"):
            return graph_error(400, "Unsupported Query.", code="Request_UnsupportedQuery")
        return collection(call, table, table)

    # Devices.

    def _device(self, call: Call) -> Answer:
        row = self._state.devices.get(call.keys[0])
        return entity(call, row) if row else not_found(call.path, call.keys[0])

    def _device_by_id(self, call: Call) -> Answer:
        row = self._state.devices.find(deviceId=call.keys[0])
        return entity(call, row) if row else not_found(call.path, call.keys[0])

    def _delete_device(self, call: Call) -> Answer:
        if self._state.devices.get(call.keys[0]) is None:
            return not_found(call.path, call.keys[0])
        self._directory.remove_device(call.keys[0])
        return Answer(204)

    # Groups.

    def _group(self, call: Call) -> Answer:
        row = self._state.groups.get(call.keys[0])
        return entity(call, row) if row else not_found(call.path, call.keys[0])

    def _create_group(self, call: Call) -> Answer:
        given = {k: v for k, v in call.body.items() if "@" not in k and k != "id"}
        missing = [k for k in ("displayName", "mailEnabled", "mailNickname", "securityEnabled") if given.get(k) is None]
        if missing:
            return graph_error(400, f"A value is required for property '{missing[0]}' of resource 'Group'.",
                               code="Request_BadRequest")
        refusal = self._rule_refusal(given)
        if refusal:
            return graph_error(400, refusal, code="Request_BadRequest")
        given.setdefault("groupTypes", [])
        return entity(call, self._directory.create_group(**given), 201)

    def _rule_refusal(self, given: Mapping[str, object]) -> str:
        types, rule = given.get("groupTypes") or [], str(given.get("membershipRule") or "")
        dynamic = isinstance(types, list) and "DynamicMembership" in types
        if dynamic and not rule:
            return "MembershipRule is required for a dynamic group."
        if rule and not dynamic:
            return "MembershipRule may be set only on a dynamic group."
        return "" if not rule or rule_is_known(rule) else "The membership rule is not valid."

    def _update_group(self, call: Call) -> Answer:
        row = self._state.groups.get(call.keys[0])
        if row is None:
            return not_found(call.path, call.keys[0])
        bound = call.body.get("members@odata.bind") or []
        if len(bound) > 20:
            return graph_error(400, "At most 20 members may be added at once.", code="Request_BadRequest")
        for reference in bound:
            device = self._state.devices.get(_object_id(reference))
            if device is None:
                return not_found(call.path, _object_id(reference))
            self._directory.join(row["id"], device)
        row.update({k: v for k, v in call.body.items() if "@" not in k and k != "id"})
        self._directory.group_changed(row)
        return Answer(204)

    def _members(self, call: Call) -> Answer:
        if self._state.groups.get(call.keys[0]) is None:
            return not_found(call.path, call.keys[0])
        found = (self._state.devices.get(k) for k in self._state.members.get(call.keys[0], {}))
        return collection(call, [d for d in found if d])

    def _add_member(self, call: Call) -> Answer:
        group, key = self._state.groups.get(call.keys[0]), _object_id(call.body.get("@odata.id") or "")
        device = self._state.devices.get(key)
        if group is None or device is None:
            return not_found(call.path, key if group else call.keys[0])
        if "DynamicMembership" in group["groupTypes"]:
            return graph_error(403, "Members of a dynamic group cannot be changed by hand.", code="Authorization_RequestDenied")
        if not self._directory.join(group["id"], device):
            return graph_error(400, "One or more added object references already exist for the following modified properties: "
                                    "'members'.", code="Request_BadRequest")
        self._state.effect("member-added", f"{group['displayName']}/{device['displayName']}")
        return Answer(204)

    def _remove_member(self, call: Call) -> Answer:
        device = self._state.devices.get(call.keys[1])
        if device is None or not self._directory.leave(call.keys[0], device):
            return not_found(call.path, call.keys[1])
        return Answer(204)

    def _member_of(self, call: Call) -> Answer:
        if self._state.devices.get(call.keys[0]) is None:
            return not_found(call.path, call.keys[0])
        return collection(call, self._directory.groups_of(call.keys[0]))

    def _evaluate(self, call: Call) -> Answer:
        group = self._state.groups.get(call.keys[0])
        device = self._state.devices.get(str(call.body.get("memberId") or ""))
        if group is None or device is None:
            return not_found(call.path, call.keys[0])
        rule = str(group["membershipRule"] or "")
        return Answer(200, {"membershipRule": rule, "membershipRuleEvaluationResult": rule_matches(rule, device)})

    # Users and the organization.

    def _user(self, call: Call) -> Answer:
        key = call.keys[0]
        row = self._state.users.get(key) or self._state.users.find(userPrincipalName=key)
        return entity(call, row) if row else not_found(call.path, key)

    def _me(self, call: Call) -> Answer:
        row = self._state.users.find(userPrincipalName=call.principal.upn)
        return entity(call, row) if row else not_found(call.path, call.principal.upn)

    # Policies.

    def _mdm_policies(self, call: Call) -> Answer:
        return collection(call, [self._with_groups(call, p) for p in self._state.lists["mdm-policies"]])

    def _with_groups(self, call: Call, row: Row) -> Row:
        groups = (self._state.groups.get(k) for k in self._state.included_groups.get(row["id"], []))
        return row | {"includedGroups": [shape(call, g) for g in groups if g]}

    def _mdm_policy(self, call: Call) -> Answer:
        row = self._state.lists["mdm-policies"].get(call.keys[0])
        return entity(call, self._with_groups(call, row)) if row else not_found(call.path, call.keys[0])

    def _update_mdm_policy(self, call: Call) -> Answer:
        row = self._state.lists["mdm-policies"].get(call.keys[0])
        if row is None:
            return not_found(call.path, call.keys[0])
        given = {k: v for k, v in call.body.items() if "@" not in k}
        if "appliesTo" in given and _URLS & set(given):
            return graph_error(400, "Simultaneous patch requests on both the appliesTo and URL properties are currently not "
                                    "supported.")
        if given.get("appliesTo") == "selected":
            return graph_error(400, "appliesTo cannot be set to selected; add included groups instead.")
        row.update(given)
        return Answer(204)

    def _mdm_groups(self, call: Call) -> Answer:
        found = (self._state.groups.get(k) for k in self._state.included_groups.get(call.keys[0], []))
        return collection(call, [g for g in found if g])

    def _add_mdm_group(self, call: Call) -> Answer:
        row = self._state.lists["mdm-policies"].get(call.keys[0])
        key = _object_id(call.body.get("@odata.id") or "")
        if row is None or self._state.groups.get(key) is None:
            return not_found(call.path, call.keys[0] if row is None else key)
        included = self._state.included_groups.setdefault(row["id"], [])
        if key not in included:
            included.append(key)
        row["appliesTo"] = "selected"
        return Answer(204)


def _object_id(reference: str) -> str:
    """The id in `https://…/directoryObjects/<id>` or `https://…/groups('<id>')`."""
    return reference.rstrip("/").rpartition("/")[2].removeprefix("groups('").removesuffix("')")
