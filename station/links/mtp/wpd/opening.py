"""Which portable device is the unit in a port: the one whose interface path begins with an instance id of that unit."""

from collections.abc import Iterable

from station.links.mtp.wpd.com import Com, ComError
from station.links.mtp.wpd.device import listed
from station.links.mtp.wpd.refusals import explain
from station.links.mtp.wpd.storage import WpdStorage
from station.model.errors import LinkError
from station.model.timing import Deadline


def belongs(pnp_id: str, system_ids: Iterable[str]) -> bool:
    r"""Whether `\\?\usb#vid_045e&pid_f0f2#x#{…}` is the interface of `USB\VID_045E&PID_F0F2\x`."""
    path = pnp_id.casefold().removeprefix("\\\\?\\")
    return any(path.startswith(id_.casefold().replace("\\", "#") + "#") for id_ in system_ids)


def open_portable_device(com: Com, system_ids: tuple[str, ...], deadline: Deadline) -> WpdStorage:
    """The storage of a unit. Raises LinkError `usb.no-mtp-interface` where Windows shows no portable device for it."""
    deadline.check("mtp.no-answer")
    try:
        com.initialize()
        try:
            found = [d.pnp_id for d in listed(com) if belongs(d.pnp_id, system_ids)]
        finally:
            com.uninitialize()
    except ComError as error:
        raise explain(error) from error
    if not found:
        raise LinkError("usb.no-mtp-interface", ", ".join(system_ids[:1]))
    return WpdStorage(com, found[0])
