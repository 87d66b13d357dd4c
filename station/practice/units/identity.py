"""Who a virtual unit is: serial, names, keys, all made up from a seed."""

import hashlib
import random
import uuid
from dataclasses import dataclass

from station.model.build import OsBuild
from station.model.words import Generation

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"

HL1_BUILD = OsBuild(17763, 380)
HL2_BUILD = OsBuild(20348, 1528)
OLD_BUILD = OsBuild(18362, 1039)


@dataclass(frozen=True, slots=True)
class UnitIdentity:
    """`serial` is the label's (12 digits), `usb_serial` the 32 hexadecimal digits of the descriptor, `mac` six bytes."""

    serial: str
    name: str
    usb_serial: str
    mac: bytes
    uuid: uuid.UUID
    generation: Generation
    build: OsBuild

    @property
    def model(self) -> str:
        """What MTP says: facts/enrolment §4.1."""
        return "Windows Device" if self.generation is Generation.HOLOLENS_1 else "HoloLens 2"


def make_identity(seed: int, number: int, *, generation: Generation = Generation.HOLOLENS_2,
                  build: OsBuild | None = None) -> UnitIdentity:
    """The `number`th unit of a practice world; same seed and number, same unit."""
    dice = random.Random(f"{seed}/{number}")  # noqa: S311  (made-up identities, no secrets)
    serial = f"{dice.randrange(10 ** 9):09d}{number % 1000:03d}"
    usb_serial = hashlib.sha256(f"usb/{serial}".encode()).hexdigest()[:32]
    first = generation is Generation.HOLOLENS_1
    name = ("HoloLens-" if first else "HOLOLENS-") + "".join(dice.choices(_LETTERS, k=5 if first else 6))
    mac = bytes([0x4C, 0x0B, 0xBE]) + dice.randbytes(3)
    return UnitIdentity(serial, name, usb_serial, mac, uuid.UUID(int=dice.getrandbits(128)), generation,
                        build or (HL1_BUILD if first else HL2_BUILD))
