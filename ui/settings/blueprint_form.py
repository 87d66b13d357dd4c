"""One blueprint asked for: title, path, group tag, package, and words that go with each run into its record."""

import asyncio
import re
import unicodedata
from collections.abc import Collection, Mapping
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from station.model.blueprint import Blueprint
from station.model.path import Path as EnrolmentPath
from ui.language import _
from ui.widgets.ask import dialog, fit
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field
from ui.widgets.paper import row, scrolled

OPTION_LINES = 3


def key_for(title: str, taken: Collection[str]) -> str:
    """A key made of a title: small letters, digits and hyphens, and not one that is taken."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "blueprint"
    number = next(n for n in range(1, len(taken) + 2) if (key if n == 1 else f"{key}-{n}") not in taken)
    return key if number == 1 else f"{key}-{number}"


def options_of(text: str) -> dict[str, str] | None:
    """`name = value` a line as a table; None where a line is not of that form."""
    lines = [line.partition("=") for line in text.splitlines() if line.strip()]
    if not all(name.strip() and sign and value.strip() for name, sign, value in lines):
        return None
    return {name.strip(): value.strip() for name, _sign, value in lines}


class BlueprintForm(QWidget):
    """The fields. `read` is the blueprint as it stands there, None while something is wrong, which is then said at its field."""

    def __init__(self, paths: Mapping[str, EnrolmentPath], taken: Collection[str], blueprint: Blueprint | None) -> None:
        super().__init__()
        self._paths, self._taken, self._before = paths, taken, blueprint
        now = blueprint or Blueprint("", "", next(iter(paths)))
        self.path = QComboBox()
        self.path.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for key, path in paths.items():
            self.path.addItem(_(path.title), key)
        self.path.setCurrentIndex(max(0, self.path.findData(now.path)))
        self.title, self.tag, self.package = QLineEdit(_(now.title)), QLineEdit(now.group_tag), QLineEdit(now.package)
        self.options = QPlainTextEdit("\n".join(f"{name} = {value}" for name, value in now.options.items()))
        self.options.setTabChangesFocus(True)
        self.options.setFixedHeight(self.options.fontMetrics().lineSpacing() * (OPTION_LINES + 1))
        self._title = Field(_("Title"), self.title, _("What a technician reads when choosing, such as the room or the order."))
        self._tag = Field(_("Group tag"), self.tag, _("Brings the unit into the group that has the profile. May stay empty."))
        self._package = Field(_("Package"), self._with_browse(), _("For paths that copy a package (.ppkg) to the unit."))
        self._options = Field(_("Words for the record"), self.options, _("One a line, such as: order = 4711"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(12)
        for field in (self._title, Field(_("Path"), self.path), self._tag, self._package, self._options):
            layout.addWidget(field)
        layout.addStretch(1)

    def read(self) -> Blueprint | None:
        """See the class."""
        title, tag, package = self.title.text().strip(), self.tag.text().strip(), self.package.text().strip()
        path, options = self._paths[str(self.path.currentData())], options_of(self.options.toPlainText())
        wrong = {
            self._title: "" if title else _("Give it a title."),
            self._tag: "" if tag.isascii() and tag.isprintable() else _("A group tag has no accents and no other scripts."),
            self._package: _package_trouble(path, package),
            self._options: "" if options is not None else _("Each line needs a name, an equals sign and a value."),
        }
        for field, said in wrong.items():
            field.complain(said)
        if any(wrong.values()) or options is None:
            return None
        key = self._before.key if self._before else key_for(title, self._taken)
        return Blueprint(key, title, path.key, tag, package, options)

    def _with_browse(self) -> QWidget:
        def browse() -> None:
            chooser = QFileDialog(self.window(), _("Package"), self.package.text(), _("Packages (*.ppkg)"))
            chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
            chooser.fileSelected.connect(self.package.setText)
            chooser.open()

        both = QWidget()
        both.setLayout(row(self.package, button(_("Browse …"), browse)))
        both.setFocusProxy(self.package)
        self.package.setAccessibleName(_("Package"))
        return both


def _package_trouble(path: EnrolmentPath, package: str) -> str:
    if not package:
        return _("This path copies a package: say which.") if path.pushes_package else ""
    return "" if Path(package).expanduser().is_file() else _("There is no such file.")


async def ask_blueprint(parent: QWidget, paths: Mapping[str, EnrolmentPath], taken: Collection[str],
                        blueprint: Blueprint | None = None) -> Blueprint | None:
    """Ask for a new blueprint, or for changes of one; None where the person changed their mind."""
    form = BlueprintForm(paths, taken, blueprint)
    made, layout = dialog(parent, _("Change a blueprint") if blueprint else _("Add a blueprint"), "", scrolled(form))
    answer: asyncio.Future[Blueprint | None] = asyncio.get_running_loop().create_future()
    read: list[Blueprint] = []

    def keep() -> None:
        found = form.read()
        if found is not None:
            read.append(found)
            made.accept()

    def ended(_result: int) -> None:
        if not answer.done():
            answer.set_result(read[0] if read else None)

    layout.addLayout(row(None, button(_("Cancel"), made.reject), button(_("Save"), keep, Weight.PRIMARY)))
    made.finished.connect(ended)
    fit(made, 560, 660)
    made.open()
    form.title.setFocus()
    return await answer
