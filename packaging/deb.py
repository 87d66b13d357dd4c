"""A Debian package of the frozen program, with udev rules, menu entry and icon.

    python packaging/deb.py dist/holobench OUT_FOLDER      the folder that PyInstaller made; prints the path of the package

Needs dpkg-deb. The package is for the architecture of this machine and needs the libraries of Qt that system_packages.toml names.
"""

import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONTROL = """\
Package: holobench
Version: {version}
Architecture: {architecture}
Maintainer: The HoloBench developers <holobench@example.invalid>
Section: admin
Priority: optional
Installed-Size: {size_kib}
Depends: {depends}
Recommends: gnome-keyring | kwalletmanager
Description: provisioning bench for Microsoft HoloLens
 Detects headsets, builds and pushes provisioning packages, registers Autopilot
 hardware hashes, walks through enrolment and shows where every unit stands.
"""
AFTER = """\
#!/bin/sh
set -e
if command -v udevadm >/dev/null && [ -d /run/udev ]; then
    udevadm control --reload
    udevadm trigger --subsystem-match=usb --action=change
fi
"""


def build(frozen: Path, out: Path) -> Path:
    """Make the package of a frozen folder in `out`. Raises CalledProcessError when dpkg-deb refuses."""
    with tempfile.TemporaryDirectory(prefix="holobench-deb-") as folder:
        tree = Path(folder, "holobench")
        _lay(frozen, tree)
        version, architecture = _version(), _said("dpkg", "--print-architecture")
        size_kib = sum(f.stat().st_size for f in tree.rglob("*") if f.is_file() and not f.is_symlink()) // 1024
        control = tree / "DEBIAN"
        control.mkdir()
        (control / "control").write_text(CONTROL.format(version=version, architecture=architecture, size_kib=size_kib,
                                                        depends=", ".join(_depends())), encoding="utf-8")
        for script in ("postinst", "postrm"):
            (control / script).write_text(AFTER, encoding="utf-8")
            (control / script).chmod(0o755)
        package = out / f"holobench_{version}_{architecture}.deb"
        out.mkdir(parents=True, exist_ok=True)
        subprocess.run(("dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--build", str(tree), str(package)), check=True,
                       stdout=subprocess.DEVNULL)
        return package


def _lay(frozen: Path, tree: Path) -> None:
    """Put every file in its place below `tree`, with the modes that a package wants."""
    shutil.copytree(frozen, tree / "opt" / "holobench", symlinks=True)
    places = {"usr/lib/udev/rules.d": sorted((ROOT / "packaging" / "udev").glob("*.rules")),
              "usr/share/applications": [ROOT / "packaging" / "linux" / "holobench.desktop"],
              "usr/share/doc/holobench": [ROOT / "LICENSE", ROOT / "README.md", ROOT / "CHANGELOG.md"]}
    for place, files in places.items():
        (tree / place).mkdir(parents=True)
        for file in files:
            shutil.copy(file, tree / place)
    icons = tree / "usr/share/icons/hicolor/scalable/apps"
    icons.mkdir(parents=True)
    shutil.copy(ROOT / "resources" / "icons" / "app.svg", icons / "holobench.svg")
    (tree / "usr/bin").mkdir()
    (tree / "usr/bin/holobench").symlink_to("/opt/holobench/holobench")
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.name == "holobench" else 0o644)


def _depends() -> list[str]:
    table = tomllib.loads((ROOT / "packaging" / "system_packages.toml").read_text(encoding="utf-8"))
    # libglib2.0-0 was renamed in Debian 13 and Ubuntu 24.04; either will do.
    names = ("libglib2.0-0 | libglib2.0-0t64" if n == "libglib2.0-0" else n for n in table["qt"]["libraries"].values())
    return ["libc6 (>= 2.34)", *names]


def _version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(build(Path(sys.argv[1]), Path(sys.argv[2])))
