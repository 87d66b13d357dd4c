"""Forms over frozen values: one field a line, a new value at every change."""

import dataclasses
import datetime
import re
import types
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from ui.context import Context
from ui.language import _
from ui.packages.draft import Draft
from ui.packages.fields import CHOICES, FIELDS, Editor, FieldText
from ui.packages.secret_field import SecretField
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field
from ui.widgets.paper import row

Changed = Callable[[Any], None]


class ValueForm(QWidget):
    """The fields of one frozen dataclass."""

    def __init__(self, context: Context, draft: Draft, value: Any, changed: Changed) -> None:
        super().__init__()
        self.value = value
        self._context, self._draft, self._changed = context, draft, changed
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        hints = get_type_hints(type(value))
        self.editors: dict[str, QWidget] = {}
        for field in dataclasses.fields(value):
            text = FIELDS[type(value).__name__, field.name]
            editor = self._editor(field.name, hints[field.name], text)
            self.editors[field.name] = editor
            if isinstance(editor, QCheckBox):
                layout.addWidget(editor)
            else:
                layout.addWidget(Field(_(text.label), editor, _(text.help)))

    def _set(self, name: str, value: Any) -> None:
        self.value = dataclasses.replace(self.value, **{name: value})
        self._changed(self.value)

    def _editor(self, name: str, hint: Any, text: FieldText) -> QWidget:
        now = getattr(self.value, name)
        kinds = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
        kind = next(k for k in kinds if k is not type(None))
        optional = type(None) in kinds
        if text.editor is Editor.NAMED:
            return SecretField(self._context, now, _(text.label), self._suggested(name), lambda v: self._set(name, v))
        if text.editor in (Editor.FILE, Editor.FILES):
            return self._file(name, now, many=text.editor is Editor.FILES)
        if kind is bool:
            return self._tristate(name, now) if optional else self._check(name, now, _(text.label))
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return self._choice(name, now, kind, optional)
        if kind is datetime.date:
            return self._date(name, now)
        if kinds == (int,) or (kind is int and optional):
            return self._number(name, now, optional)
        return self._text(name, now, mixed=int in kinds)

    def _suggested(self, name: str) -> str:
        package = re.sub(r"[^\w.@-]+", "-", self._draft.settings.package.name).strip("-.") or "package"
        about = str(next((getattr(self.value, f.name) for f in dataclasses.fields(self.value)
                          if f.name in ("ssid", "name", "upn", "user")), ""))
        return f"{package}/{re.sub(r'[^0-9A-Za-z.@-]+', '-', about + '-' + name).strip('-')}"

    def _text(self, name: str, now: object, *, mixed: bool) -> QLineEdit:
        edit = QLineEdit(str(now))
        edit.setMaxLength(4000)

        def take(text: str) -> None:
            self._set(name, int(text) if mixed and re.fullmatch(r"-?\d{1,9}", text) else text)
        edit.textChanged.connect(take)
        return edit

    def _number(self, name: str, now: int | None, optional: bool) -> QLineEdit:
        edit = QLineEdit("" if now is None else str(now))
        edit.setMaxLength(9)
        edit.setMaximumWidth(160)

        def take(text: str) -> None:
            digits = "".join(c for c in text if c in "0123456789")
            if digits != text:
                edit.setText(digits)
                return
            self._set(name, int(digits) if digits else (None if optional else 0))
        edit.textChanged.connect(take)
        return edit

    def _check(self, name: str, now: bool, text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setChecked(now)
        box.toggled.connect(lambda on: self._set(name, on))
        return box

    def _tristate(self, name: str, now: bool | None) -> QComboBox:
        choices = {None: _("Leave as it is"), True: _("Yes"), False: _("No")}
        box = QComboBox()
        for value, text in choices.items():
            box.addItem(text, value)
        box.setCurrentIndex(list(choices).index(now))
        box.activated.connect(lambda index: self._set(name, list(choices)[index]))
        return box

    def _choice(self, name: str, now: StrEnum | None, kind: type[StrEnum], optional: bool) -> QComboBox:
        values: list[StrEnum | None] = [*([None] if optional else []), *kind]
        box = QComboBox()
        for value in values:
            box.addItem(_("Not said") if value is None else _(CHOICES.get(value.value, value.value)), value)
        box.setCurrentIndex(values.index(now))
        box.activated.connect(lambda index: self._set(name, values[index]))
        return box

    def _date(self, name: str, now: datetime.date | None) -> QLineEdit:
        """A date as people write it in records; what is no date is said and not taken."""
        edit = QLineEdit(now.isoformat() if now else "")
        edit.setMaxLength(10)
        edit.setMaximumWidth(220)

        def take(text: str) -> None:
            try:
                self._set(name, datetime.date.fromisoformat(text.strip()) if text.strip() else None)
                said = ""
            except ValueError:
                said = _("This is no date such as 2026-12-31.")
            field = edit.parentWidget()
            if isinstance(field, Field):
                field.complain(said)
        edit.textChanged.connect(take)
        return edit

    def _file(self, name: str, now: Any, *, many: bool) -> QWidget:
        edit = QLineEdit("; ".join(now) if many else now)
        edit.setAccessibleName(_(FIELDS[type(self.value).__name__, name].label))

        def take(text: str) -> None:
            parts = tuple(p.strip() for p in text.split(";") if p.strip())
            self._set(name, parts if many else text.strip())

        def chosen(files: list[str]) -> None:
            paths = [self._draft.relative(Path(f)) for f in files]
            edit.setText("; ".join([*(p for p in edit.text().split("; ") if p and many), *paths]))
        edit.textChanged.connect(take)
        return _browsing(edit, chosen, many)


def _browsing(edit: QLineEdit, chosen: Callable[[list[str]], None], many: bool) -> QWidget:
    def browse() -> None:
        dialog = QFileDialog(edit.window(), edit.accessibleName())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles if many else QFileDialog.FileMode.ExistingFile)
        dialog.filesSelected.connect(chosen)
        dialog.open()
    both = QWidget()
    layout = row(edit, button(_("Browse …"), browse, Weight.PLAIN))
    layout.setContentsMargins(0, 0, 0, 0)
    both.setLayout(layout)
    both.setFocusProxy(edit)
    return both
