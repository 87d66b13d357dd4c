"""A virtual HoloLens as a person has it on the bench: what can be seen of it, and what hands can do to it."""

from collections.abc import Callable
from dataclasses import dataclass

from station.practice.units.battery import Battery
from station.practice.units.headset import Happening, Kind, Page, choices
from station.practice.units.machine import UnitMachine
from station.practice.units.rules import ALL_GUARDS, RULES


@dataclass(frozen=True, slots=True)
class UnitSnapshot:
    """What a practice panel and a scripted person see. `choices` are the gestures that the page offers now."""

    serial: str
    name: str
    port: str
    plugged: bool
    page: Page
    says: str
    error: str
    battery: int
    network: str
    joined: str
    choices: tuple[str, ...]
    storage: bool
    build: str
    quirks: frozenset[str]


class VirtualUnit(UnitMachine):
    """One headset. Every call may come from any thread."""

    # -- looking

    @property
    def page(self) -> Page:
        """The page the headset is on."""
        with self.lock:
            self.catch_up()
            return self._headset.page

    def snapshot(self) -> UnitSnapshot:
        """Everything that can be seen from outside."""
        with self.lock:
            self.catch_up()
            headset = self._told()
            return UnitSnapshot(self.serial, headset.device_name, self._port or self._last_port or "", self._port is not None,
                                headset.page, headset.info.says, headset.error, self.battery, headset.network, headset.joined,
                                choices(headset, RULES, ALL_GUARDS), self.storage_shown(), str(headset.build),
                                frozenset(self._quirks))

    def files(self) -> tuple[str, ...]:
        """Names of everything on the drive."""
        with self.lock:
            self.catch_up()
            return tuple(o.name for o in self.drive.everything())

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every change, in the thread that made it and outside of any guarantee of order."""
        self._listeners.append(listener)

    # -- hands

    def gesture(self, word: str, value: str = "") -> bool:
        """Touch something that the page offers (see `choices`); True if the page knew it. `value` is what is typed."""
        return self._happen(Happening(Kind.GESTURE, word, value))

    def choose(self, text: str) -> bool:
        """Choose an answer by its text."""
        return self.gesture(text)

    def connect_wifi(self, ssid: str) -> bool:
        """Pick a network and connect."""
        return self._happen(Happening(Kind.NETWORK, "up", f"wifi:{ssid}"))

    def connect_ethernet(self) -> bool:
        """Plug in an adapter; counts from the network page on."""
        return self._happen(Happening(Kind.NETWORK, "up", "ethernet"))

    def disconnect_network(self) -> bool:
        """Out of range."""
        return self._happen(Happening(Kind.NETWORK, "down"))

    def press_chord(self, hold: float = 0.3) -> bool:
        """Volume Down and Power together: a tap, or a hard restart when held for 15 seconds."""
        with self.lock:
            if hold < 2 and self._headset.info.setup:
                self._chorded = True
            return self._happen(Happening(Kind.BUTTON, "restart" if hold >= 15 else "chord")) if hold < 2 or hold >= 15 else False

    def press_power(self, hold: float = 0.3) -> bool:
        """Power alone: tap on, sleep, wake; 5 s off, 10 s restart, 15 s all lights off."""
        word = "power" if hold < 4.5 else "off" if hold < 10 or hold >= 15 else "restart"
        if word == "off" and self.page is Page.OFF:
            word = "power"
        return self._happen(Happening(Kind.BUTTON, word))

    def press_flash(self) -> bool:
        """Volume Up held while Power is tapped, on a unit that is off."""
        return self._happen(Happening(Kind.BUTTON, "flash"))

    def flash(self, build: str = "") -> bool:
        """Microsoft's tool writes an image; `build` is what is on it, "" the same as before."""
        with self.lock:
            self._flash_build = build
            return self.gesture("flash")

    def insert_stick(self, files: dict[str, bytes]) -> None:
        """A USB stick with files in its root, at the headset's own port."""
        with self.lock:
            self._stick = dict(files)
            if any(name.casefold().endswith(".ppkg") for name in files):
                self._happen(Happening(Kind.CABLE, "stick"))

    def set_battery(self, percent: int) -> None:
        """Charge or drain at once."""
        with self.lock:
            self._battery = Battery(percent, self._clock.monotonic())
            self._changed()

    def set_quirk(self, name: str, *, on: bool) -> None:
        """Switch an odd behaviour on or off."""
        with self.lock:
            (self._quirks.add if on else self._quirks.discard)(name)
            self._changed()
