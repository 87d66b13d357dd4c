"""Code tables of MTP: operations, responses, events, formats, device properties, class requests.

Source: facts/device-io §2.2–2.4 (PIMA 15740 and MTP 1.1; what a Windows 10 Mobile responder announces).
"""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType


class ContainerKind(IntEnum):
    """Second field of a container header."""

    COMMAND = 1
    DATA = 2
    RESPONSE = 3
    EVENT = 4


class Operation(IntEnum):
    """Operations that the product uses or that its practice responder answers."""

    GET_DEVICE_INFO = 0x1001
    OPEN_SESSION = 0x1002
    CLOSE_SESSION = 0x1003
    GET_STORAGE_IDS = 0x1004
    GET_STORAGE_INFO = 0x1005
    GET_NUM_OBJECTS = 0x1006
    GET_OBJECT_HANDLES = 0x1007
    GET_OBJECT_INFO = 0x1008
    GET_OBJECT = 0x1009
    DELETE_OBJECT = 0x100B
    SEND_OBJECT_INFO = 0x100C
    SEND_OBJECT = 0x100D
    GET_DEVICE_PROP_DESC = 0x1014
    GET_DEVICE_PROP_VALUE = 0x1015
    SET_DEVICE_PROP_VALUE = 0x1016
    GET_PARTIAL_OBJECT = 0x101B


class ResponseCode(IntEnum):
    """What a responder answers."""

    OK = 0x2001
    GENERAL_ERROR = 0x2002
    SESSION_NOT_OPEN = 0x2003
    INVALID_TRANSACTION_ID = 0x2004
    OPERATION_NOT_SUPPORTED = 0x2005
    PARAMETER_NOT_SUPPORTED = 0x2006
    INCOMPLETE_TRANSFER = 0x2007
    INVALID_STORAGE_ID = 0x2008
    INVALID_OBJECT_HANDLE = 0x2009
    DEVICE_PROP_NOT_SUPPORTED = 0x200A
    INVALID_OBJECT_FORMAT = 0x200B
    STORE_FULL = 0x200C
    OBJECT_WRITE_PROTECTED = 0x200D
    STORE_READ_ONLY = 0x200E
    ACCESS_DENIED = 0x200F
    PARTIAL_DELETION = 0x2012
    STORE_NOT_AVAILABLE = 0x2013
    SPECIFICATION_BY_FORMAT_UNSUPPORTED = 0x2014
    NO_VALID_OBJECT_INFO = 0x2015
    DEVICE_BUSY = 0x2019
    INVALID_PARENT_OBJECT = 0x201A
    INVALID_PARAMETER = 0x201D
    SESSION_ALREADY_OPEN = 0x201E
    TRANSACTION_CANCELLED = 0x201F
    SPECIFICATION_OF_DESTINATION_UNSUPPORTED = 0x2020
    OBJECT_TOO_LARGE = 0xA809


class EventCode(IntEnum):
    """What a responder tells unasked."""

    CANCEL_TRANSACTION = 0x4001
    OBJECT_ADDED = 0x4002
    OBJECT_REMOVED = 0x4003
    STORE_ADDED = 0x4004
    STORE_REMOVED = 0x4005
    DEVICE_PROP_CHANGED = 0x4006
    OBJECT_INFO_CHANGED = 0x4007
    DEVICE_INFO_CHANGED = 0x4008
    STORAGE_INFO_CHANGED = 0x400C


CHANGES = frozenset(EventCode) - {EventCode.CANCEL_TRANSACTION}
"""Events after which it is worth reading a unit again."""


class Format(IntEnum):
    """Object formats."""

    UNDEFINED = 0x3000
    ASSOCIATION = 0x3001


class DeviceProperty(IntEnum):
    """Device properties."""

    BATTERY_LEVEL = 0x5001
    SYNCHRONIZATION_PARTNER = 0xD401
    FRIENDLY_NAME = 0xD402


class ClassRequest(IntEnum):
    """Requests over the control endpoint; they need no session (facts/device-io §2.4)."""

    CANCEL = 0x64
    GET_EXTENDED_EVENT_DATA = 0x65
    DEVICE_RESET = 0x66
    GET_DEVICE_STATUS = 0x67


WHOLE_STORAGE_ROOT = 0xFFFF_FFFF
"""Parent that means the root folder in GetObjectHandles and SendObjectInfo; 0 would mean every object."""

UNKNOWN_LENGTH = 0xFFFF_FFFF
"""Container length or object size that means over 4 GB or not known."""

REFUSALS: Mapping[int, str] = MappingProxyType({
    ResponseCode.SESSION_NOT_OPEN: "mtp.session-lost",
    ResponseCode.INVALID_TRANSACTION_ID: "mtp.out-of-step",
    ResponseCode.OPERATION_NOT_SUPPORTED: "mtp.not-supported",
    ResponseCode.PARAMETER_NOT_SUPPORTED: "mtp.not-supported",
    ResponseCode.DEVICE_PROP_NOT_SUPPORTED: "mtp.not-supported",
    ResponseCode.SPECIFICATION_BY_FORMAT_UNSUPPORTED: "mtp.not-supported",
    ResponseCode.SPECIFICATION_OF_DESTINATION_UNSUPPORTED: "mtp.not-supported",
    ResponseCode.INCOMPLETE_TRANSFER: "mtp.incomplete",
    ResponseCode.TRANSACTION_CANCELLED: "mtp.incomplete",
    ResponseCode.INVALID_STORAGE_ID: "mtp.no-such-storage",
    ResponseCode.INVALID_OBJECT_HANDLE: "mtp.no-such-file",
    ResponseCode.INVALID_PARENT_OBJECT: "mtp.no-such-folder",
    ResponseCode.STORE_FULL: "mtp.no-space",
    ResponseCode.OBJECT_TOO_LARGE: "mtp.too-large",
    ResponseCode.OBJECT_WRITE_PROTECTED: "mtp.write-protected",
    ResponseCode.STORE_READ_ONLY: "mtp.write-protected",
    ResponseCode.PARTIAL_DELETION: "mtp.write-protected",
    ResponseCode.ACCESS_DENIED: "mtp.locked",
    ResponseCode.STORE_NOT_AVAILABLE: "mtp.locked",
    ResponseCode.DEVICE_BUSY: "mtp.busy",
})
"""Fault code of each refusal; others are `mtp.refused`."""


def name_of(code: int) -> str:
    """A response code as people write it: `AccessDenied (0x200F)`, or the number alone."""
    try:
        words = ResponseCode(code).name.title().replace("_", "")
    except ValueError:
        return f"0x{code:04X}"
    return f"{words} (0x{code:04X})"
