"""The start: which blueprint, what must hold before a unit is touched, who becomes device owner, and the button."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from station.model.facts import Facts
from station.model.path import Path, Precondition
from station.model.words import N_
from ui.context import Context
from ui.guide.commands import Commands
from ui.language import _, ngettext
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field
from ui.widgets.paper import clear, paper, row
from ui.widgets.text import label

VERDICTS = {True: ("check", "good", N_("holds")), False: ("cancel", "danger", N_("does not hold")),
            None: ("question", "soft", N_("is checked after the start"))}


class StartChoice(QWidget):
    """Choose and start, for one unit or all that are ready. `presses` begin it; they stand where the card's decision stands."""

    def __init__(self, context: Context, commands: Commands, slot: int) -> None:
        super().__init__()
        self._context = context
        self._commands = commands
        self._slot = slot
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        self._choice = QComboBox()
        self._choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._choice.setMinimumContentsLength(12)
        for key, blueprint in context.bench.blueprints.items():
            self._choice.addItem(_(blueprint.title), key)
        self._choice.setCurrentIndex(max(0, self._choice.findData(commands.blueprint())))
        self._choice.currentIndexChanged.connect(self._chosen)
        context.live.blueprint_changed.connect(self._follow)
        layout.addWidget(Field(_("Blueprint"), self._choice))
        layout.addLayout(row(button(_("Which path fits?"), lambda: commands.choose_path(slot), Weight.QUIET,
                                    context.theme.icon("question", "accent_ink")), None))
        self._about = QVBoxLayout()
        self._about.setSpacing(10)
        layout.addLayout(self._about)
        start = button(_("Start this unit"), lambda: commands.start((slot,), self.blueprint), Weight.PRIMARY,
                       context.theme.icon("play", "on_accent"))
        start.setObjectName("primary")
        self.presses = [start]
        ready = commands.ready()
        if len(ready) > 1:
            text = ngettext("Start {n} ready unit", "Start {n} ready units", len(ready))
            self.presses.append(button(text, lambda: commands.start(commands.ready(), self.blueprint),
                                       icon=context.theme.icon("play-all")))
        self._show()

    @property
    def blueprint(self) -> str:
        """The key of the chosen blueprint."""
        return str(self._choice.currentData() or "")

    def _chosen(self) -> None:
        self._context.live.choose_blueprint(self.blueprint)
        self._show()

    def _follow(self, blueprint: str) -> None:
        """It was chosen elsewhere."""
        index = self._choice.findData(blueprint)
        if index >= 0 and index != self._choice.currentIndex():
            self._choice.setCurrentIndex(index)

    def _show(self) -> None:
        clear(self._about)
        plan = self._context.bench.blueprints.get(self.blueprint)
        path = self._context.bench.paths.get(plan.path) if plan else None
        if path is None:
            self._about.addWidget(label(_("There is no blueprint yet. A lead adds one under Settings."), tone="soft"))
            return
        self._about.addWidget(label(_(path.summary)))
        self._show_owner(path)
        unit = self._context.bench.board.unit_at(self._slot)
        for precondition in path.preconditions:
            self._about.addLayout(self._precondition(precondition, unit.facts if unit else Facts()))

    def _show_owner(self, path: Path) -> None:
        frame, layout = paper("info", pad=12, gap=2)
        layout.addWidget(label(_("Who becomes device owner"), Type.CAPTION, "soft"))
        layout.addWidget(label(_(path.owner), Type.STRONG))
        self._about.addWidget(frame)

    def _precondition(self, precondition: Precondition, facts: Facts) -> QHBoxLayout:
        icon, tone, said = VERDICTS[precondition.proof.judge(facts, 0)]
        mark = QLabel()
        colour = getattr(self._context.theme.tokens, tone)
        mark.setPixmap(self._context.theme.glyph(icon, colour, 20, self.devicePixelRatioF()))
        mark.setFixedSize(QSize(22, 22))
        text = label(_(precondition.about), wrap=True)
        verdict = label(_(said), Type.CAPTION, tone, wrap=False)
        line = row(mark, text, verdict)
        line.setStretch(1, 1)
        return line
