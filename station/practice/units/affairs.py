"""A virtual unit's affairs with the cloud and with packages: what it asks, what comes of it. No timers, no pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from station.practice.units.cloud import AutopilotProfile, Cloud, EnrolHow, EnrolOutcome, UnitAtCloud
from station.practice.units.headset import Headset
from station.practice.units.identity import UnitIdentity
from station.practice.units.packages import PackageContent, PackageReader

ESP_FAILURES: Mapping[str, EnrolOutcome] = MappingProxyType({
    "esp-fails-0x800705b4": EnrolOutcome("0x800705b4", "Securing your hardware"),
    "esp-fails-0x80180014": EnrolOutcome("0x80180014", "Registering your device for mobile management"),
})
"""What the status page shows for the quirks of these names (facts/enrolment §3.9, §3.10)."""

_WANTED: Mapping[str, str] = MappingProxyType({"wipe": "wipe", "retire": "retire", "rebootNow": "restart"})
"""Words of the page machine by remote action; a mere sync changes no page."""

_USERLESS = frozenset({EnrolHow.AUTOPILOT, EnrolHow.BULK_PACKAGE, EnrolHow.MDM_PACKAGE})


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of applying packages, in the words of the page machine; `network` is "" where no Wi-Fi came with them."""

    word: str
    value: str = ""
    network: str = ""


class Affairs:
    """Belongs to one unit, under its lock."""

    def __init__(self, identity: UnitIdentity, cloud: Cloud, packages: PackageReader) -> None:
        self._identity = identity
        self._cloud = cloud
        self._read = packages
        self.profile: AutopilotProfile | None = None

    @property
    def renames(self) -> bool:
        """Whether the profile brings a device name, which costs a restart (facts/enrolment §3.5)."""
        return bool(self.profile and self.profile.device_name)

    def device_name(self, headset: Headset) -> str:
        """The name after Autopilot."""
        return self.profile.device_name if self.profile and self.profile.device_name else headset.device_name

    def ask_profile(self, headset: Headset, *, missed: bool) -> AutopilotProfile | None:
        """Ask for the Autopilot profile and keep it; `missed` is a blank answer that was cached."""
        self.profile = None if missed or not headset.network else self._cloud.profile_for(self._identity.serial)
        return self.profile

    def enrol(self, how: EnrolHow, headset: Headset, spoiled: str = "") -> EnrolOutcome:
        """Join and enrol; `spoiled` names a failure of `ESP_FAILURES` that comes before the cloud is asked."""
        if spoiled:
            return ESP_FAILURES[spoiled]
        name = self.device_name(headset) if how is EnrolHow.AUTOPILOT else headset.device_name
        unit = UnitAtCloud(self._identity.serial, self._identity.model, f"10.0.{headset.build}", name,
                           self._identity.mac.hex(":"))
        return self._cloud.enrol(unit, how, "" if how in _USERLESS else headset.account)

    def check_in(self, headset: Headset) -> tuple[str, ...]:
        """What device management wants of an enrolled unit that is online, in the words of the page machine."""
        if not headset.joined or not headset.network:
            return ()
        return tuple(_WANTED[a.name] for a in self._cloud.pending_actions(self._identity.serial) if a.name in _WANTED)

    def apply(self, packages: Iterable[bytes], headset: Headset, *, refused: bool) -> Applied:
        """Apply packages one after the other; the first that fails ends it."""
        contents = [self._read(data) for data in packages]
        if refused:
            contents.append(PackageContent(error="the package could not be applied"))
        failed = next((c.error for c in contents if c.error), "")
        if failed:
            return Applied("failed", failed)
        wifi = next((f"wifi:{c.wifi}" for c in contents if c.wifi), "")
        for how, wanted in ((EnrolHow.BULK_PACKAGE, any(c.bulk_token for c in contents)),
                            (EnrolHow.MDM_PACKAGE, any(c.mdm_enrolment for c in contents))):
            if wanted:
                outcome = self.enrol(how, headset) if wifi or headset.network else EnrolOutcome("no network")
                return Applied("joined" if outcome.ok else "failed", how if outcome.ok else outcome.code, wifi)
        local = next((c.local_user for c in contents if c.local_user), "")
        if local:
            return Applied("local", local, wifi)
        return Applied("network", wifi, wifi) if wifi and not headset.account else Applied("applied")
