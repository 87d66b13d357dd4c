"""What the lab measures of copies to and from a unit: speed beside libmtp's own programs, fairness, and pulled cables."""

import gc
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from station.links.mtp.opening import open_storage
from station.links.mtp.pyusb_pipe import UsbAddress, default_backend
from station.links.mtp.storage import DeviceStorage, UnfinishedCopy, remove_unfinished
from station.model.errors import HoloBenchError
from station.model.timing import Deadline
from tests.lab.inside.gadgets import PRODUCT_ID, Gadget

MB = 1 << 20
DOCUMENTS = ("Documents",)
COPY_SECONDS = 300.0
PEER_TRIES = 3


def storage_of(unit: Gadget, seconds: float = 60.0, *, proved: bool = True) -> DeviceStorage:
    """The product's storage over a plugged unit; not `proved`: without reading back what was sent."""
    address = UsbAddress(unit.enumerated(), 0x045E, PRODUCT_ID)
    return open_storage(default_backend(), address, Deadline(seconds), **({} if proved else {"read_back_limit": 0}))


def copy_rates(unit: Gadget, size: int, rounds: int) -> dict[str, list[float]]:
    """MB/s of the product and of libmtp's programs with one unit, in turns; each copy opens and closes the unit."""
    source, back = Path("/tmp/sent.bin"), Path("/tmp/back.bin")
    source.write_bytes(os.urandom(size))
    rates: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        for _ in range(PEER_TRIES):
            begun = time.monotonic()
            with suppress(subprocess.CalledProcessError):       # libmtp gives up after five seconds, and a machine may be busy
                work()
                rates.setdefault(name, []).append(size / MB / (time.monotonic() - begun))
                return
        raise TimeoutError(f"{name}: failed {PEER_TRIES} times")

    storage_of(unit).close()         # Python's imports are not the copy's
    for number in range(rounds):
        timed("ours to", lambda: _send(unit, source, proved=False))
        timed("libmtp to", lambda: _mtp("mtp-sendfile", str(source), f"theirs{number}.bin"))  # noqa: B023 - called at once
        timed("ours from", lambda: _fetch(unit, back))
        assert back.read_bytes() == source.read_bytes()
        identity = next(b.split()[0] for b in _mtp("mtp-files").split("File ID:")[1:] if "ours.bin" in b)
        timed("libmtp from", lambda: _mtp("mtp-getfile", identity, "/tmp/theirs.back"))  # noqa: B023 - called at once
        timed("ours to and proved", lambda: _send(unit, source, proved=True))
        (unit.storage / f"theirs{number}.bin").unlink(missing_ok=True)
    return rates


def _send(unit: Gadget, source: Path, *, proved: bool) -> None:
    storage = storage_of(unit, proved=proved)
    try:
        number = storage.storages(Deadline(30))[0].id
        storage.put(source, number, DOCUMENTS, "ours.bin", Deadline(COPY_SECONDS), replace=True)
    finally:
        storage.close()


def _fetch(unit: Gadget, target: Path) -> None:
    storage = storage_of(unit)
    try:
        storage.get(storage.storages(Deadline(30))[0].id, DOCUMENTS, "ours.bin", target, Deadline(COPY_SECONDS))
    finally:
        storage.close()


def _mtp(*words: str) -> str:
    """What one of libmtp's programs says; into a file, for it tells its progress often and must not wait for a reader."""
    program = shutil.which(words[0])
    assert program is not None, f"{words[0]} is missing"
    with Path("/tmp/mtp.out").open("w+", errors="replace") as said:
        subprocess.run([program, *words[1:]], check=True, stdout=said, stderr=subprocess.STDOUT, timeout=COPY_SECONDS)
        said.seek(0)
        return said.read()


def listening(unit: Gadget, times: int) -> list[tuple[bool, bool]]:
    """Listen in vain between questions to a unit: whether it told of a change, and whether it answered the question after."""
    storage = storage_of(unit)
    (unit.documents / "there.bin").write_bytes(b"there")
    try:
        number = storage.storages(Deadline(30))[0].id
        return [(storage.news(), "there.bin" in [f.name for f in storage.list(number, DOCUMENTS, Deadline(30))])
                for _ in range(times)]
    finally:
        storage.close()


def fairness(units: Sequence[Gadget], size: int) -> list[float]:
    """Seconds that each of several units took for the same copy at the same time."""
    content = os.urandom(size)
    took = [0.0] * len(units)
    barrier = threading.Barrier(len(units))

    def copy(index: int) -> None:
        storage = storage_of(units[index], 120, proved=False)
        try:
            number = storage.storages(Deadline(60))[0].id
            path = Path(f"/tmp/fair-{index}.bin")
            path.write_bytes(content)
            barrier.wait(120)
            begun = time.monotonic()
            storage.put(path, number, DOCUMENTS, "fair.bin", Deadline(COPY_SECONDS), replace=True)
            took[index] = time.monotonic() - begun
        finally:
            storage.close()

    threads = [threading.Thread(target=copy, args=(i,)) for i in range(len(units))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def cut_copies(unit: Gadget, points: int, size: int, *, to_unit: bool) -> dict[str, Any]:
    """Pull the cable at so many points of a copy: what was wrong after each ("" where all was clean), and what was leaked."""
    source = Path("/tmp/cut.bin")
    source.write_bytes(os.urandom(size))
    shutil.copyfile(source, unit.documents / "whole.bin")
    _cut_once(unit, source, 0.5, to_unit=to_unit)        # what libusb keeps for good is there from now on
    before = held()
    wrong = [_cut_once(unit, source, (point + 1) / (points + 1), to_unit=to_unit) for point in range(points)]
    return {"wrong": wrong, "leaked": {name: count - before[name] for name, count in held().items()}}


def held() -> dict[str, int]:
    """Threads (the system's count) and open handles of this process, once what nobody refers to is gone."""
    gc.collect()
    return {"threads": len(os.listdir("/proc/self/task")), "handles": len(os.listdir("/proc/self/fd"))}


def _cut_once(unit: Gadget, source: Path, share: float, *, to_unit: bool) -> str:
    target = Path("/tmp/cut.back")
    target.unlink(missing_ok=True)
    pulled = threading.Event()

    def progress(done: int, total: int) -> None:
        if not pulled.is_set() and done >= total * share:
            pulled.set()
            unit.unplug()

    unit.plug()
    storage = storage_of(unit)
    try:
        number = storage.storages(Deadline(30))[0].id
        if to_unit:
            storage.put(source, number, DOCUMENTS, "cut.ppkg", Deadline(60), replace=True, progress=progress)
        else:
            storage.get(number, DOCUMENTS, "whole.bin", target, Deadline(60), progress=progress)
        return "the copy claims to have succeeded"
    except HoloBenchError as error:
        if error.code != "mtp.unplugged":
            return f"told {error.code}"
        unfinished = error.values.get("unfinished")
    finally:
        storage.close()
    if not to_unit:
        return "a partial file was kept" if list(target.parent.glob("cut.back*")) else ""
    return _reconnected(unit, unfinished) if isinstance(unfinished, UnfinishedCopy) else "nothing tells what was cut off"


def _reconnected(unit: Gadget, unfinished: UnfinishedCopy) -> str:
    """Plug in again and let the product remove what was cut off; looked for in the folder behind the unit's storage."""
    unit.plug()
    storage = storage_of(unit)
    try:
        remove_unfinished(storage, unfinished, Deadline(30))
    finally:
        storage.close()
        unit.unplug()
    return "a partial package stayed" if (unit.documents / unfinished.name).exists() else ""
