"""Every odd behaviour of a headset that the documents tell of, as one table. How they are switched on: `station.practice.quirk`.

A quirk is decided once per unit (key: its serial). `source` names the fact sheet section it is read from.
"""

from collections.abc import Mapping
from types import MappingProxyType

from station.model.words import N_
from station.practice.quirk import Quirk

_ROWS: tuple[tuple[str, str, str], ...] = (
    # the cable and the USB stack
    ("unplug-during-copy", N_("The cable comes out in the middle of the first file transfer and back ten seconds later."),
     "facts/enrolment §7; facts/device-io §2.5 (upload safety)"),
    ("slow-first-answer", N_("The first answer of a session takes four bench seconds."),
     "facts/device-io §2.5: Lumia needed more than 3 s"),
    ("split-header", N_("Container header and payload come in separate transfers."), "facts/device-io §2.1: Zune responder"),
    ("zlp-swallowed", N_("Zero-length packets get lost and the next container follows in the same transfer."),
     "facts/device-io §2.5: Linux xHCI"),
    ("response-in-place-of-data", N_("Storage questions are answered by a response without data, as a locked unit does."),
     "facts/device-io §2.3: Lumia with locked screen"),
    ("stale-session", N_("A session of a killed program is still open when the station first opens the unit."),
     "facts/device-io §2.5: SessionAlreadyOpen"),
    ("out-of-step", N_("The unit still owes the rest of a transfer that a killed program began."),
     "facts/device-io §2.5: works again after the class reset"),
    ("held-by-other-program", N_("Another program (gvfs) holds the interface for the first bench minute."),
     "facts/device-io §4: EBUSY"),
    ("no-rights", N_("The operating system refuses to open the device node."), "facts/device-io §4: EACCES without udev rule"),
    ("silent", N_("The unit takes commands and never answers."), "facts/device-io §2.5: split header freezes a responder"),
    ("mtp-serial-hex", N_("The MTP serial is 32 hexadecimal digits instead of the label's."), "facts/device-io §5: Lumia"),
    ("vendor-class", N_("The MTP interface is of vendor class and has no name; only the MS OS descriptors tell what it is."),
     "facts/device-io §2.1, §2.6"),
    ("unnamed-product", N_("The USB product string does not say HoloLens."), "facts/device-io §4: Windows 10 Mobile Device"),
    # the storage
    ("zero-storages", N_("No storage is shown until somebody signs in."), "facts/device-io §2.7"),
    ("storage-after-chord", N_("In setup the storage appears only after the button chord."), "facts/enrolment §2.4, §9 point 8"),
    ("low-space", N_("The storage is nearly full; diagnostics give StorageDiagnostics.zip only."), "facts/enrolment §3.3"),
    ("read-only-storage", N_("The storage refuses writing."), "facts/device-io §2.7: writability is unverified"),
    # diagnostics
    ("stale-zip", N_("An AutopilotDiagnostics.zip of an earlier day lies in Documents."), "facts/enrolment §7 row 21"),
    ("truncated-zip", N_("The diagnostics archive is cut short."), "facts/enrolment §7 row 21: temp or stale file taken"),
    ("temp-file-never-goes", N_("HoloLensDiagnostics.temp stays and no archive appears."), "facts/enrolment §3.3"),
    ("wrong-serial-in-csv", N_("The hash file names another serial than the unit's."), "facts/enrolment §7 row 22"),
    ("damaged-hash", N_("One byte of the hardware hash is wrong."), "facts/tenant §4: checksum record"),
    ("diagnostics-disabled", N_("Policy FallbackDiagnostics is 0: the chord collects nothing."), "facts/enrolment §3.3"),
    # build and battery
    ("old-build", N_("The unit ships with 18362.1039, too old for Autopilot."), "facts/enrolment §3.1"),
    ("low-battery", N_("The battery is at 22 %."), "facts/enrolment §3.1: 45 % needed"),
    # behaviour in setup
    ("reboot-mid-step", N_("The unit restarts by itself half-way through collecting diagnostics."), "facts/enrolment §7"),
    ("falls-asleep", N_("The unit sleeps after three minutes without a touch and leaves the bus."), "facts/enrolment §4.5"),
    ("eula-shown", N_("The first search for an Autopilot profile finds nothing although one is assigned."),
     "facts/enrolment §3.6: blank profile cached"),
    ("esp-fails-0x80180014", N_("Registering for mobile management fails on the unit."), "facts/enrolment §3.9"),
    ("esp-fails-0x800705b4", N_("Securing the hardware (TPM attestation) runs out of time."), "facts/enrolment §3.10"),
    ("clock-too-old", N_("Setup says that it needs internet although it is connected."), "facts/enrolment §1.11"),
    ("package-refused", N_("The headset says that the package could not be applied."), "facts/enrolment §2.3"),
    ("tenant-locked", N_("TenantLockdown: setup waits for its profile for ever."), "facts/enrolment §3.8"),
)

QUIRKS: Mapping[str, Quirk] = MappingProxyType({name: Quirk(name, "unit", about, source) for name, about, source in _ROWS})
