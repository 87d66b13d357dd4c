"""What the lab's guest boots from: Debian's kernel as a bare ELF file and an initramfs that reaches this machine's own root.

Made once into a folder of its own (`HOLOBENCH_LAB`, default /var/tmp/holobench-lab). The ordinary kernel, not the cloud one,
which lacks dummy_hcd and the gadget functions. A bare ELF boots through PVH and saves the slow unpacking under emulation.
"""

import gzip
import lzma
import os
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_console")


@dataclass(frozen=True, slots=True)
class Kernel:
    """A prepared kernel: `image` bare ELF, `initramfs`, `modules` the folder that holds lib/modules."""

    image: Path
    initramfs: Path
    modules: Path


def home() -> Path:
    """Where the lab keeps its kernel."""
    return Path(os.environ.get("HOLOBENCH_LAB", "/var/tmp/holobench-lab"))


def prepared() -> Kernel:
    """The kernel, fetched and unpacked at the first call. Raises CalledProcessError where Debian's archive is out of reach."""
    folder = home()
    kernel = Kernel(folder / "vmlinux", folder / "initramfs.cpio", folder / "kernel")
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _unpack(folder, kernel.modules)
        kernel.image.write_bytes(bare(next((kernel.modules / "boot").glob("vmlinuz-*")).read_bytes()))
        (folder / "ready").touch()
    kernel.initramfs.write_bytes(_initramfs(kernel.modules))
    return kernel


def _unpack(folder: Path, target: Path) -> None:
    subprocess.run(["apt-get", "update", "-qq"], check=False)       # lists as old as an image name packages that are gone
    named = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], check=True, capture_output=True, text=True).stdout
    package = next(line.split()[-1] for line in named.splitlines() if "Depends: linux-image-" in line)
    subprocess.run(["apt-get", "download", "-qq", package], check=True, cwd=folder)
    subprocess.run(["dpkg", "-x", next(folder.glob("linux-image-*.deb")), target], check=True)
    subprocess.run(["depmod", "-b", target, _version(target)], check=True)


def _version(modules: Path) -> str:
    return next((modules / "lib/modules").iterdir()).name


def bare(image: bytes) -> bytes:
    """The ELF file inside a bzImage (boot protocol: payload offset and length at 0x248, set-up sectors at 0x1f1)."""
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = ((image[0x1F1] or 4) + 1) * 512 + offset
    payload = image[start:start + length]
    if payload.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMADecompressor().decompress(payload)
    if payload.startswith(b"\x1f\x8b"):
        return gzip.decompress(payload)
    program = "zstd" if payload.startswith(b"\x28\xb5\x2f\xfd") else "lz4"
    return subprocess.run([program, "-dc"], input=payload, capture_output=True, check=False).stdout


def _initramfs(modules: Path) -> bytes:
    files: dict[str, bytes] = {"init": (HERE / "guest_init.sh").read_bytes(), "bin/busybox": _busybox()}
    order: list[str] = []
    for module in MODULES:
        shown = subprocess.run(["modprobe", "-d", modules, "-S", _version(modules), "--show-depends", module], check=True,
                               capture_output=True, text=True).stdout
        for line in shown.splitlines():
            path = Path(line.removeprefix("insmod").strip()) if line.startswith("insmod") else None
            if path is not None and path.name not in order:
                order.append(path.name)
                files[f"modules/{path.name}"] = path.read_bytes()
    files["modules/order"] = "\n".join(order).encode() + b"\n"
    folders = ("bin", "modules", "dev", "proc", "sys", "lower", "upper", "new")
    return b"".join((*(_entry(f, b"", 0o040755) for f in folders), *(_entry(n, d, 0o100755) for n, d in files.items()),
                     _entry("TRAILER!!!", b"", 0)))


def _busybox() -> bytes:
    return Path(shutil.which("busybox") or "/bin/busybox").read_bytes()


def _entry(name: str, data: bytes, mode: int) -> bytes:
    """One entry of a cpio archive of the newc form."""
    raw = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)
    head = b"070701" + b"".join(b"%08x" % f for f in fields) + raw
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)
