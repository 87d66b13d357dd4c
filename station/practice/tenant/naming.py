"""Device name templates of Autopilot profiles: `%SERIAL%` and `%RAND:n%`, at most 15 characters (facts: tenant §1.4)."""

import random
import re

LONGEST = 15


def device_name(template: str, serial: str, chance: random.Random) -> str:
    """The name that the template gives to a headset; "" for no template."""
    def digits(match: re.Match[str]) -> str:
        return "".join(chance.choice("0123456789") for _ in range(int(match[1])))

    name = re.sub(r"%RAND:(\d+)%", digits, template)
    free = LONGEST - len(name.replace("%SERIAL%", ""))
    return name.replace("%SERIAL%", serial[-free:] if free > 0 else "")[:LONGEST]
