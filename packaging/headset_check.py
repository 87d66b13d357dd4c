"""Asks a real headset what nobody has published, once, and writes the answers down.

    python packaging/headset_check.py OUT.json        one headset plugged in, nothing else that matters

Walks a person through the states of one HoloLens (see docs/windows-check.md) and records in each of them what the bus shows and
what the headset says when it is opened. In states that show a storage it also writes, reads back and deletes one small file.
Serials are kept to their first and last two characters; look the file over before you send it to anybody.
"""

import io
import json
import platform
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from station.links.mtp.opening import Seen, open_unit  # noqa: E402
from station.links.mtp.storage import DeviceStorage, StorageDescription  # noqa: E402
from station.links.usb.allow_list import shipped  # noqa: E402
from station.links.usb.desk import Eyes, system_eyes  # noqa: E402
from station.links.usb.identify import identify  # noqa: E402
from station.links.usb.sighting import UsbSighting  # noqa: E402
from station.model.errors import HoloBenchError  # noqa: E402
from station.model.timing import Deadline  # noqa: E402

FORMAT = 1
MICROSOFT, QUALCOMM = 0x045E, 0x05C6
PROBE = "holobench-check.txt"
OPEN_S = 60.0
_SERIAL = re.compile(r"\b(?=[0-9A-Za-z]*\d)[0-9A-Za-z]{8,}\b")

Opener = Callable[[Seen, Deadline], DeviceStorage]


@dataclass(frozen=True, slots=True)
class State:
    """One state that the headset is brought into. `opens` is whether its storage is asked."""

    key: str
    request: str
    opens: bool = True


STATES = (
    State("setup-first-page", "Reset or flash the headset, switch it on, stay on the hummingbird (first one: the blue box)."),
    State("setup-after-chord", "On the same page: press Volume Down and Power together, and let go."),
    State("setup-two-minutes-later", "Wait two minutes without touching anything."),
    State("setup-network-page", "Go on to the page where a network is chosen."),
    State("signed-in", "Finish setup and sign in; stay on the start menu."),
    State("signed-in-after-chord", "Press Volume Down and Power together, let go, and wait two minutes."),
    State("locked", "Press Power twice, so that the sign-in screen is shown, and do not sign in."),
    State("asleep", "Press Power once, so that it sleeps.", opens=False),
    State("flash-mode", "Switch off (hold Power for 15 seconds), hold Volume Up, tap Power: only the middle light is on.",
          opens=False),
)


def main(arguments: list[str]) -> int:
    """The script; 0, or 2 for a wrong call."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    report = check(system_eyes(), open_unit, input, print)
    Path(arguments[0]).write_text(json.dumps(report, indent=2, ensure_ascii=False), encoding="utf-8")
    print(f"Written: {arguments[0]}")
    return 0


def check(eyes: Eyes, opener: Opener, ask: Callable[[str], str], tell: Callable[[str], object]) -> dict[str, Any]:
    """Walk through the states; the report."""
    states = {}
    for state in STATES:
        answer = ask(f"\n{state.request}\n  Enter: done   s: skip   q: end   > ").strip().casefold()
        if answer == "q":
            break
        if answer != "s":
            states[state.key] = _recorded(state, eyes, opener)
            tell(json.dumps(states[state.key], indent=2, ensure_ascii=False))
    return {"format": FORMAT, "system": platform.platform(), "python": platform.python_version(),
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "states": states}


def _recorded(state: State, eyes: Eyes, opener: Opener) -> dict[str, Any]:
    devices = [s for s in eyes.reader.read() if s.vendor_id in (MICROSOFT, QUALCOMM)]
    told: dict[str, Any] = {"devices": [_device(s) for s in devices]}
    if state.opens:
        for sighting in devices:
            identity = identify(sighting, shipped())
            if identity.is_headset or identity.kind.value == "maybe":
                told["opened"] = _opened(sighting, opener)
    return told


def _device(sighting: UsbSighting) -> dict[str, Any]:
    told = asdict(sighting)
    told["kind"] = identify(sighting, shipped()).kind.value
    told["ids"] = sighting.ids
    return dict(_masked(told))


def _opened(sighting: UsbSighting, opener: Opener) -> dict[str, Any]:
    """What the headset says; what went wrong is an answer too."""
    told: dict[str, Any] = {}
    began = time.monotonic()
    try:
        storage = opener(sighting, Deadline(OPEN_S))
    except HoloBenchError as error:
        return {"error": error.code, "detail": mask(error.detail)}
    told["open_seconds"] = round(time.monotonic() - began, 2)
    try:
        told["description"] = dict(_masked(asdict(storage.describe(Deadline(OPEN_S)))))
        shown = storage.storages(Deadline(OPEN_S))
        told["storages"] = [asdict(s) for s in shown]
        if shown:
            told |= _folders(storage, shown[0])
    except HoloBenchError as error:
        told |= {"error": error.code, "detail": mask(error.detail)}
    finally:
        storage.close()
    return told


def _folders(storage: DeviceStorage, shown: StorageDescription) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, folder in (("root", ()), ("documents", ("Documents",))):
        try:
            told[name] = [{"name": mask(e.name), "folder": e.is_folder, "size": e.size} for e in storage.list(shown.id, folder,
                                                                                                            Deadline(OPEN_S))]
            storage.put(io.BytesIO(b"HoloBench was here.\r\n" * 50), shown.id, folder, PROBE, Deadline(OPEN_S), replace=True)
            storage.delete(shown.id, folder, PROBE, Deadline(OPEN_S))
            told[f"{name}_writable"] = True
        except HoloBenchError as error:
            told[f"{name}_writable"] = error.code
    return told


def mask(text: str) -> str:
    """Long words that hold a digit lose their middle: serials, instance ids, device names."""
    return _SERIAL.sub(lambda m: f"{m[0][:2]}{'*' * (len(m[0]) - 4)}{m[0][-2:]}", text)


def _masked(told: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in told.items():
        if key in ("serial", "friendly_name") and isinstance(value, str):
            yield key, mask(value)
        elif key == "system_ids":
            yield key, [mask(v) for v in value]
        else:
            yield key, value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
