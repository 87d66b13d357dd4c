"""A small registry hive writer, to make settings stores of our own for the tests. Layout as in station/package/hive.py."""

import struct
from collections.abc import Mapping

Node = Mapping[str, object]
"""Keys hold nodes; the key "" holds the values of a node: text or number by name."""


class _Cells:
    def __init__(self) -> None:
        self.data = bytearray(32)

    def add(self, body: bytes) -> int:
        at = len(self.data)
        size = (len(body) + 4 + 7) & ~7
        self.data += struct.pack("<i", -size) + body.ljust(size - 4, b"\0")
        return at


def hive(root: Node) -> bytes:
    """A hive with one root key."""
    cells = _Cells()
    top = _key(cells, "ROOT", root)
    base = bytearray(4096)
    base[:4] = b"regf"
    struct.pack_into("<I", base, 36, top)
    return bytes(base) + bytes(cells.data)


def _key(cells: _Cells, name: str, node: Node) -> int:
    children = [_key(cells, child, inner) for child, inner in node.items() if child and isinstance(inner, Mapping)]
    values = node.get("", {})
    assert isinstance(values, Mapping)
    offsets = [_value(cells, n, v) for n, v in values.items()]
    value_list = cells.add(b"".join(struct.pack("<I", o) for o in offsets)) if offsets else 0xFFFFFFFF
    listed = b"".join(struct.pack("<I4s", o, b"....") for o in children)
    subkeys = cells.add(struct.pack("<2sH", b"lf", len(children)) + listed) if children else 0xFFFFFFFF
    raw = name.encode("latin-1")
    body = bytearray(76)
    struct.pack_into("<2sH", body, 0, b"nk", 0x20)
    struct.pack_into("<II", body, 20, len(children), 0)
    struct.pack_into("<I", body, 28, subkeys)
    struct.pack_into("<II", body, 36, len(offsets), value_list)
    struct.pack_into("<H", body, 72, len(raw))
    return cells.add(bytes(body) + raw)


def _value(cells: _Cells, name: str, value: object) -> int:
    raw = name.encode("latin-1")
    if isinstance(value, int):
        return cells.add(struct.pack("<2sHIIIHH", b"vk", len(raw), 0x80000004, value, 4, 1, 0) + raw)
    data = (str(value) + "\0").encode("utf-16-le")
    return cells.add(struct.pack("<2sHIIIHH", b"vk", len(raw), len(data), cells.add(data), 1, 1, 0) + raw)


def leaf(name: str, kind: int, csp: str = "", **more: object) -> Node:
    """A setting as a store holds it."""
    values = {k: v for k, v in more.items() if k not in ("context", "after", "choices", "action", "reboot")}
    node: dict[str, object] = {"": {"Name": name, "Type": kind, **values}}
    when = {"ApplyAfterSetting": more.get("after"), "RequiresReboot": more.get("reboot")}
    apply: dict[str, object] = {"": {k: v for k, v in when.items() if v is not None}}
    if csp:
        apply["Csp"] = {"": {"Path": csp, "Action": more.get("action", 1), **({"Context": 1} if more.get("context") else {})}}
    node["Apply"] = apply
    choices = more.get("choices")
    if isinstance(choices, Mapping):
        node["Validation"] = {"Values": {number: {"": {"Display": text}} for number, text in choices.items()}}
    return node


def hololens_store() -> bytes:
    """A store that looks like one for HoloLens; places and numbers are ours."""
    commands = "./Vendor/MSFT/ProvisioningCommands/PrimaryContext/$(__PackageID)/~Command~/"
    user = "./Vendor/MSFT/Accounts/Users/~UserName~/"
    page = "./Vendor/MSFT/Example/FirstExperience/"
    return hive({
        "FirstExperience": {"": {"Name": "FirstExperience", "Type": 6}, "HoloLens": {
            "": {"Name": "HoloLens", "Type": 6},
            "SkipCalibration": leaf("SkipCalibration", 1, page + "SkipCalibration"),
            "SkipWifi": leaf("SkipWifi", 1, page + "SkipWifi"),
            "PreferredRegion": leaf("PreferredRegion", 2, page + "Region", choices={"84": "France", "94": "Germany"})}},
        "DeveloperSetup": {"": {"Name": "DeveloperSetup", "Type": 6}},
        "ProvisioningCommands": {"": {"Name": "ProvisioningCommands", "Type": 6}, "PrimaryContext": {
            "": {"Name": "PrimaryContext", "Type": 6}, "Command": {"": {"Name": "Command", "Type": 7}, "CommandConfig": {
                "": {"Name": "CommandConfig", "Type": 6},
                "CommandFile": leaf("CommandFile", 5, FilePath="Temporary Runtime Package Command Files"),
                "CommandLine": leaf("CommandLine", 3, commands + "CommandLine")}}}},
        "Accounts": {"": {"Name": "Accounts", "Type": 6}, "Users": {
            "": {"Name": "Users", "Type": 8, "Key": "UserName"}, "User": {
                "": {"Name": "User", "Type": 6, "AtomicRoot": "/Accounts/Users/User"},
                "Password": leaf("Password", 3, user + "Password", AtomicRoot="/Accounts/Users/User"),
                "UserGroup": leaf("UserGroup", 2, user + "LocalUserGroup", AtomicRoot="/Accounts/Users/User",
                                  choices={"1": "Standard Users"})}}},
        "Policies": {"": {"Name": "Policies", "Type": 6}, "Experience": {
            "": {"Name": "Experience", "Type": 6},
            "AllowCortana": leaf("AllowCortana", 2, "./Vendor/MSFT/Policy/Config/Experience/AllowCortana", context=True,
                                 after="(/Accounts/Users|FirstExperience)")}}})
