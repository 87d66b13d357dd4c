"""A package onto units and sticks: which, where, what else lies there, how far it is, and away with it afterwards."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFileDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from station.bench import push
from station.journal import Journal
from station.links.mtp.storage import DeviceStorage
from station.model.board import Tile
from station.model.errors import HoloBenchError, NotFound
from station.model.events import Noted
from station.model.faults import catalogue
from station.model.timing import Deadline
from station.model.words import N_, StateWord
from station.package.lint import KnownPackage
from station.package.push_plan import Place
from ui.context import Context, Kind
from ui.language import _, ngettext
from ui.packages.draft import Around
from ui.theme.tokens import Type
from ui.widgets.ask import ask
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field
from ui.widgets.paper import SPLIT, paper, row, scrolled
from ui.widgets.text import label

T = TypeVar("T")
PUSH_SECONDS = 600.0
NARROW = 900
PLACES = {Place.ROOT: N_("Root of the unit – first set-up, on the first page"),
          Place.DOCUMENTS: N_("Documents of the unit – after set-up"), Place.STICK: N_("Root of a USB stick – HoloLens 2 only")}
TOPICS = {push.PUSHED: N_("copied and read back"), push.FAILED: N_("failed"), push.WIPED: N_("removed"), push.BEGUN: N_("begun")}


@runtime_checkable
class Storages(Protocol):
    """A bench that lends the storages of its units."""

    async def with_storage(self, slot: int, work: Callable[[DeviceStorage], T], deadline: Deadline) -> T: ...


@dataclass(frozen=True, slots=True)
class _Target:
    """One unit that can be reached."""

    slot: int
    serial: str


class Pushing(QWidget):
    """See the module. `around` is what the lint of the next package has to know."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.file: Path | None = None
        self.stick: Path | None = None
        self.around = Around()
        self.name = QLineEdit()
        self.name.setReadOnly(True)
        self.stick_name = QLineEdit()
        self.stick_name.setReadOnly(True)
        self._places = QButtonGroup(self)
        self.slots = QListWidget()
        self.slots.setAccessibleName(_("Units"))
        self.slots.setMinimumHeight(150)
        self.result = QListWidget()
        self.result.setAccessibleName(_("What was done"))
        self.result.setWordWrap(True)
        self.start = button(_("Copy to the chosen units"), self.copy, Weight.PRIMARY, context.theme.icon("upload", "on_accent"))
        self.look = button(_("What lies there"), self.look_there, icon=context.theme.icon("eye"))
        self.wipe = button(_("Remove it again"), self.remove, Weight.DANGER, context.theme.icon("delete", "danger"))
        self._build()
        self.refresh()
        self._place_changed()

    def _build(self) -> None:
        frame, left = paper("card")
        left.addWidget(label(_("Package"), Type.STRONG))
        left.addWidget(_beside(self.name, button(_("Browse …"), self.choose)))
        left.addWidget(label(_("It holds its secrets in clear. Remove it from unit and stick when it was applied."),
                             Type.CAPTION, "warn"))
        left.addWidget(label(_("Where to"), Type.STRONG))
        for place, text in PLACES.items():
            choice = QRadioButton(_(text))
            choice.setChecked(place is Place.ROOT)
            choice.toggled.connect(lambda _on: self._place_changed())
            self._places.addButton(choice, list(PLACES).index(place))
            left.addWidget(choice)
        self._stick = Field(_("Folder of the stick"), _beside(self.stick_name, button(_("Browse …"), self.choose_stick)))
        left.addWidget(self._stick)
        left.addWidget(label(_("Units"), Type.STRONG))
        left.addWidget(self.slots, 1)
        other, right = paper("card")
        right.addWidget(label(_("What was done"), Type.STRONG))
        right.addWidget(self.result, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(12)
        inside = QWidget()
        self._both = row(frame, other, gap=SPLIT)
        self._both.setStretch(0, 3)
        self._both.setStretch(1, 2)
        inside.setLayout(self._both)
        layout.addWidget(scrolled(inside), 1)
        layout.addLayout(row(self.start, self.look, None, self.wipe))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the window is narrow, what was done stands below what is chosen."""
        super().resizeEvent(event)
        down = self.width() < NARROW * self._context.theme.sizes.text
        self._both.setDirection(QBoxLayout.Direction.TopToBottom if down else QBoxLayout.Direction.LeftToRight)

    # What is chosen.

    @property
    def place(self) -> Place:
        """Where the package is to go."""
        return list(PLACES)[max(0, self._places.checkedId())]

    def choose(self) -> None:
        """Ask for the package."""
        dialog = QFileDialog(self, _("Open a package"), "", _("Provisioning packages ({kinds})").format(kinds="*.ppkg"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda f: self.set_file(Path(f)))
        dialog.open()

    def set_file(self, file: Path) -> None:
        """Take a package."""
        self.file = file
        self.name.setText(str(file))
        self._enable()

    def choose_stick(self) -> None:
        """Ask for the folder of the stick."""
        dialog = QFileDialog(self, _("Folder of the stick"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.fileSelected.connect(lambda f: self.set_stick(Path(f)))
        dialog.open()

    def set_stick(self, folder: Path) -> None:
        """Take a stick."""
        self.stick = folder
        self.stick_name.setText(str(folder))
        self._enable()

    def _place_changed(self) -> None:
        stick = self.place is Place.STICK
        self._stick.setVisible(stick)
        self.slots.setVisible(not stick)
        self.start.setText(_("Copy to the stick") if stick else _("Copy to the chosen units"))
        self._enable()

    def refresh(self) -> None:
        """Show the units that are plugged now; choices stay."""
        chosen = {t.slot for t in self.targets()}
        self.slots.clear()
        for tile in self._context.live.board.tiles():
            if tile.word is not StateWord.EMPTY:
                self.slots.addItem(self._item(tile, tile.slot in chosen))
        self._enable()

    def _item(self, tile: Tile, chosen: bool) -> QListWidgetItem:
        text = _("Slot {slot}").format(slot=tile.slot) + f"   {tile.serial or _('serial not known yet')}   {_(tile.word.value)}"
        item = QListWidgetItem(text)
        item.setData(Qt.ItemDataRole.UserRole, (tile.slot, tile.serial))
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
        item.setSizeHint(QSize(0, self._context.theme.sizes.target))
        return item

    def targets(self) -> list[_Target]:
        """The units that are ticked."""
        items = [self.slots.item(n) for n in range(self.slots.count())]
        return [_Target(*i.data(Qt.ItemDataRole.UserRole)) for i in items if i.checkState() is Qt.CheckState.Checked]

    def _enable(self) -> None:
        reachable = self.stick is not None if self.place is Place.STICK else isinstance(self._context.bench, Storages)
        self.start.setEnabled(self.file is not None and reachable)
        self.look.setEnabled(reachable)
        self.wipe.setEnabled(self.file is not None and reachable)

    # What is done.

    def copy(self) -> None:
        """Copy to everything that is chosen, one lane each."""
        if self.file is None:
            return
        if self.place is Place.STICK:
            self._context.tasks.start(self._push_stick(self.file), "push")
            return
        if not self.targets():
            self._context.shell.notify(_("Choose at least one unit."), Kind.WARN)
        for target in self.targets():
            self._context.tasks.start(self._push_unit(target, self.file), "push")

    async def _push_unit(self, target: _Target, file: Path) -> None:
        place = self.place
        deadline = Deadline(PUSH_SECONDS)
        line = self._line(target)
        await self._note(push.BEGUN, {"file": file.name, "place": place.value, "serial": target.serial}, target.slot)

        told = self._progress(line)

        def work(storage: DeviceStorage) -> push.PushReceipt:
            return push.push_to_unit(storage, file, place, deadline, told)
        try:
            receipt = await self._storages().with_storage(target.slot, work, deadline)
        except HoloBenchError as error:
            await self._failed(error, file, place, target, line)
            return
        await self._pushed(receipt, line, target)

    async def _push_stick(self, file: Path) -> None:
        line = self._line(None)
        stick = self.stick or Path()
        await self._note(push.BEGUN, {"file": file.name, "place": Place.STICK.value})
        try:
            receipt = await self._context.tasks.blocking(push.push_to_stick, stick, file, Deadline(PUSH_SECONDS),
                                                         self._progress(line))
        except HoloBenchError as error:
            await self._failed(error, file, Place.STICK, None, line)
            return
        await self._pushed(receipt, line, None)

    async def _pushed(self, receipt: push.PushReceipt, line: QListWidgetItem, target: _Target | None) -> None:
        serial = {"serial": target.serial} if target else {}
        await self._note(push.PUSHED, push.about_receipt(receipt, **serial), target.slot if target else 0)
        self.around = replace(self.around, present=receipt.plan.known)
        self._remember(receipt.package.name, receipt.package.id, receipt.package.version)
        said = _("{name} copied and read back.").format(name=receipt.plan.name)
        if receipt.plan.others:
            said += " " + _("Also there, and applied too: {names}.").format(names=", ".join(receipt.plan.others))
        said += " " + (_("Now plug the stick on the first page of the headset.") if receipt.plan.place is Place.STICK
                       else _("Now tap Power and Volume Down on the first page of the headset, and let go at once.")
                       if receipt.plan.place is Place.ROOT
                       else _("Now open Settings › Accounts › Access work or school › Add or remove a provisioning package."))
        self._finish(line, said, "warning" if receipt.plan.others else "check", "warn" if receipt.plan.others else "good")

    async def _failed(self, error: HoloBenchError, file: Path, place: Place, target: _Target | None,
                      line: QListWidgetItem) -> None:
        serial = {"serial": target.serial} if target else {}
        await self._note(push.FAILED, {**push.about_failure(error, file.name, place), **serial}, target.slot if target else 0)
        fault = catalogue().explain(error.code)
        self._finish(line, f"{_(fault.title)}. {_(fault.cure)}", "error", "danger")

    def look_there(self) -> None:
        """List the packages that lie on the chosen targets."""
        if self.place is Place.STICK:
            self._context.tasks.start(self._look_stick(), "look", self)
        for target in self.targets() if self.place is not Place.STICK else ():
            self._context.tasks.start(self._look_unit(target), "look", self)

    async def _look_stick(self) -> None:
        found = await self._context.tasks.blocking(push.stick_packages, self.stick or Path())
        self._tell_found(found, self._line(None))

    async def _look_unit(self, target: _Target) -> None:
        deadline = Deadline(PUSH_SECONDS)
        found = await self._storages().with_storage(target.slot, lambda s: push.unit_packages(s, deadline), deadline)
        self._tell_found(found, self._line(target))

    def _tell_found(self, found: tuple[push.FoundPackage, ...], line: QListWidgetItem) -> None:
        self.around = replace(self.around, present=tuple(KnownPackage(f.name) for f in found))
        names = ", ".join(f.name if f.place is not Place.DOCUMENTS else f"Documents/{f.name}" for f in found)
        said = ngettext("{n} package: ", "{n} packages: ", len(found)) + names if found else _("No package lies there.")
        self._finish(line, said, "info", "accent_ink")

    def remove(self) -> None:
        """Remove the package from the chosen targets, after asking."""
        self._context.tasks.start(self._remove(), "wipe")

    async def _remove(self) -> None:
        name, place = (self.file.name if self.file else ""), self.place
        if not await ask(self.window(), _("Remove the package?"),
                         _("{name} is removed from what is chosen. Settings that were applied stay.").format(name=name),
                         _("Remove it"), danger=True):
            return
        if place is Place.STICK:
            await self._context.tasks.blocking(push.wipe_from_stick, self.stick or Path(), name)
            await self._note(push.WIPED, {"file": name, "place": place.value})
            self._finish(self._line(None), _("{name} removed.").format(name=name), "check", "good")
            return
        for target in self.targets():
            await self._wipe_unit(target.slot, place, name)
            await self._note(push.WIPED, {"file": name, "place": place.value, "serial": target.serial}, target.slot)
            self._finish(self._line(target), _("{name} removed.").format(name=name), "check", "good")

    async def _wipe_unit(self, slot: int, place: Place, name: str) -> None:
        deadline = Deadline(PUSH_SECONDS)
        await self._storages().with_storage(slot, lambda s: push.wipe_from_unit(s, place, name, deadline), deadline)

    # What is said.

    def _storages(self) -> Storages:
        bench = self._context.bench
        if not isinstance(bench, Storages):
            raise NotFound("bench.no-unit")
        return bench

    def _line(self, target: _Target | None) -> QListWidgetItem:
        where = _("Stick") if target is None else f"{_('Slot {slot}').format(slot=target.slot)} {target.serial}".strip()
        item = QListWidgetItem(self._context.theme.icon("timer"), f"{where}: …")
        item.setData(Qt.ItemDataRole.UserRole, where)
        self.result.insertItem(0, item)
        return item

    def _progress(self, line: QListWidgetItem) -> Callable[[int, int], None]:
        """Tells from a lane's thread how far a copy is."""
        loop = asyncio.get_running_loop()

        def show(done: int, total: int) -> None:
            line.setText(f"{line.data(Qt.ItemDataRole.UserRole)}: {done * 100 // max(1, total)} % …")
        return lambda done, total: _on_loop(loop, show, done, total)

    def _finish(self, line: QListWidgetItem, text: str, icon: str, colour: str) -> None:
        line.setText(f"{line.data(Qt.ItemDataRole.UserRole)}: {text}")
        line.setIcon(self._context.theme.icon(icon, colour))

    async def _note(self, topic: str, about: dict[str, str], slot: int = 0) -> None:
        journal = self._context.service("journal", Journal)
        if journal is not None:
            draft = push.noted(topic, self._context.bench.clock, about, slot=slot)
            await self._context.tasks.blocking(journal.append, draft)

    def _remember(self, name: str, package: str, version: str) -> None:
        known = KnownPackage(name, package, version)
        if known not in self.around.earlier:
            self.around = replace(self.around, earlier=(*self.around.earlier, known))

    async def show_history(self) -> None:
        """What the journal knows of earlier pushes, below what was done now."""
        journal = self._context.service("journal", Journal)
        if journal is None:
            return
        events = await self._context.tasks.blocking(lambda: push.history(tuple(journal.events())))
        for event in reversed(events[-50:]):
            if isinstance(event.body, Noted) and event.body.topic != push.BEGUN:
                about = event.body.about
                if event.body.topic == push.PUSHED:
                    self._remember(about.get("package", ""), about.get("id", ""), about.get("version", ""))
                where = about.get("serial") or about.get("place", "")
                said = f"{event.at.astimezone():%Y-%m-%d %H:%M}  {where}: {about.get('file', '')} – {_(TOPICS[event.body.topic])}"
                self.result.addItem(QListWidgetItem(self._context.theme.icon("records", "soft"), said))


def _on_loop(loop: asyncio.AbstractEventLoop, show: Callable[[int, int], None], done: int, total: int) -> None:
    """Hand a number to the window; once its loop is closed nobody looks any more."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(show, done, total)


def _beside(edit: QLineEdit, press: QWidget) -> QWidget:
    both = QWidget()
    both.setLayout(row(edit, press))
    return both
