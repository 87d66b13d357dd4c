"""Derive `resources/schemas/graph.json` from Microsoft's published metadata.

    python packaging/graph_contract.py METADATA_FOLDER [--check]

METADATA_FOLDER holds a CSDL cut of v1.0 (`graph-min.csdl.xml`), what is known of beta (`graph-beta-extract.json`), the calls
of the product (`graph-calls.json`) and the permissions reference (`graph-permissions.json`). The result holds facts only:
names of types, properties, enum words, routes, scopes and query options; no descriptions. `--check` compares and writes nothing.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
TARGET = Path(__file__).resolve().parent.parent / "resources" / "schemas" / "graph.json"
SERVICE_READ = ["DeviceManagementServiceConfig.Read.All", "DeviceManagementServiceConfig.ReadWrite.All"]
SERVICE_WRITE = ["DeviceManagementServiceConfig.ReadWrite.All"]
MANAGED_READ = ["DeviceManagementManagedDevices.Read.All", "DeviceManagementManagedDevices.ReadWrite.All"]
GROUP_WRITE = ["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"]
GROUP_READ = ["GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All"]
COLLECTION = ["count", "expand", "filter", "orderby", "select", "skip", "top"]
DIRECTORY = ["count", "expand", "filter", "orderby", "search", "select", "top"]

# Calls beyond graph-calls.json, and what the permissions reference leaves open (facts: tenant §1.2, §1.4, §1.5, §1.7, §1.8).
MORE_CALLS: list[dict[str, Any]] = [
    {"name": "profiles.update", "version": "beta", "method": "PATCH",
     "path": "/deviceManagement/windowsAutopilotDeploymentProfiles/{id}",
     "body": "graph.windowsAutopilotDeploymentProfile", "returns": "graph.windowsAutopilotDeploymentProfile", "ok": [200]},
    {"name": "profiles.delete", "version": "beta", "method": "DELETE",
     "path": "/deviceManagement/windowsAutopilotDeploymentProfiles/{id}", "body": None, "returns": None, "ok": [200, 204]},
    {"name": "profiles.unassignGroup", "version": "beta", "method": "DELETE",
     "path": "/deviceManagement/windowsAutopilotDeploymentProfiles/{id}/assignments/{id}",
     "body": None, "returns": None, "ok": [200, 204]},
    {"name": "profiles.assignDevices", "version": "beta", "method": "POST",
     "path": "/deviceManagement/windowsAutopilotDeploymentProfiles/{id}/assign",
     "body": {"deviceIds": "Collection(Edm.String)"}, "returns": None, "ok": [200, 204]},
    {"name": "autopilot.profile", "version": "beta", "method": "GET",
     "path": "/deviceManagement/windowsAutopilotDeviceIdentities/{id}/deploymentProfile",
     "body": None, "returns": "graph.windowsAutopilotDeploymentProfile", "ok": [200]},
    {"name": "autopilot.intendedProfile", "version": "beta", "method": "GET",
     "path": "/deviceManagement/windowsAutopilotDeviceIdentities/{id}/intendedDeploymentProfile",
     "body": None, "returns": "graph.windowsAutopilotDeploymentProfile", "ok": [200]},
    {"name": "managed.executeAction", "version": "beta", "method": "POST",
     "path": "/deviceManagement/managedDevices/executeAction",
     "body": {"actionName": "Edm.String", "deviceIds": "Collection(Edm.String)", "keepEnrollmentData": "Edm.Boolean",
              "keepUserData": "Edm.Boolean", "persistEsimDataPlan": "Edm.Boolean", "platform": "Edm.String"},
     "returns": {"successfulDeviceIds": "Collection(Edm.String)", "failedDeviceIds": "Collection(Edm.String)",
                 "notFoundDeviceIds": "Collection(Edm.String)", "notSupportedDeviceIds": "Collection(Edm.String)"}, "ok": [200]},
    {"name": "troubleshooting.list", "version": "v1.0", "method": "GET", "path": "/deviceManagement/troubleshootingEvents",
     "body": None, "returns": {"value": "Collection(graph.deviceManagementTroubleshootingEvent)"}, "ok": [200]},
    {"name": "enrollConfig.get", "version": "v1.0", "method": "GET",
     "path": "/deviceManagement/deviceEnrollmentConfigurations/{id}",
     "body": None, "returns": "graph.deviceEnrollmentConfiguration", "ok": [200]},
    {"name": "devices.getByDeviceId", "version": "v1.0", "method": "GET", "path": "/devices(deviceId='{id}')",
     "body": None, "returns": "graph.device", "ok": [200]},
    {"name": "groups.get", "version": "v1.0", "method": "GET", "path": "/groups/{id}",
     "body": None, "returns": "graph.group", "ok": [200]},
    {"name": "groups.update", "version": "v1.0", "method": "PATCH", "path": "/groups/{id}",
     "body": "graph.group", "returns": None, "ok": [204]},
    {"name": "groups.members", "version": "v1.0", "method": "GET", "path": "/groups/{id}/members",
     "body": None, "returns": {"value": "Collection(graph.directoryObject)"}, "ok": [200]},
    {"name": "groups.evaluate", "version": "beta", "method": "POST", "path": "/groups/{id}/evaluateDynamicMembership",
     "body": {"memberId": "Edm.String", "membershipRule": "Edm.String"},
     "returns": {"membershipRule": "Edm.String", "membershipRuleEvaluationResult": "Edm.Boolean"}, "ok": [200]},
    {"name": "users.list", "version": "v1.0", "method": "GET", "path": "/users",
     "body": None, "returns": {"value": "Collection(graph.user)"}, "ok": [200]},
    {"name": "users.get", "version": "v1.0", "method": "GET", "path": "/users/{id}",
     "body": None, "returns": "graph.user", "ok": [200]},
    {"name": "mdmPolicy.update", "version": "beta", "method": "PATCH", "path": "/policies/mobileDeviceManagementPolicies/{id}",
     "body": "graph.mobileDeviceManagementPolicy", "returns": None, "ok": [204]},
    {"name": "mdmPolicy.groups", "version": "beta", "method": "GET",
     "path": "/policies/mobileDeviceManagementPolicies/{id}/includedGroups",
     "body": None, "returns": {"value": "Collection(graph.group)"}, "ok": [200]},
    {"name": "mdmPolicy.addGroup", "version": "beta", "method": "POST",
     "path": "/policies/mobileDeviceManagementPolicies/{id}/includedGroups/$ref",
     "body": {"@odata.id": "Edm.String"}, "returns": None, "ok": [204]},
]
UNLISTED_SCOPES: dict[str, list[str]] = {
    "autopilot.allowNext": SERVICE_WRITE, "profiles.assignments": SERVICE_READ, "profiles.assignGroup": SERVICE_WRITE,
    "profiles.assignedDevices": SERVICE_READ, "profiles.unassignGroup": SERVICE_WRITE, "profiles.assignDevices": SERVICE_WRITE,
    "groups.addMember": GROUP_WRITE, "groups.removeMember": GROUP_WRITE, "groups.evaluate": GROUP_READ,
    "groups.memberOf": ["Device.Read.All", *GROUP_READ], "troubleshooting.list": MANAGED_READ,
    "mdmPolicy.addGroup": ["Policy.ReadWrite.MobilityManagement"], "devices.getByDeviceId": [],
    "managed.executeAction": ["DeviceManagementManagedDevices.PrivilegedOperations.All"], "batch": [],
}
# Where the service allows less than its beta routes say (facts: tenant §1.2, §1.4; directory objects know no $skip).
QUERY: dict[str, list[str]] = {
    "profiles.list": ["count", "expand", "orderby", "select", "skip", "top"],
    "devices.list": DIRECTORY, "groups.list": DIRECTORY, "users.list": DIRECTORY, "groups.members": DIRECTORY,
    "groups.memberOf": DIRECTORY, "organization.list": ["select"], "subscribedSkus.list": ["select"],
    "domains.list": ["select", "top", "filter"],
}
# Read in the reference of graph.user although the cut of the metadata leaves it out (facts: tenant §6b).
MORE_PROPERTIES = {"user": {"createdDateTime": "Edm.DateTimeOffset"}}


def main(arguments: list[str]) -> int:
    """Write the contract file, or compare it. Returns 1 when `--check` finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("metadata", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    text = render(derive(options.metadata))
    if options.check:
        same = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
        print("agrees" if same else f"{TARGET.name} differs from the metadata")
        return 0 if same else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


def derive(folder: Path) -> dict[str, Any]:
    """The whole contract out of the four files of `folder`."""
    stable = stable_schema(folder / "graph-min.csdl.xml")
    beta_source = json.loads((folder / "graph-beta-extract.json").read_text(encoding="utf-8"))
    calls = json.loads((folder / "graph-calls.json").read_text(encoding="utf-8"))["calls"] + MORE_CALLS
    permissions = json.loads((folder / "graph-permissions.json").read_text(encoding="utf-8"))["calls"]
    beta_routes = {plain(path): route for path, route in beta_source["routes"].items()}
    return {
        "sources": [
            "microsoftgraph/msgraph-metadata schemas/v1.0-Prod.csdl f54f11b6 2026-08-20", beta_source["origin"],
            "microsoftgraph/microsoft-graph-devx-content permissions/new/permissions.json 6cbd6bbd 2026-08-07"],
        "v1.0": stable, "beta": beta_schema(beta_source),
        "routes": [route(call, permissions, beta_routes, calls) for call in sorted(calls, key=lambda c: str(c["name"]))],
    }


def stable_schema(path: Path) -> dict[str, Any]:
    """Types and enums of v1.0 from CSDL."""
    schema = next(ElementTree.parse(path).getroot().iter(f"{EDM}Schema"))
    enums = {e.attrib["Name"]: [m.attrib["Name"] for m in e.iter(f"{EDM}Member")] for e in schema.iter(f"{EDM}EnumType")}
    types: dict[str, Any] = {}
    for tag in ("EntityType", "ComplexType"):
        for element in schema.iter(EDM + tag):
            types[element.attrib["Name"]] = csdl_type(element)
    for name, properties in MORE_PROPERTIES.items():
        types[name]["properties"] |= properties
    return {"enums": enums, "types": types}


def csdl_type(element: ElementTree.Element) -> dict[str, Any]:
    """One entity or complex type: base, openness, properties and navigation properties."""
    found: dict[str, Any] = {}
    if base := element.attrib.get("BaseType"):
        found["base"] = base.rpartition(".")[2]
    if element.attrib.get("OpenType") == "true":
        found["open"] = True
    found["properties"] = {p.attrib["Name"]: typed(p.attrib["Type"], p.attrib.get("Nullable") != "false")
                           for p in element.findall(f"{EDM}Property")}
    found["navigation"] = {p.attrib["Name"]: typed(p.attrib["Type"]) for p in element.findall(f"{EDM}NavigationProperty")}
    return {k: v for k, v in found.items() if v != {}} | {"properties": found["properties"]}


def beta_schema(source: dict[str, Any]) -> dict[str, Any]:
    """Types and enums of beta; nullability is unknown there, so every property may be null."""
    types = {}
    for name, given in source["entityAndComplexTypes"].items():
        found: dict[str, Any] = {"base": given["base"].rpartition(".")[2]} if given.get("base") else {}
        found["properties"] = {n: shaped(p) for n, p in given.get("properties", {}).items()}
        if navigation := {n: shaped(p) for n, p in given.get("navigationProperties", {}).items()}:
            found["navigation"] = navigation
        types[name] = found
    return {"enums": {n: e["members"] for n, e in source["enumTypes"].items()}, "types": types}


def shaped(given: dict[str, Any]) -> str:
    return typed(f"Collection({given['type']})" if given.get("collection") else given["type"])


def typed(name: str, nullable: bool = True) -> str:
    """`Collection(graph.x)` → `[]graph.x`; a `!` behind means that null is not allowed."""
    inner = re.sub(r"^Collection\((.*)\)$", r"[]\1", name).replace("microsoft.graph.", "graph.")
    return inner + ("" if nullable else "!")


def plain(path: str) -> str:
    """A path with every key written `{id}`."""
    return re.sub(r"\{[^}]*\}", "{id}", path)


def route(call: dict[str, Any], permissions: list[dict[str, Any]], beta_routes: dict[str, Any],
          calls: list[dict[str, Any]]) -> dict[str, Any]:
    """One call with its versions, scopes and query options. One of v1.0 holds in beta too, unless beta has a call of its own."""
    own = any((c["version"], c["method"], c["path"]) == ("beta", call["method"], call["path"]) for c in calls)
    in_beta = not own and call["method"] in beta_routes.get(plain(call["path"]), {}).get("methods", [])
    versions = ["v1.0", "beta"] if call["version"] == "both" or (call["version"] == "v1.0" and in_beta) else [call["version"]]
    return {
        "name": call["name"], "versions": versions, "method": call["method"], "path": call["path"],
        "body": parameters(call["body"]), "returns": parameters(call["returns"]), "ok": call["ok"],
        "query": query_options(call), "delegated": scopes(call, permissions, "DelegatedWork"),
        "application": scopes(call, permissions, "Application"),
    }


def parameters(given: Any) -> Any:
    if isinstance(given, dict):
        return {k: typed(v) if isinstance(v, str) else {} for k, v in given.items()}
    return typed(given) if given else None


def query_options(call: dict[str, Any]) -> list[str]:
    if call["method"] != "GET":
        return []
    collection = isinstance(call["returns"], dict) and "value" in call["returns"]
    return QUERY.get(call["name"], COLLECTION if collection else ["expand", "select"])


def scopes(call: dict[str, Any], permissions: list[dict[str, Any]], scheme: str) -> list[str]:
    """Every scope that allows the call, least first; the bench's own reading where the reference lists none."""
    twin = "/devices/{id}" if call["name"] == "devices.getByDeviceId" else call["path"]
    listed: Iterator[dict[str, Any]] = (
        p for p in permissions if p["method"] == call["method"] and p["path"] == twin and p["listed"])
    if found := next(listed, None):
        return list(dict.fromkeys(found[scheme]["least"] + found[scheme]["alsoAccepted"]))
    if call["name"].startswith("mdmPolicy.") and scheme == "Application":
        return []
    return UNLISTED_SCOPES.get(call["name"], [])


def render(contract: dict[str, Any]) -> str:
    """JSON with one type, enum or route a line, so that a change shows as one line."""
    def lines(table: dict[str, Any]) -> str:
        return ",\n".join(f"   {json.dumps(k)}: {json.dumps(v, sort_keys=True)}" for k, v in sorted(table.items()))

    def schema(version: str) -> str:
        tables = [f'  "{part}": {{\n{lines(contract[version][part])}\n  }}' for part in ("enums", "types")]
        return f' "{version}": {{\n' + ",\n".join(tables) + "\n }"

    versions = [schema("v1.0"), schema("beta")]
    routes = ",\n".join(f"  {json.dumps(r)}" for r in contract["routes"])
    head = f' "sources": {json.dumps(contract["sources"])}'
    return "{\n" + ",\n".join([head, *versions, ' "routes": [\n' + routes + "\n ]"]) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
