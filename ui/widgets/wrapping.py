"""A button whose text may take more than one line, so that long choices and long languages stay readable."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy

from ui.theme.tokens import Type
from ui.widgets.text import label

PAD = 14


class WrappingButton(QPushButton):
    """As wide as its column, as high as its text."""

    def __init__(self, text: str, on_press: Callable[[], object], kind: Type = Type.BODY) -> None:
        super().__init__()
        self.setProperty("kind", "choice")
        self.setAccessibleName(text)
        self.setAutoDefault(False)
        self._label = label(text, kind)
        self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(PAD, 10, PAD, 10)
        inside.addWidget(self._label)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.clicked.connect(lambda _checked=False: on_press())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max(self.minimumHeight(), self._label.heightForWidth(width - 2 * PAD) + 20)

    def sizeHint(self) -> QSize:
        return QSize(280, self.heightForWidth(280))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.minimumHeight())
