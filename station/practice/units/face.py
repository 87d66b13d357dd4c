"""What the MTP side of a virtual unit asks of the unit that it belongs to."""

from datetime import datetime
from typing import Protocol

from station.links.mtp.codec import DeviceInfo
from station.practice.units.drive import VirtualDrive


class UnitFace(Protocol):
    """What the responder asks of the unit that it belongs to."""

    drive: VirtualDrive

    def device_info(self) -> DeviceInfo:
        """The dataset of GetDeviceInfo."""

    def device_property(self, code: int) -> bytes | None:
        """The packed value of a device property, None if there is none."""

    def storage_shown(self) -> bool:
        """Whether the page and the signed-in user let the storage be seen."""

    def quirk(self, name: str) -> bool:
        """Whether an odd behaviour is on."""

    def bench_seconds(self) -> float:
        """The clock's monotonic bench seconds."""

    def now(self) -> datetime:
        """Bench time."""

    def through(self, size: int) -> int:
        """So many bytes of file data are on the cable; how many of them get through before it comes out."""

    def stored(self, name: str) -> None:
        """A file is complete."""
