"""The blueprints of the station as a list: what a lead adds, changes, orders and removes, and technicians choose at once."""

from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from station.model.blueprint import Blueprint
from ui.context import Context, Kind
from ui.language import _
from ui.settings.blueprint_form import ask_blueprint
from ui.settings.desk import ConfigurationDesk
from ui.theme.tokens import Type
from ui.widgets.ask import ask
from ui.widgets.buttons import Weight, button
from ui.widgets.paper import clear, column, paper
from ui.widgets.text import label


class BlueprintList(QWidget):
    """Every change is written at once and offered at once."""

    def __init__(self, context: Context, desk: ConfigurationDesk) -> None:
        super().__init__()
        self._context, self._desk = context, desk
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(_("What technicians choose from: a path with its group tag and package."), tone="soft"))
        self._rows = column(gap=6)
        layout.addLayout(self._rows)
        add = button(_("Add a blueprint …"), lambda: self._start(self._add()), icon=context.theme.icon("add"))
        layout.addWidget(add, 0, Qt.AlignmentFlag.AlignLeft)
        self._show()

    def _show(self) -> None:
        clear(self._rows)
        written = self._desk.written
        if not written:
            self._rows.addWidget(label(_("None yet, so each path that needs no package is offered as it is.")))
        for place, blueprint in enumerate(written):
            self._rows.addWidget(self._row(place, blueprint))

    def _row(self, place: int, blueprint: Blueprint) -> QWidget:
        frame, across = paper("flat", pad=8, gap=8, across=True)
        lines = column(gap=2)
        lines.addWidget(label(blueprint.title, Type.STRONG))
        path = self._context.bench.paths.get(blueprint.path)
        said = [_(path.title) if path else _("unknown path {key}").format(key=blueprint.path), blueprint.group_tag,
                blueprint.package.replace("\\", "/").rpartition("/")[2]]
        lines.addWidget(label(" · ".join(part for part in said if part), Type.CAPTION, "" if path else "danger"))
        across.addLayout(lines, 1)
        icon, top = self._context.theme.icon, Qt.AlignmentFlag.AlignTop
        for name, text, act in (
            ("up", _("Move {title} up"), partial(self._move, place)),
            ("edit", _("Change {title}"), lambda: self._start(self._change(place))),
            ("delete", _("Remove {title}"), lambda: self._start(self._remove(place))),
        ):
            press = button("", act, Weight.QUIET, icon(name), text.format(title=blueprint.title))
            press.setEnabled(name != "up" or place > 0)
            across.addWidget(press, 0, top)
        return frame

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._context.tasks.start(work, "blueprints")

    def _move(self, place: int) -> None:
        written = list(self._desk.written)
        written.insert(place - 1, written.pop(place))
        self._start(self._keep(written))

    async def _add(self) -> None:
        written = self._desk.written
        made = await ask_blueprint(self.window(), self._context.bench.paths, {b.key for b in written})
        if made is not None:
            await self._keep([*written, made])

    async def _change(self, place: int) -> None:
        written = list(self._desk.written)
        changed = await ask_blueprint(self.window(), self._context.bench.paths, {b.key for b in written}, written[place])
        if changed is not None:
            written[place] = changed
            await self._keep(written)

    async def _remove(self, place: int) -> None:
        written = list(self._desk.written)
        gone = written.pop(place)
        if await ask(self.window(), _("Remove this blueprint?"),
                     _("{title}: units that are under way go on; nobody can start another one with it.").format(title=gone.title),
                     _("Remove"), danger=True):
            await self._keep(written)

    async def _keep(self, blueprints: Sequence[Blueprint]) -> None:
        config = await self._context.tasks.blocking(self._desk.keep_blueprints, blueprints)
        self._context.bench.prepare(config.blueprints)
        self._context.live.blueprints_changed.emit()
        self._context.shell.notify(_("Saved; technicians can choose it now."), Kind.GOOD)
        self._show()
