"""What failed HRESULTs of Windows Portable Devices mean. Source: facts/device-io §3.2 (errors)."""

from collections.abc import Mapping
from types import MappingProxyType

from station.links.mtp.operations import REFUSALS
from station.links.mtp.wpd.com import ComError
from station.model.errors import HoloBenchError, LinkError, LinkLost, NotFound, OverBudget, Refused

CANCELLED = 0x8007_04C7

_CODES: Mapping[int, tuple[type[HoloBenchError], str]] = MappingProxyType({
    0x8007_0005: (LinkError, "mtp.windows-denied"),
    0x8007_00AA: (LinkError, "mtp.busy"),
    0x8007_0015: (LinkLost, "mtp.unplugged"),       # not ready
    0x8007_001F: (LinkLost, "mtp.unplugged"),       # general failure: gone
    0x8007_0037: (LinkLost, "mtp.unplugged"),       # resource no longer available
    0x8007_048F: (LinkLost, "mtp.unplugged"),       # not connected
    0x8007_0490: (NotFound, "mtp.no-such-file"),    # element not found
    0x8007_0002: (NotFound, "mtp.no-such-file"),
    0x8007_0013: (Refused, "mtp.write-protected"),
    0x8007_0070: (Refused, "mtp.no-space"),
    0x8007_0081: (LinkError, "mtp.no-answer"),      # hung: unplug and plug in again
    0x802A_0006: (LinkError, "mtp.no-answer"),      # E_WPD_DEVICE_IS_HUNG
    0x802A_0002: (LinkLost, "mtp.unplugged"),       # E_WPD_DEVICE_NOT_OPENED
    CANCELLED: (OverBudget, "mtp.no-answer"),
})
_KINDS: Mapping[str, type[HoloBenchError]] = MappingProxyType({
    "mtp.no-such-file": NotFound, "mtp.no-such-folder": NotFound, "mtp.no-such-storage": NotFound, "mtp.no-space": Refused,
    "mtp.too-large": Refused, "mtp.write-protected": Refused,
})


def explain(error: ComError) -> HoloBenchError:
    """The station's error for a ComError. 0x800420xx and 0x8004A8xx carry the unit's own MTP response code."""
    known = _CODES.get(error.hresult)
    if known is None and error.hresult >> 16 == 0x8004:
        code = REFUSALS.get(error.hresult & 0xFFFF, "mtp.refused")
        known = (_KINDS.get(code, LinkError), code)
    kind, fault = known or (LinkError, "mtp.windows-failed")
    return kind(fault, str(error))
