"""The Settings screen: language and look of the window, how the bench is worked, names of the slots, where things are kept."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QGridLayout, QLineEdit, QVBoxLayout, QWidget

import resources
from station.model.words import N_
from ui.context import Context, Kind
from ui.language import _
from ui.packages.secret_field import SecretField
from ui.settings.desk import ConfigurationDesk
from ui.theme.tokens import Mode, Type
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field
from ui.widgets.page import Page
from ui.widgets.paper import paper
from ui.widgets.text import label

THEMES: Mapping[str, str] = MappingProxyType({
    "": N_("As the system"), Mode.LIGHT.value: N_("Light"), Mode.DARK.value: N_("Dark")})
NAME_LENGTH = 24
WIDEST = 980
"""Pixels at the usual size of text: lines that are longer are no longer read well."""


class SettingsScreen(Page):
    """Every change is kept at once; language and look are shown at once."""

    def __init__(self, context: Context) -> None:
        super().__init__(_("Settings"), _("Blueprints, tenant and record belong to the station and stand in its configuration "
                                          "file; the rest belongs to this window."))
        self._context = context
        self._desk = context.service("configuration", ConfigurationDesk)
        for title, fill in ((_("Language and look"), self._fill_look), (_("At the bench"), self._fill_bench),
                            (_("Blueprints"), self._fill_blueprints), (_("Tenant"), self._fill_tenant),
                            (_("Record"), self._fill_record),
                            (_("Secrets"), self._fill_secrets), (_("Names of the slots"), self._fill_slots),
                            (_("This station"), self._fill_places)):
            frame, layout = paper("card")
            frame.setMaximumWidth(round(WIDEST * context.theme.sizes.text))
            layout.addWidget(label(title, Type.HEADING))
            inside = QVBoxLayout()
            fill(inside)
            layout.addLayout(inside)
            self.content.addWidget(frame)
        self.content.addStretch(1)

    def _change(self, **values: object) -> None:
        self._context.shell.change(self._context.preferences.with_(**values))

    def _fill_look(self, layout: QVBoxLayout) -> None:
        p = self._context.preferences
        language = _chooser({"": _("As the system"), **resources.LANGUAGES}, p.language, lambda v: self._change(language=v))
        theme = _chooser({k: _(v) for k, v in THEMES.items()}, p.theme, lambda v: self._change(theme=v))
        layout.addWidget(Field(_("Language"), language))
        layout.addWidget(Field(_("Light or dark"), theme))

    def _fill_bench(self, layout: QVBoxLayout) -> None:
        p = self._context.preferences
        name = QLineEdit(p.operator)
        name.setMaxLength(64)
        name.editingFinished.connect(lambda: self._remember(operator=name.text().strip()))
        layout.addWidget(Field(_("Your name"), name, _("Stands in the record beside what you start, retry, skip and end.")))
        for text, key, value in (
            (_("Operator mode: larger targets and texts, for gloves"), "operator_mode", p.operator_mode),
            (_("Sounds"), "sound", p.sound),
            (_("Five seconds to take a start back"), "countdown", p.countdown),
        ):
            box = QCheckBox(text)
            box.setChecked(value)
            box.toggled.connect(lambda on, k=key: self._change(**{k: on}))
            layout.addWidget(box)

    def _fill_blueprints(self, layout: QVBoxLayout) -> None:
        if self._desk is None:
            layout.addWidget(label(_("Practice has a blueprint for every path. Yours are kept where HoloBench runs without it."),
                                   tone="soft"))
            return
        from ui.settings.blueprints import BlueprintList

        layout.addWidget(BlueprintList(self._context, self._desk))

    def _fill_tenant(self, layout: QVBoxLayout) -> None:
        if self._desk is None:
            layout.addWidget(label(_("Practice has a virtual tenant. Yours is set where HoloBench runs without it."),
                                   tone="soft"))
            return
        from ui.settings.tenant import TenantForm

        layout.addWidget(TenantForm(self._context, self._desk))

    def _fill_record(self, layout: QVBoxLayout) -> None:
        if self._desk is None:
            layout.addWidget(label(_("Practice keeps a record of its own. Yours is set where HoloBench runs without it."),
                                   tone="soft"))
            return
        from ui.settings.record import RecordForm

        def kept() -> None:
            self._context.shell.notify(_("Saved. Start HoloBench again to write to this record."), Kind.GOOD)

        layout.addWidget(RecordForm(self._context.tasks, self._desk, kept))

    def _fill_secrets(self, layout: QVBoxLayout) -> None:
        layout.addWidget(label(_("Passwords and tokens that the configuration and packages name, such as portal/bench. "
                                 "Type a name to see whether its secret is kept on this computer."), tone="soft"))
        secret = SecretField(self._context, "", _("Secret"), "portal/bench", lambda _name: None)
        layout.addWidget(secret)
        layout.addWidget(button(_("Forget it"), secret.forget, Weight.QUIET), 0, Qt.AlignmentFlag.AlignLeft)

    def _fill_slots(self, layout: QVBoxLayout) -> None:
        layout.addWidget(label(_("What stands on the shelf above the port; shown on the tile while it is empty."), tone="soft"))
        grid = QGridLayout()
        for i, tile in enumerate(self._context.live.board.tiles()):
            edit = QLineEdit(self._context.preferences.slots.get(tile.slot, ""))
            edit.setMaxLength(NAME_LENGTH)
            edit.editingFinished.connect(lambda e=edit, n=tile.slot: self._name(n, e.text().strip()))
            grid.addWidget(Field(_("Slot {slot}").format(slot=tile.slot), edit), i // 4, i % 4)
        layout.addLayout(grid)

    def _name(self, slot: int, name: str) -> None:
        kept = {k: v for k, v in self._context.preferences.slots.items() if k != slot}
        self._remember(slots=MappingProxyType(kept | ({slot: name} if name else {})))

    def _remember(self, **values: object) -> None:
        self._context.shell.remember(self._context.preferences.with_(**values))

    def _fill_places(self, layout: QVBoxLayout) -> None:
        form = QFormLayout()
        for name, place in self._context.places.items():
            form.addRow(label(_(name), Type.STRONG, wrap=False), label(place, selectable=True))
        layout.addLayout(form)
        bundle = button(_("Save a support bundle …"), self._context.shell.save_bundle)
        layout.addWidget(bundle, 0, Qt.AlignmentFlag.AlignLeft)


def _chooser(choices: Mapping[str, str], chosen: str, on_choice: Callable[[str], None]) -> QComboBox:
    box = QComboBox()
    for key, text in choices.items():
        box.addItem(text, key)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.activated.connect(lambda _index: on_choice(str(box.currentData())))
    return box


def build(context: Context) -> QWidget:
    """The screen of the registry."""
    return SettingsScreen(context)
