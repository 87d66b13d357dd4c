"""Forms: a label above its field, help below it, and what is wrong said in words beside the field."""

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.theme.tokens import Type
from ui.widgets.text import label


class Field(QWidget):
    """A field with its label; `complain` shows what is wrong, "" takes it back."""

    def __init__(self, name: str, field: QWidget, help_text: str = "") -> None:
        super().__init__()
        self.field = field
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        caption = label(name, Type.STRONG)
        caption.setBuddy(field)
        field.setAccessibleName(name)
        if help_text:
            field.setAccessibleDescription(help_text)
        self._wrong = label("", Type.CAPTION, "danger")
        self._wrong.hide()
        layout.addWidget(caption)
        layout.addWidget(field)
        if help_text:
            layout.addWidget(label(help_text, Type.CAPTION, "soft"))
        layout.addWidget(self._wrong)

    def complain(self, text: str) -> None:
        """Say what is wrong with the field, or that nothing is."""
        self._wrong.setText(text)
        self._wrong.setVisible(bool(text))
        if isinstance(self.field, QLineEdit):
            self.field.setProperty("wrong", "true" if text else "false")
            self.field.style().unpolish(self.field)
            self.field.style().polish(self.field)
