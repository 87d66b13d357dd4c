"""What a device on the bus is, told from its descriptors alone, and what to do next. Pure; a table of rules, first match wins.

Source: facts/device-io §5 (identity), §6 (flash mode). No rule rests on a single product id: names and the editable list do.
"""

from collections.abc import Callable
from dataclasses import dataclass

from station.links.usb.allow_list import AllowList, DeviceKind
from station.links.usb.sighting import VENDOR_CLASS, UsbSighting
from station.model.words import N_, Generation

MICROSOFT = 0x045E
QUALCOMM_EMERGENCY = (0x05C6, 0x9008)
MICROSOFT_FLASH = (0x045E, 0x062A)
"""UEFI flash mode of many Microsoft phones and of HoloLens 1: a name is needed beside it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """`mode` is how facts name it (normal, flash, edl, or "" for others); for MAYBE, the one that it is in if it is a headset.

    `fault` is the catalogue's code where there is one; `verified` is False where the source itself is unsure.
    """

    kind: DeviceKind
    mode: str
    reason: str
    next_step: str
    fault: str = ""
    verified: bool = True

    @property
    def is_headset(self) -> bool:
        """Whether the station may open it and give it a slot."""
        return self.kind in (DeviceKind.HOLOLENS, DeviceKind.HOLOLENS_1, DeviceKind.HOLOLENS_2)

    @property
    def takes_slot(self) -> bool:
        """Whether it belongs on the board wherever it is plugged in: headsets, and headsets that cannot talk now."""
        return self.kind not in (DeviceKind.OTHER, DeviceKind.MAYBE)


_READ = N_("Wait until the station has read it.")
_FLASH = N_("Flash it with Microsoft's recovery tool, or hold Power for 10 seconds to leave flash mode.")
_NOTHING = N_("Nothing to do: this is not a headset.")

_LISTED: dict[DeviceKind, Identity] = {
    kind: Identity(kind, "normal", N_("Its USB id is on the list of headsets."), _READ)
    for kind in (DeviceKind.HOLOLENS, DeviceKind.HOLOLENS_1, DeviceKind.HOLOLENS_2)
} | {DeviceKind.FLASH: Identity(DeviceKind.FLASH, "flash", N_("Its USB id is on the list of headsets in flash mode."), _FLASH,
                                "usb.flash-mode")}


def _says(sighting: UsbSighting, *words: str) -> bool:
    said = f"{sighting.manufacturer} {sighting.product} {' '.join(i.name for i in sighting.interfaces)}".casefold()
    return all(w in said for w in words)


def _ids(sighting: UsbSighting) -> tuple[int, int]:
    return sighting.vendor_id, sighting.product_id


_RULES: tuple[tuple[Callable[[UsbSighting], bool], Identity], ...] = (
    (lambda s: _ids(s) == QUALCOMM_EMERGENCY,
     Identity(DeviceKind.EMERGENCY, "edl", N_("Qualcomm emergency mode (not specific to HoloLens)."),
              N_("Hold Power and Volume Up for 15 seconds and plug it in again."), "usb.emergency-mode", verified=False)),
    (lambda s: s.vendor_id == MICROSOFT and (_says(s, "hololens", "recovery") or (
        _ids(s) == MICROSOFT_FLASH and (_says(s, "hololens") or _says(s, "sakura")))),
     Identity(DeviceKind.FLASH, "flash", N_("It calls itself HoloLens Recovery."), _FLASH, "usb.flash-mode")),
    (lambda s: _ids(s) == MICROSOFT_FLASH,
     Identity(DeviceKind.MAYBE_FLASH, "flash", N_("A Microsoft device in flash mode; many phones share this id."),
              N_("If this is a headset: hold Power for 10 seconds to leave flash mode."), "usb.flash-mode", verified=False)),
    (lambda s: s.vendor_id == MICROSOFT and _says(s, "hololens 2"),
     Identity(DeviceKind.HOLOLENS_2, "normal", N_("Its USB name says HoloLens 2."), _READ)),
    (lambda s: s.vendor_id == MICROSOFT and _says(s, "hololens"),
     Identity(DeviceKind.HOLOLENS, "normal", N_("Its USB name says HoloLens."), _READ)),
    (lambda s: s.vendor_id == MICROSOFT and (s.speaks_mtp or (
        _says(s, "windows 10 mobile device") and any(i.klass == VENDOR_CLASS for i in s.interfaces))),
     Identity(DeviceKind.MAYBE, "normal", N_("A Microsoft device with a storage; its USB name does not say what it is."),
              N_("If this is a headset, number its port (holobench devices --number) or put its USB id on the list of headsets."),
              verified=False)),
)
_OTHER = Identity(DeviceKind.OTHER, "", N_("Not a headset."), _NOTHING)


def identify(sighting: UsbSighting, allowed: AllowList) -> Identity:
    """What a device is. The list comes first: it is what the people at this bench know for sure."""
    listed = allowed.kind(sighting.vendor_id, sighting.product_id)
    if listed is not None and not _says(sighting, "recovery"):
        return _LISTED[listed]
    return next((identity for rule, identity in _RULES if rule(sighting)), _OTHER)


def generation(kind: DeviceKind, mtp_model: str = "", manufacturer: str = "") -> Generation:
    """The generation, from the MTP model where it is known: `HoloLens 2`, or `Windows Device` for the first
    (facts/enrolment §4.1), else from the USB identity."""
    model = mtp_model.casefold()
    if "hololens 2" in model:
        return Generation.HOLOLENS_2
    if "hololens" in model or (model == "windows device" and "microsoft" in manufacturer.casefold()):
        return Generation.HOLOLENS_1
    return {DeviceKind.HOLOLENS_1: Generation.HOLOLENS_1, DeviceKind.HOLOLENS_2: Generation.HOLOLENS_2}.get(
        kind, Generation.UNKNOWN)
