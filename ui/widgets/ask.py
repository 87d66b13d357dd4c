"""Questions: a dialog that is opened, never executed, and a future that brings the answer (facts/style §0.2)."""

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from ui.language import _
from ui.theme.tokens import Type
from ui.widgets.buttons import Weight, button
from ui.widgets.text import label

SHARE_OF_SCREEN = 0.9


def dialog(parent: QWidget | None, title: str, text: str, content: QWidget | None = None) -> tuple[QDialog, QVBoxLayout]:
    """A dialog over the window with a title, a text and room for more."""
    made = QDialog(parent)
    made.setWindowTitle(title)
    made.setModal(True)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    made.setMinimumWidth(480)
    layout = QVBoxLayout(made)
    layout.setContentsMargins(24, 20, 24, 20)
    layout.setSpacing(14)
    layout.addWidget(label(title, Type.HEADING))
    if text:
        layout.addWidget(label(text))
    if content is not None:
        layout.addWidget(content, 1)
    return made, layout


def fit(made: QDialog, width: int, height: int) -> None:
    """As large as is good to read, and never larger than the screen: what is in the dialog has to scroll."""
    screen = made.screen().availableSize() * SHARE_OF_SCREEN
    made.resize(min(width, screen.width()), min(height, screen.height()))


async def ask(parent: QWidget | None, title: str, text: str, yes: str, no: str = "", danger: bool = False,
              content: QWidget | None = None) -> bool:
    """Ask one question; True for `yes`. Closing the dialog and Esc mean `no`, which has the focus where `yes` is dangerous."""
    made, layout = dialog(parent, title, text, content)
    answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    accept = button(yes, made.accept, Weight.DANGER if danger else Weight.PRIMARY)
    refuse = button(no or _("Cancel"), made.reject)
    box = QDialogButtonBox()
    box.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
    box.addButton(refuse, QDialogButtonBox.ButtonRole.RejectRole)
    layout.addWidget(box)

    def answered(result: int) -> None:
        if not answer.done():
            answer.set_result(result == QDialog.DialogCode.Accepted.value)

    made.finished.connect(answered)
    made.open()
    (refuse if danger else accept).setFocus()
    return await answer
