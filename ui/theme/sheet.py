"""The style sheet: what Fusion and the palette cannot say. Nothing in it depends on the state of a unit."""

from dataclasses import fields
from pathlib import Path
from string import Template

import resources
from ui.theme.tokens import TYPE, Sizes, Tokens, Type

_SHEET = Template("""
QToolTip { color: $ink; background: $raised; border: 1px solid $line_strong; padding: 4px 8px; }
QScrollArea { border: 2px solid transparent; background: transparent; }
QScrollArea:focus { border: 2px solid $accent; }
QScrollArea > QWidget > QWidget[paper="none"] { border: 0; background: transparent; }
QFrame[paper="card"] { background: $surface; border: 1px solid $line; border-radius: ${radius}px; }
QFrame[paper="flat"] { background: $surface; border: 0; }
QFrame[paper="rail"] { background: $surface; border: 0; border-right: 1px solid $line; }
QFrame[paper="side"] { background: $surface; border: 0; border-left: 1px solid $line; }
QFrame[paper="warn"] { background: $warn_soft; border: 1px solid $warn; border-radius: ${radius}px; }
QFrame[paper="danger"] { background: $danger_soft; border: 1px solid $danger; border-radius: ${radius}px; }
QFrame[paper="good"] { background: $good_soft; border: 1px solid $good; border-radius: ${radius}px; }
QFrame[paper="info"] { background: $accent_soft; border: 1px solid $accent; border-radius: ${radius}px; }
QFrame[paper="panel"] { background: $surface; border: 0; border-top: 3px solid $practice; }
QFrame[paper="rule"] { background: $line; border: 0; }
QFrame[paper="practice"] { background: $practice; border: 0; }
QFrame[paper="practice"] QLabel { color: $on_practice; }
QLabel { background: transparent; }
QLabel[tone="soft"] { color: $soft; }
QLabel[tone="danger"] { color: $danger; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="accent"] { color: $accent_ink; }
$types
QPushButton, QToolButton[kind] {
    min-height: ${inner}px; padding: 0 ${pad}px; border-radius: ${radius}px; font-size: ${strong}px; font-weight: 600;
    color: $ink; background: $surface; border: 1px solid $line_strong; outline: 0;
}
QPushButton:hover, QToolButton[kind]:hover { background: $raised; }
QPushButton:pressed { background: $line; }
QPushButton:focus, QToolButton[kind]:focus { border: 3px solid $accent; padding: 0 ${pad_focus}px; min-height: ${inner_focus}px; }
QPushButton:disabled { color: $soft; background: $ground; border: 1px solid $line; }
QPushButton[kind="primary"] { color: $on_accent; background: $accent; border: 1px solid $accent; }
QPushButton[kind="primary"]:hover, QPushButton[kind="primary"]:pressed { background: $accent; border-color: $ink; }
QPushButton[kind="primary"]:focus { border: 3px solid $ink; }
QPushButton[kind="primary"]:disabled { color: $soft; background: $raised; border-color: $line; }
QPushButton[kind="danger"] { color: $danger; border-color: $danger; }
QPushButton[kind="quiet"], QToolButton[kind="quiet"] {
    background: transparent; border-color: transparent; color: $accent_ink; padding: 0 8px;
}
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover { background: $raised; }
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus { border: 3px solid $accent; padding: 0 6px; }
QPushButton[kind="quiet"]:disabled { color: $soft; }
QPushButton[bare="true"] { min-width: ${inner}px; padding: 0; }
QPushButton[bare="true"]:focus { min-width: ${inner_focus}px; padding: 0; }
QPushButton[kind="choice"] { text-align: left; font-weight: 400; }
QPushButton[kind="choice"]:checked { background: $accent_soft; border: 2px solid $accent; }
QToolButton[kind="nav"] {
    border: 0; border-left: 4px solid transparent; border-radius: 0; background: transparent; color: $soft;
    font-size: ${caption}px; font-weight: 400; padding: 6px 2px; min-height: ${target}px;
}
QToolButton[kind="nav"]:hover { background: $raised; }
QToolButton[kind="nav"]:checked { color: $ink; font-weight: 600; border-left: 4px solid $accent; background: $accent_soft; }
QToolButton[kind="nav"]:focus { border: 3px solid $accent; padding: 3px 0; min-height: ${target}px; }
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateEdit, QTimeEdit, QDateTimeEdit {
    min-height: ${inner}px; padding: 0 10px; border: 1px solid $line_strong; border-radius: ${radius_small}px;
    background: $surface; color: $ink; selection-background-color: $accent; selection-color: $on_accent;
}
QPlainTextEdit, QTextEdit { padding: 8px 10px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus,
QDateEdit:focus, QTimeEdit:focus, QDateTimeEdit:focus { border: 3px solid $accent; padding: 0 8px; min-height: ${inner_focus}px; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled { background: $ground; color: $soft; border-color: $line; }
QLineEdit[wrong="true"] { border: 2px solid $danger; }
QComboBox::drop-down { border: 0; width: 34px; }
QComboBox::down-arrow { image: url("$arrow"); width: 20px; height: 20px; }
QComboBox QAbstractItemView { background: $surface; color: $ink; border: 1px solid $line_strong; outline: 0; }
QComboBox QAbstractItemView::item { min-height: ${target}px; }
QCheckBox, QRadioButton { min-height: ${target}px; spacing: 10px; }
QCheckBox::indicator, QListWidget::indicator {
    width: 18px; height: 18px; border: 2px solid $line_strong; border-radius: 4px; background: $surface;
}
QCheckBox::indicator:checked, QListWidget::indicator:checked {
    border-color: $accent; background: $accent; image: url("$tick");
}
QCheckBox::indicator:disabled { border-color: $line; background: $ground; }
QCheckBox::indicator:checked:disabled { background: $line_strong; border-color: $line_strong; }
QRadioButton::indicator { width: 18px; height: 18px; border: 2px solid $line_strong; border-radius: 11px; background: $surface; }
QRadioButton::indicator:checked { width: 10px; height: 10px; border: 6px solid $accent; }
QRadioButton::indicator:disabled { border-color: $line_strong; background: $ground; }
QCheckBox:focus, QRadioButton:focus { border: 3px solid $accent; border-radius: ${radius_small}px; }
QTableView, QTreeView, QListView[paper="card"] {
    background: $surface; alternate-background-color: $ground; border: 1px solid $line; border-radius: ${radius_small}px;
    gridline-color: $line; selection-background-color: $accent_soft; selection-color: $ink; outline: 0;
}
QTableView:focus, QTreeView:focus, QListView:focus { border: 2px solid $accent; }
QTableView::item, QTreeView::item { padding: 4px 8px; }
QTableView::item:selected, QTreeView::item:selected { background: $accent_soft; color: $ink; }
QTableView::item:focus, QTreeView::item:focus { border: 2px solid $accent; }
QHeaderView { background: $raised; }
QHeaderView::section {
    background: $raised; color: $soft; font-weight: 600; border: 0; border-bottom: 1px solid $line;
    padding: 0 11px; min-height: ${inner}px;
}
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab {
    min-height: ${inner}px; padding: 0 ${pad}px; border: 0; border-bottom: 3px solid transparent;
    color: $soft; background: transparent;
}
QTabBar::tab:selected { color: $ink; border-bottom: 3px solid $accent; font-weight: 600; }
QTabBar::tab:focus { background: $accent_soft; }
QTabWidget::pane { border: 0; border-top: 1px solid $line; }
QMainWindow::separator { background: $line; height: 1px; width: 1px; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $line_strong; border-radius: 3px; margin: 3px; min-height: 44px; min-width: 44px; }
QScrollBar::handle:hover { background: $soft; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSlider { min-height: ${target}px; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $line; }
QListWidget { background: $surface; border: 1px solid $line; border-radius: ${radius_small}px; outline: 0; }
QListWidget::item { padding: 4px 8px; color: $ink; }
QListWidget::item:hover { background: $raised; }
QListWidget::item:selected { background: $accent_soft; color: $ink; border-left: 4px solid $accent; padding: 4px 8px 4px 4px; }
QMenu { background: $surface; border: 1px solid $line_strong; }
QMenu::item { min-height: ${target}px; padding: 0 ${pad}px; }
QMenu::item:selected { background: $accent_soft; }
QProgressBar { border: 0; background: $raised; border-radius: 4px; min-height: 10px; max-height: 10px; color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }
""")


def sheet(tokens: Tokens, sizes: Sizes) -> str:
    """The style sheet of a mode and a set of sizes."""
    values: dict[str, object] = {f.name: getattr(tokens, f.name) for f in fields(tokens) if f.name not in ("states", "mode")}
    values["types"] = "\n".join(
        f'QLabel[type="{kind.value}"] {{ font-size: {round(pixels * sizes.text)}px; font-weight: {600 if strong else 400}; }}'
        for kind, (pixels, strong) in TYPE.items())
    icons = Path(resources.__file__).parent / "icons"
    values["arrow"] = (icons / "combo-arrow.svg").as_posix()
    values["tick"] = (icons / f"tick-{tokens.mode.value}.svg").as_posix()
    values |= {
        "radius": sizes.radius, "radius_small": max(2, sizes.radius - 2), "pad": sizes.pad, "pad_focus": sizes.pad - 2,
        "target": sizes.target, "inner": sizes.target - 2, "inner_focus": sizes.target - 6,
        "strong": round(TYPE[Type.STRONG][0] * sizes.text), "caption": round(TYPE[Type.CAPTION][0] * sizes.text),
    }
    return _SHEET.substitute(values)
