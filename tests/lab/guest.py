"""A QEMU guest for the lab: this machine's own root read-only under a tmpfs, so that it runs the same Python and checkout.

Software emulation, no KVM needed; nothing that the guest writes reaches this machine except its shared folder. `qemu_units` are
QEMU's own usb-mtp devices (46f4:0004), a second and independent MTP responder.
"""

import os
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.lab.kernel import HERE, Kernel, prepared
from tests.lab.processor_clock import kilohertz

MACHINE = "q35,smm=off,vmport=off,hpet=off,graphics=off,i8042=off,usb=off,sata=off"
CPU = "max,-erms,-fsrm"
"""All that can be emulated, but not the fast string moves: they are emulated byte by byte and copies take three times as long."""

QUIET = ("console=ttyS0 quiet panic=-1 mitigations=off nokaslr nopti audit=0 tsc=reliable no_timer_check random.trust_cpu=on "
         "rcupdate.rcu_expedited=1 usbcore.autosuspend=-1 nowatchdog")


class Guest:
    """One boot, one command. `folder` is shared with the guest as /run/lab and holds what the command left there."""

    def __init__(self, folder: Path, *, qemu_units: int = 0, memory: int = 2048) -> None:
        self.folder = folder
        self._qemu_units = qemu_units
        self._memory = memory
        self.output = ""

    def run(self, command: Sequence[str], seconds: float, environment: Mapping[str, str] | None = None) -> int:
        """Boot, run, power off; the command's status, 124 when the time was up, 125 when the guest ended without one."""
        lines = [f"export {k}={shlex.quote(v)}" for k, v in (environment or {}).items()]
        lines += [f"cd {shlex.quote(str(Path.cwd()))}", shlex.join(command)]
        (self.folder / "command").write_text("\n".join(lines) + "\n")
        with subprocess.Popen(self._qemu(prepared()), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace") as qemu:
            listener = threading.Thread(target=self._listen, args=(qemu,), daemon=True)
            listener.start()
            try:
                qemu.wait(seconds)
            except subprocess.TimeoutExpired:
                qemu.kill()
                return 124
            finally:
                listener.join(10)
        status = self.folder / "status"
        return int(status.read_text()) if status.exists() else 125

    def _listen(self, qemu: "subprocess.Popen[str]") -> None:
        assert qemu.stdout is not None
        for line in qemu.stdout:
            self.output += line
            sys.stdout.write(line)
            sys.stdout.flush()

    def _qemu(self, kernel: Kernel) -> list[str]:
        speed = kilohertz()
        clock = f"tsc_early_khz={speed}" if speed else ""
        append = f"{QUIET} {clock} lab.stage={HERE / 'guest_stage.sh'} lab.modules={kernel.modules}"
        # Not the chardev "stdio": at the end of its input it counts as hung up, and a guest that writes to it waits for ever.
        words = ["qemu-system-x86_64", "-M", MACHINE, "-accel", "tcg,thread=multi,tb-size=1024", "-cpu", CPU, "-smp", "2",
                 "-m", str(self._memory), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                 "-kernel", str(kernel.image), "-initrd", str(kernel.initramfs), "-append", append,
                 "-serial", f"file:{self.folder / 'console'}",
                 "-device", "virtio-serial-pci", "-chardev", "file,id=out,path=/dev/stdout",
                 "-device", "virtserialport,chardev=out,name=out,nr=1",
                 "-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap",
                 "-device", "virtio-9p-pci,fsdev=root,mount_tag=hostroot",
                 "-fsdev", f"local,id=run,path={self.folder},security_model=none",
                 "-device", "virtio-9p-pci,fsdev=run,mount_tag=labrun"]
        if self._qemu_units:
            words += ["-device", "qemu-xhci,id=xhci,p2=15,p3=15"]
        for number in range(1, self._qemu_units + 1):
            files = self.folder / f"unit-{number}"
            files.mkdir(exist_ok=True)
            unit = f"usb-mtp,id=mtp{number},bus=xhci.0,rootdir={files},desc=Storage,readonly=off,serial=QEMU{number}"
            words += ["-device", unit]
        return words


def scratch() -> Path:
    """A folder for one boot."""
    return Path(tempfile.mkdtemp(prefix="holobench-lab-", dir=os.environ.get("TMPDIR")))
