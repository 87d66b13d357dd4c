"""The practice panel: the page that the selected slot's virtual headset shows, its buttons, its cable, its battery, its oddities.

Every press is what a person would do with hands; calls of the unit may wait for its lock, so they are made in a thread.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QSlider,
    QVBoxLayout,
)

from station.model.words import N_
from station.practice.units.unit import UnitSnapshot, VirtualUnit
from ui.context import Context
from ui.language import _
from ui.practice.pages import PICTURES
from ui.practice.side import PracticeSide
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.flow import Flow
from ui.widgets.paper import clear, column, row
from ui.widgets.picture import Picture
from ui.widgets.text import label, set_tone

LOOK_MS, GAP = 250, 6
COLUMNS, WIDE, PICTURED = 3, 1200, 1040
"""Of the presses; and the widths from which they stand in so many columns, and from which the picture is shown."""
SPEEDS = (1.0, 5.0, 20.0, 60.0, 200.0)
WIFI = "Bench"
PERSON = "lead@practice.example"
TYPED = frozenset({"Sign in", "Set PIN"})
"""Choices for which something is typed first."""
PRESSES: tuple[tuple[str, str, Callable[[VirtualUnit], object]], ...] = (
    (N_("Power"), N_("Power, pressed shortly: on, sleep, wake"), lambda unit: unit.press_power()),
    (N_("Power + Volume −"), N_("Power and Volume Down, tapped: diagnostics, packages, back to the network"),
     lambda unit: unit.press_chord()),
    (N_("Power, 5 s"), N_("Power, held for 5 s: off"), lambda unit: unit.press_power(hold=5)),
    (N_("Power + Vol. −, 15 s"), N_("Power and Volume Down, held for 15 s: hard restart"),
     lambda unit: unit.press_chord(hold=15)),
    (N_("Power, 10 s"), N_("Power, held for 10 s: restart"), lambda unit: unit.press_power(hold=10)),
    (N_("Flash mode"), N_("On a unit that is off: Volume Up held, Power tapped"), lambda unit: unit.press_flash()),
)


class PracticePanel(QFrame):
    """Follows the selected slot. Low, so that the bench above it stays in sight; narrow, its buttons stand in more rows."""

    def __init__(self, context: Context, side: PracticeSide) -> None:
        super().__init__()
        self.setProperty("paper", "panel")
        self._context = context
        self._side = side
        self._shown: UnitSnapshot | None = None
        self._picture = Picture(context.theme, QSize(150, 96))
        self._says = label("", Type.CARD)
        self._state = label("", Type.CAPTION, "soft")
        self._parts = QGridLayout(self)
        self._told = column(gap=2)
        self._choices = column(gap=GAP)
        self._buttons = QGridLayout()
        self._presses: list[QPushButton] = []
        self._typed = QLineEdit(PERSON)
        self._battery = QSlider(Qt.Orientation.Horizontal)
        self._battery_text = label("", Type.CAPTION, wrap=False)
        self._cable = button("", self._toggle_cable, icon=context.theme.icon("cable"))
        self._port = QComboBox()
        self._lay_out()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        context.live.selection.changed.connect(self.refresh)
        self.refresh()

    @property
    def unit(self) -> VirtualUnit | None:
        """The unit of the selected slot."""
        return self._side.unit_at(self._context.live.selection.slot)

    @property
    def says(self) -> str:
        """What the headset shows, in English."""
        return self._shown.says if self._shown else ""

    def refresh(self) -> None:
        """Look at the headset again."""
        unit = self.unit
        self.setEnabled(unit is not None)
        if unit is None:
            self._state.setText(_("No virtual unit belongs to this slot."))
            return
        seen = unit.snapshot()
        if seen == self._shown:
            return
        before, self._shown = self._shown, seen
        self._show(seen)
        if before is None or (before.choices, before.page, before.serial) != (seen.choices, seen.page, seen.serial):
            self._show_choices(seen)

    def press(self, act: Callable[[VirtualUnit], object]) -> None:
        """Do something with the unit's hands, in a thread."""
        unit = self.unit
        if unit is not None:
            self._context.tasks.start(self._pressed(unit, act), "practice", self)

    async def _pressed(self, unit: VirtualUnit, act: Callable[[VirtualUnit], object]) -> None:
        knew = await self._context.tasks.blocking(act, unit)
        if knew is False:
            self._context.shell.notify(_("The headset did not react: this page does not know that."))
        self.refresh()

    def _show(self, seen: UnitSnapshot) -> None:
        said = _(seen.says)
        self._says.setText(f"{said}  ({seen.error})" if seen.error else said)
        set_tone(self._says, "danger" if seen.error else "")
        self._picture.show_picture(PICTURES.get(seen.page, "unknown"), _("The headset shows: {page}").format(page=said))
        parts = [_("PRACTICE: headset {serial}, slot {slot}").format(slot=self._context.live.selection.slot, serial=seen.serial),
                 _("Build {build}").format(build=seen.build), _("network: {name}").format(name=seen.network or _("none")),
                 _("storage shown") if seen.storage else _("storage hidden")]
        self._state.setText("  ·  ".join(parts))
        self._cable.setText(_("Unplug") if seen.plugged else _("Plug in"))
        self._port.setCurrentIndex(self._port.findData(seen.port))
        self._battery_text.setText(f"{seen.battery} %")
        if not self._battery.isSliderDown():
            self._battery.blockSignals(True)
            self._battery.setValue(seen.battery)
            self._battery.blockSignals(False)

    def _show_choices(self, seen: UnitSnapshot) -> None:
        clear(self._choices)
        presses: list[QPushButton] = []
        for word in seen.choices:
            presses.append(button(_(word), partial(self._choose, word), Weight.PRIMARY if not presses else Weight.PLAIN))
        if seen.page.value in ("network", "needs-internet"):
            presses.append(button(_("Connect to Wi-Fi “{name}”").format(name=WIFI), lambda: self.press(_connect), Weight.PRIMARY))
        offers = Flow()
        for press in presses:
            offers.add(press)
        if not presses:
            offers.add(label(_("This page asks for nothing."), Type.CAPTION, "soft"))
        self._choices.addWidget(offers)
        self._typed.setVisible(any(word in TYPED for word in seen.choices))

    def _choose(self, word: str) -> None:
        value = self._typed.text() if word in TYPED else ""
        self.press(lambda unit: unit.gesture(word, value))

    def _toggle_cable(self) -> None:
        plugged = self._shown is not None and self._shown.plugged
        self.press((lambda unit: unit.unplug()) if plugged else (lambda unit: unit.plug()))

    def _move_port(self) -> None:
        port = str(self._port.currentData())
        self.press(lambda unit: _move(unit, port))

    def _lay_out(self) -> None:
        self._parts.setContentsMargins(16, 6, 16, 6)
        self._parts.setHorizontalSpacing(20)
        self._parts.setVerticalSpacing(GAP)
        for part, stretch in enumerate((0, 2, 2, 1)):
            self._parts.setColumnStretch(part, stretch)
        self._parts.setRowStretch(1, 1)
        self._parts.setRowMinimumHeight(0, self._context.theme.sizes.target)    # in line with the rows of the others
        self._picture.setMaximumWidth(200)
        self._told.addWidget(self._says)
        self._told.addWidget(self._state)
        self._typed.setAccessibleName(_("What is typed in the headset"))
        middle = column(gap=GAP)
        middle.addWidget(self._typed)
        middle.addLayout(self._choices)
        middle.addStretch(1)
        for text, about, act in PRESSES:
            press = button(_(text), partial(self.press, act), name=_(about))
            press.setToolTip(_(about))
            self._presses.append(press)
        self._buttons.setSpacing(GAP)
        self._parts.addWidget(self._picture, 0, 0, 2, 1)
        self._parts.addLayout(middle, 1, 1)
        self._parts.addLayout(self._world(), 0, 3, 2, 1)
        self._set_buttons(COLUMNS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width() / self._context.theme.sizes.text
        pictured = width >= PICTURED
        self._picture.setVisible(pictured)
        self._parts.setColumnStretch(0, int(pictured))
        columns = COLUMNS if width >= WIDE else COLUMNS - 1
        if columns != self._columns:
            self._set_buttons(columns)

    def _set_buttons(self, columns: int) -> None:
        """Wide, the presses stand in two rows below what is told; narrow, in three beside it."""
        self._columns = columns
        wide = columns == COLUMNS
        for part in (self._told, self._buttons):
            self._parts.removeItem(part)
        self._parts.addLayout(self._told, 0, 1, 1, 2 if wide else 1)
        self._parts.addLayout(self._buttons, int(wide), 2, 1 if wide else 2, 1)
        while self._buttons.takeAt(0) is not None:
            pass
        for i in range(len(PRESSES) + 1):
            self._buttons.setRowStretch(i, 0)
        for i, press in enumerate(self._presses):
            self._buttons.addWidget(press, i // columns, i % columns)
        self._buttons.setRowStretch(len(PRESSES) // columns, 1)

    def _world(self) -> QVBoxLayout:
        layout = column(gap=GAP)
        self._battery.setRange(0, 100)
        self._battery.setAccessibleName(_("Battery of the virtual headset"))
        self._battery.sliderReleased.connect(lambda: self.press(partial(_charge, percent=self._battery.value())))
        for unit in self._side.units:
            port = unit.snapshot().port
            if port and self._port.findData(port) < 0:
                self._port.addItem(_("Port {port}").format(port=port), port)
        self._port.setAccessibleName(_("Move the cable to"))
        self._port.activated.connect(lambda _index: self._move_port())
        speed = QComboBox()
        speed.setAccessibleName(_("Speed of practice time"))
        for value in sorted({*SPEEDS, self._side.clock.speed}):
            speed.addItem(_("Speed {n} ×").format(n=f"{value:g}"), value)
        speed.setCurrentIndex(speed.findData(self._side.clock.speed))
        speed.activated.connect(lambda _index: self._side.set_speed(float(speed.currentData())))
        odd = button(_("Oddities …"), self._show_oddities, icon=self._context.theme.icon("bug"))
        layout.addLayout(row(label(_("Battery"), Type.CAPTION, "soft", wrap=False), self._battery, self._battery_text))
        layout.addLayout(row(self._cable, self._port, gap=GAP))
        layout.addLayout(row(speed, odd, gap=GAP))
        layout.addStretch(1)
        return layout

    def _show_oddities(self) -> None:
        from ui.practice.oddities import oddities_dialog

        on = self._shown.quirks if self._shown else frozenset()
        oddities_dialog(self, self._context.theme, on,
                        lambda name, now: self.press(lambda unit: unit.set_quirk(name, on=now))).open()


def _connect(unit: VirtualUnit) -> bool:
    return unit.connect_wifi(WIFI)


def _charge(unit: VirtualUnit, percent: int) -> None:
    unit.set_battery(percent)


def _move(unit: VirtualUnit, port: str) -> None:
    unit.unplug()
    unit.plug(port)
