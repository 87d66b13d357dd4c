"""Headsets as Linux USB gadgets inside the guest: dummy_hcd, configfs, FunctionFS, each served by its own `umtprd`.

Unit I has the serial HLSIM000I and sits on virtual controller dummy_udc.(I-1), which is port `B-1` of a bus of its own; it can be
plugged into another controller, which is another port. Facts: usb-lab.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

GADGETS = Path("/sys/kernel/config/usb_gadget")
PRODUCT_ID = 0x0652
FIRMWARE = "10.0.22621.0"


def load(controllers: int) -> None:
    """Bring up so many virtual controllers and the file systems that gadgets need."""
    subprocess.run(["modprobe", "dummy_hcd", f"num={controllers}", "is_super_speed=0"], check=True)
    for module in ("libcomposite", "usb_f_fs"):
        subprocess.run(["modprobe", module], check=True)
    if not GADGETS.exists():
        subprocess.run(["mount", "-t", "configfs", "none", "/sys/kernel/config"], check=True)


@dataclass
class Gadget:
    """One virtual headset."""

    number: int
    controller: int = -1
    _server: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def serial(self) -> str:
        return f"HLSIM{self.number:04d}"

    @property
    def storage(self) -> Path:
        """The folder behind the unit's storage."""
        return Path(f"/run/units/{self.number}/storage")

    @property
    def documents(self) -> Path:
        return self.storage / "Documents"

    @property
    def _gadget(self) -> Path:
        return GADGETS / f"unit{self.number}"

    @property
    def _ffs(self) -> Path:
        return Path(f"/dev/ffs-unit{self.number}")

    def make(self, product: str = "Microsoft HoloLens") -> "Gadget":
        """Describe the device; it is not on the bus yet."""
        self.documents.mkdir(parents=True)
        gadget, function = self._gadget, f"ffs.unit{self.number}"
        for folder in (gadget, gadget / "strings/0x409", gadget / "configs/c.1/strings/0x409", gadget / f"functions/{function}"):
            folder.mkdir(parents=True, exist_ok=True)
        for name, value in (("idVendor", "0x045e"), ("idProduct", f"{PRODUCT_ID:#06x}"), ("bcdUSB", "0x0200"),
                            ("strings/0x409/serialnumber", self.serial), ("strings/0x409/manufacturer", "Microsoft"),
                            ("strings/0x409/product", product), ("configs/c.1/strings/0x409/configuration", "MTP")):
            (gadget / name).write_text(value)
        (gadget / "configs/c.1" / function).symlink_to(gadget / "functions" / function)
        self._ffs.mkdir()
        subprocess.run(["mount", "-t", "functionfs", f"unit{self.number}", self._ffs], check=True)
        settings = {
            "manufacturer": '"Microsoft"', "product": '"HoloLens 2"', "serial": f'"{self.serial}"',
            "firmware_version": f'"{FIRMWARE}"', "interface": '"MTP"', "usb_vendor_id": "0x045e",
            "usb_product_id": f"{PRODUCT_ID:#06x}", "usb_class": "0x6", "usb_subclass": "0x1", "usb_protocol": "0x1",
            "usb_dev_version": "0x3008", "usb_functionfs_mode": "0x1", "usb_dev_path": f'"{self._ffs}/ep0"',
            "usb_epin_path": f'"{self._ffs}/ep1"', "usb_epout_path": f'"{self._ffs}/ep2"', "usb_epint_path": f'"{self._ffs}/ep3"',
            "usb_max_packet_size": "0x200", "no_inotify": "0x1"}
        text = f'storage "{self.storage}" "Internal Storage" "rw"\n' + "".join(f"{k} {v}\n" for k, v in settings.items())
        self._settings.write_text(text)
        return self

    @property
    def _settings(self) -> Path:
        return Path(f"/run/units/{self.number}/umtprd.conf")

    def plug(self, controller: int | None = None) -> None:
        """Put the cable in, with a fresh responder: one that saw a disconnect opens its endpoints anew a second later."""
        self.controller = self.number - 1 if controller is None else controller
        if self._server is None:
            self._server = subprocess.Popen([shutil.which("umtprd") or "umtprd", "-conf", self._settings],
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _until(lambda: (self._ffs / "ep3").exists(), "the responder wrote no descriptors")
        (self._gadget / "UDC").write_text(f"dummy_udc.{self.controller}")

    def unplug(self) -> None:
        """Pull the cable, also in the middle of a transfer."""
        with suppress(OSError):          # the responder has just let go of it by itself
            (self._gadget / "UDC").write_text("\n")
        if self._server is not None:
            self._server.send_signal(signal.SIGKILL)
            self._server.wait()
            self._server = None
        _until(lambda: not (self._ffs / "ep3").exists(), "the endpoints stayed")

    def enumerated(self) -> str:
        """Wait until the kernel has configured it; the topology path of its port."""
        seen: dict[str, str] = {}

        def shown() -> bool:
            seen.update(ports())
            return self.serial in seen

        _until(shown, f"{self.serial} was not enumerated")
        return seen[self.serial]


def ports() -> dict[str, str]:
    """Topology path of the port of every configured gadget, by serial, as the kernel shows it."""
    shown = {}
    for device in Path("/sys/bus/usb/devices").iterdir():
        with suppress(OSError):
            if (device / "bConfigurationValue").read_text().strip():
                shown[(device / "serial").read_text().strip()] = device.name
    return shown


def _until(true: Callable[[], bool], otherwise: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(otherwise)
        time.sleep(0.005)       # configfs and sysfs tell of no change: a poll with an end
