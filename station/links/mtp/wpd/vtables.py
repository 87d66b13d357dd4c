"""The COM interfaces that the product uses: identifiers and methods in the order of their vtables.

Source: facts/device-io §3.2; PortableDeviceApi.h, PortableDeviceTypes.h and ObjIdl.h of the Windows SDK.
"""

import ctypes
from dataclasses import dataclass

P, D, Q = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint64
"""Arguments: any pointer, a DWORD, a 64-bit number."""

Method = tuple[str, tuple[type, ...]]

_UNKNOWN: tuple[Method, ...] = (("QueryInterface", (P, P)), ("AddRef", ()), ("Release", ()))


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface: name, IID, all methods from QueryInterface on."""

    name: str
    iid: str
    methods: tuple[Method, ...]

    def index(self, method: str) -> int:
        """Place of a method in the vtable."""
        return next(i for i, (name, _) in enumerate(self.methods) if name == method)


def _interface(name: str, iid: str, *methods: Method) -> Interface:
    return Interface(name, iid, (*_UNKNOWN, *methods))


def _keyed(*kinds: tuple[str, tuple[type, ...], tuple[type, ...]]) -> tuple[Method, ...]:
    """Pairs of SetXValue and GetXValue, each with the key first."""
    return tuple(m for kind, set_, get in kinds for m in ((f"Set{kind}Value", (P, *set_)), (f"Get{kind}Value", (P, *get))))


UNKNOWN = Interface("IUnknown", "00000000-0000-0000-c000-000000000046", _UNKNOWN)
MANAGER = _interface(
    "IPortableDeviceManager", "a1567595-4c2f-4574-a6fa-ecef917b9a40",
    ("GetDevices", (P, P)), ("RefreshDeviceList", ()), ("GetDeviceFriendlyName", (P, P, P)), ("GetDeviceDescription", (P, P, P)),
    ("GetDeviceManufacturer", (P, P, P)), ("GetDeviceProperty", (P, P, P, P, P)), ("GetPrivateDevices", (P, P)))
DEVICE = _interface(
    "IPortableDevice", "625e2df8-6392-4cf0-9ad1-3cfa5f17775c",
    ("Open", (P, P)), ("SendCommand", (D, P, P)), ("Content", (P,)), ("Capabilities", (P,)), ("Cancel", ()), ("Close", ()),
    ("Advise", (D, P, P, P)), ("Unadvise", (P,)), ("GetPnPDeviceID", (P,)))
CONTENT = _interface(
    "IPortableDeviceContent", "6a96ed84-7c73-4480-9938-bf5af477d426",
    ("EnumObjects", (D, P, P, P)), ("Properties", (P,)), ("Transfer", (P,)), ("CreateObjectWithPropertiesOnly", (P, P)),
    ("CreateObjectWithPropertiesAndData", (P, P, P, P)), ("Delete", (D, P, P)), ("GetObjectIDsFromPersistentUniqueIDs", (P, P)),
    ("Cancel", ()), ("Move", (P, P, P)), ("Copy", (P, P, P)))
PROPERTIES = _interface(
    "IPortableDeviceProperties", "7f6d695c-03df-4439-a809-59266beee3a6",
    ("GetSupportedProperties", (P, P)), ("GetPropertyAttributes", (P, P, P)), ("GetValues", (P, P, P)), ("SetValues", (P, P, P)),
    ("Delete", (P, P)), ("Cancel", ()))
RESOURCES = _interface(
    "IPortableDeviceResources", "fd8878ac-d841-4d17-891c-e6829cdb6934",
    ("GetSupportedResources", (P, P)), ("GetResourceAttributes", (P, P, P)), ("GetStream", (P, P, D, P, P)), ("Delete", (P, P)),
    ("Cancel", ()), ("CreateResource", (P, P, P, P)))
VALUES = _interface(
    "IPortableDeviceValues", "6848f6f2-3155-4f86-b6f5-263eeeab3143",
    ("GetCount", (P,)), ("GetAt", (D, P, P)), ("SetValue", (P, P)), ("GetValue", (P, P)),
    *_keyed(("String", (P,), (P,)), ("UnsignedInteger", (D,), (P,)), ("SignedInteger", (D,), (P,)),
            ("UnsignedLargeInteger", (Q,), (P,)), ("SignedLargeInteger", (Q,), (P,)), ("Float", (ctypes.c_float,), (P,)),
            ("Error", (D,), (P,)), ("Key", (P,), (P,)), ("Bool", (D,), (P,)), ("IUnknown", (P,), (P,)), ("Guid", (P,), (P,)),
            ("Buffer", (P, D), (P, P)), ("IPortableDeviceValues", (P,), (P,)),
            ("IPortableDevicePropVariantCollection", (P,), (P,)), ("IPortableDeviceKeyCollection", (P,), (P,)),
            ("IPortableDeviceValuesCollection", (P,), (P,))),
    ("RemoveValue", (P,)), ("CopyValuesFromPropertyStore", (P,)), ("CopyValuesToPropertyStore", (P,)), ("Clear", ()))
KEYS = _interface(
    "IPortableDeviceKeyCollection", "dada2357-e0ad-492e-98db-dd61c53ba353",
    ("GetCount", (P,)), ("GetAt", (D, P)), ("Add", (P,)), ("Clear", ()), ("RemoveAt", (D,)))
VARIANTS = _interface(
    "IPortableDevicePropVariantCollection", "89b2e422-4f1b-4316-bcef-a44afea83eb3",
    ("GetCount", (P,)), ("GetAt", (D, P)), ("Add", (P,)), ("GetType", (P,)), ("ChangeType", (ctypes.c_uint16,)), ("Clear", ()),
    ("RemoveAt", (D,)))
OBJECT_IDS = _interface(
    "IEnumPortableDeviceObjectIDs", "10ece955-cf41-4728-bfa0-41eedf1bbf19",
    ("Next", (D, P, P)), ("Skip", (D,)), ("Reset", ()), ("Clone", (P,)), ("Cancel", ()))
STREAM = _interface(
    "IStream", "0000000c-0000-0000-c000-000000000046",
    ("Read", (P, D, P)), ("Write", (P, D, P)), ("Seek", (Q, D, P)), ("SetSize", (Q,)), ("CopyTo", (P, Q, P, P)), ("Commit", (D,)),
    ("Revert", ()), ("LockRegion", (Q, Q, D)), ("UnlockRegion", (Q, Q, D)), ("Stat", (P, D)), ("Clone", (P,)))
DATA_STREAM = Interface("IPortableDeviceDataStream", "88e04db3-1012-4d64-9996-f703a950d3f4",
                        (*STREAM.methods, ("GetObjectID", (P,)), ("Cancel", ())))
