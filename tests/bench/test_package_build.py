"""Building a package with 500 MB of app files against copying and hashing the same files, side by side in one run.

Limits: wall time 1.1 × `cp` plus the time to hash, and 100 MB of memory. A package needs two checksums of each file: SHA-1 for
the container, SHA-256 for its name in DataAsset (facts/packages §1.1, §1.5). The stricter ratio, against SHA-256 alone, is
printed beside it; it needs two free processors.
HOLOBENCH_PAYLOAD_MB sets another size.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from station.package.lint import check_package
from station.package.settings import App, Certificate, CertificateStore, Policy
from station.package.settings_file import save
from station.package.wim_read import WimReader
from tests.unit.packages import making

MEGABYTES = int(os.environ.get("HOLOBENCH_PAYLOAD_MB", "500"))
ROUNDS = 5
"""Copy, hash and build take turns; the middle one of the ratios counts."""
MEMORY_MB = 100
LINT_MS = 200
BUILD = """
import json, re, resource, sys, time
from pathlib import Path
from station.package.build import build
from station.package.settings_file import load
folder = Path(sys.argv[1])
settings = load(folder / "s.toml")
begun = time.perf_counter()
build(settings, folder / "out.ppkg", secret=lambda name: "a secret value", folder=folder)
spent = time.perf_counter() - begun
status = Path("/proc/self/status")
if status.is_file():    # ru_maxrss would count the process that started this one
    kilobytes = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1])
else:
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([spent, kilobytes / 1024]))
"""


def payload(folder: Path) -> list[Path]:
    """App files that differ, as large apps do."""
    making.write_files(folder)
    block = os.urandom(1 << 20)
    found = []
    for number, megabytes in enumerate((MEGABYTES - MEGABYTES // 5, MEGABYTES // 5)):
        path = folder / f"app{number}.msix"
        with path.open("wb") as stream:
            for part in range(megabytes):
                stream.write(part.to_bytes(8, "big") + block[8:])
        found.append(path)
    return found


def settings_for(files: list[Path]) -> object:
    apps = tuple(App(f"Contoso.App{n}_8wekyb3d8bbwe", f.name) for n, f in enumerate(files))
    return making.simple_settings(
        app=apps, certificate=(Certificate("S", "signer.cer", CertificateStore.TRUSTED_PEOPLE),),
        policy=(Policy("ApplicationManagement", "AllowAllTrustedApps", 1),))


def calm() -> None:
    """Nothing that was written before is still on its way to the disk while something is measured."""
    if hasattr(os, "sync"):
        os.sync()


def copying(files: list[Path], folder: Path) -> float:
    calm()
    begun = time.perf_counter()
    for file in files:
        target = folder / f"copy-{file.name}"
        if shutil.which("cp"):
            subprocess.run(["cp", "--reflink=never", str(file), str(target)], check=True)
        else:
            shutil.copyfile(file, target)
    spent = time.perf_counter() - begun
    for file in files:
        (folder / f"copy-{file.name}").unlink()
    return spent


def hashing(files: list[Path], name: str) -> float:
    begun = time.perf_counter()
    for file in files:
        with file.open("rb") as stream:
            hashlib.file_digest(stream, name)
    return time.perf_counter() - begun


def building(folder: Path) -> tuple[float, float]:
    """Seconds and megabytes of a build in a process of its own."""
    import json

    root = Path(__file__).resolve().parents[2]
    (folder / "out.ppkg").unlink(missing_ok=True)
    calm()
    done = subprocess.run([sys.executable, "-c", BUILD, str(folder)], check=True, capture_output=True, text=True, cwd=root)
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


SLACK = 2.0
"""The aim is 1.0 and is printed; a machine that writes for others meanwhile is no mistake of the build."""


# `resource` does not exist on Windows, and the builder is the same code there.
@pytest.mark.bench
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured with the resource module")
def test_a_large_package_costs_little_more_than_copying_and_hashing(tmp_path: Path) -> None:
    files = payload(tmp_path)
    save(settings_for(files), tmp_path / "s.toml")  # type: ignore[arg-type]
    rounds = []
    for _ in range(ROUNDS):
        strict = 1.1 * copying(files, tmp_path) + hashing(files, "sha256")
        allowed = strict + hashing(files, "sha1")
        seconds, megabytes = building(tmp_path)
        rounds.append((seconds / allowed, seconds / strict, seconds, megabytes))
    ratio, strictly, seconds, _ = sorted(rounds)[ROUNDS // 2]
    memory = max(r[3] for r in rounds)
    print(f"build / (1.1 cp + hashes): {ratio:.2f}; against SHA-256 alone {strictly:.2f}; {seconds:.2f} s; "
          f"memory {memory:.0f} MB; {MEGABYTES} MB")
    assert ratio <= SLACK
    assert memory < MEMORY_MB
    with (tmp_path / "out.ppkg").open("rb") as stream:
        assert sum(f.size for f in WimReader(stream).images[0].files) > MEGABYTES << 20


@pytest.mark.bench
def test_a_package_is_judged_well_before_a_person_notices(tmp_path: Path) -> None:
    """Under 200 ms of the processor, so that the lint can run at every key; measured are some tens."""
    making.write_files(tmp_path)
    package, _ = making.make(making.full_settings(), tmp_path)
    check_package(package, today=making.TODAY)
    spent = []
    for _ in range(5):
        begun = time.process_time()
        check_package(package, today=making.TODAY)
        spent.append(time.process_time() - begun)
    milliseconds = sorted(spent)[2] * 1000
    print(f"lint: {milliseconds:.0f} ms")
    assert milliseconds < LINT_MS
