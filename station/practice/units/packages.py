"""What a headset makes of a provisioning package that lies in its root. Source: facts/enrolment §2.3, §1.6–1.8."""

from collections.abc import Callable
from dataclasses import dataclass

_WIM_MAGIC = b"MSWIM\0\0\0"


@dataclass(frozen=True, slots=True)
class PackageContent:
    """What counts for the pages that follow. `error` is "" for a package that applies; `wifi` an SSID or ""."""

    error: str = ""
    wifi: str = ""
    local_user: str = ""
    bulk_token: bool = False
    mdm_enrolment: bool = False


PackageReader = Callable[[bytes], PackageContent]
"""Reads a package; the composition hands in one that looks into it."""


def container_only(data: bytes) -> PackageContent:
    """Looks no further than the container: an encrypted package, or none at all, fails (facts/enrolment §2.1)."""
    return PackageContent() if data.startswith(_WIM_MAGIC) else PackageContent(error="the package cannot be read")
