"""The theme in use: tokens, sizes, fonts, icons and drawings for one mode; and how it is put on the application."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

import resources
from ui.theme.sheet import sheet
from ui.theme.tokens import DESK, LIGHT, OPERATOR, TOKENS, TYPE, Mode, Sizes, Tokens, Type

FONTS = ("fonts/Inter-Regular.otf", "fonts/Inter-SemiBold.otf")
FAMILY = "Inter"
ICON_SIDES = (20, 26)
"""Sides of icons on buttons and in the navigation, in logical pixels."""

DRAWN_IN: Mapping[str, str] = MappingProxyType({
    "#171c22": "ink", "#ffffff": "surface", "#525d69": "soft", "#d3d9e0": "line", "#e4e8ed": "raised",
    "#0f5fc2": "accent_ink", "#e1edfb": "accent_soft", "#c01f28": "danger", "#14703f": "good", "#8a4b00": "warn",
    "#fff3dc": "warn_soft", "#eef0f3": "ground",
})
"""Drawings are stored in the light colours, so that any viewer shows them; each stands for a token."""


@dataclass(frozen=True)
class Theme:
    """Everything a screen needs to look right. Values only; `put_on` applies it to the application."""

    tokens: Tokens = LIGHT
    sizes: Sizes = DESK
    _icons: dict[tuple[str, str], QIcon] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, mode: Mode, operator: bool = False) -> "Theme":
        """The theme of a mode, with larger targets for gloves in operator mode."""
        return cls(TOKENS[mode], OPERATOR if operator else DESK)

    def font(self, kind: Type) -> QFont:
        """The font of a kind of text; figures all have one width, so that times do not dance."""
        pixels, strong = TYPE[kind]
        return self.sized(pixels * self.sizes.text, strong)

    def sized(self, pixels: float, strong: bool = False) -> QFont:
        """A font of a height in logical pixels."""
        font = QFont(FAMILY)
        font.setPixelSize(max(1, round(pixels)))
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        font.setFeature(QFont.Tag("tnum"), 1)
        font.setFeature(QFont.Tag("calt"), 0)    # it would write the x of 0x80180018 as a multiplication sign
        return font

    def colour(self, name: str) -> QColor:
        """A token as a colour."""
        return QColor(getattr(self.tokens, name))

    def icon(self, name: str, colour: str = "ink") -> QIcon:
        """An icon of `resources/icons` in the colour of a token, by the token's name."""
        key = (name, colour)
        if key not in self._icons:
            icon, app = QIcon(), QGuiApplication.instance()
            ratio = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
            for side in ICON_SIDES:
                icon.addPixmap(self.glyph(name, getattr(self.tokens, colour), side, ratio))
            self._icons[key] = icon
        return self._icons[key]

    def glyph(self, name: str, colour: str, side: int, ratio: float = 1.0) -> QPixmap:
        """An icon as a pixmap of `side` logical pixels at a device pixel ratio."""
        return _glyph(name, colour, side, ratio)

    def picture(self, name: str) -> QSvgRenderer:
        """A drawing of `resources/gestures` in this mode's colours; the drawing `unknown` where there is none of that name.

        Its view box is as high as what is drawn, so that no empty strip stands between it and the words below.
        """
        drawing = QSvgRenderer(QByteArray(in_mode(name, self.tokens.mode).encode()))
        top, bottom = _drawn(name)
        whole = drawing.viewBoxF()
        drawing.setViewBox(QRectF(whole.x(), whole.y() + top, whole.width(), bottom - top))
        return drawing


@cache
def _glyph(name: str, colour: str, side: int, ratio: float) -> QPixmap:
    svg = resources.text(f"icons/{name}.svg").replace("currentColor", colour)
    image = QImage(QSize(round(side * ratio), round(side * ratio)), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(image)


@cache
def in_mode(name: str, mode: Mode) -> str:
    """The drawing of a name as SVG text in the colours of a mode."""
    known = picture_names()
    svg = resources.text(f"gestures/{name if name in known else 'unknown'}.svg")
    if mode is Mode.LIGHT:
        return svg
    for i, drawn in enumerate(DRAWN_IN):
        svg = svg.replace(drawn, f"@{i}@")
    for i, token in enumerate(DRAWN_IN.values()):
        svg = svg.replace(f"@{i}@", getattr(TOKENS[mode], token))
    return svg


@cache
def _drawn(name: str) -> tuple[int, int]:
    """The first line on which something is drawn, and the first below the last one."""
    drawing = QSvgRenderer(QByteArray(in_mode(name, Mode.LIGHT).encode()))
    image = QImage(drawing.defaultSize(), QImage.Format.Format_Alpha8)
    image.fill(0)
    painter = QPainter(image)
    drawing.render(painter)
    painter.end()
    dots, stride = memoryview(image.constBits()), image.bytesPerLine()
    lines = [y for y in range(image.height()) if any(dots[y * stride:y * stride + image.width()])]
    return (lines[0], lines[-1] + 1) if lines else (0, image.height())


@cache
def picture_names() -> frozenset[str]:
    """The names of all drawings."""
    return frozenset(n.removeprefix("gestures/").removesuffix(".svg") for n in resources.names("gestures", ".svg"))


@cache
def _load_fonts() -> None:
    for name in FONTS:
        QFontDatabase.addApplicationFontFromData(QByteArray(resources.data(name)))


def put_on(app: QApplication, theme: Theme) -> None:
    """Dress the application: Fusion, the shipped font, own palette, own style sheet."""
    _load_fonts()
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(theme.tokens))
    app.setFont(theme.font(Type.BODY))
    app.setStyleSheet(sheet(theme.tokens, theme.sizes))


def palette(t: Tokens) -> QPalette:
    """The Qt palette of the tokens, disabled group included."""
    roles = QPalette.ColorRole
    made = QPalette()
    for role, colour in {
        roles.Window: t.ground, roles.WindowText: t.ink, roles.Base: t.surface, roles.AlternateBase: t.ground, roles.Text: t.ink,
        roles.Button: t.surface, roles.ButtonText: t.ink, roles.BrightText: t.danger, roles.Highlight: t.accent,
        roles.HighlightedText: t.on_accent, roles.Link: t.accent_ink, roles.LinkVisited: t.accent_ink,
        roles.PlaceholderText: t.soft, roles.ToolTipBase: t.raised, roles.ToolTipText: t.ink, roles.Light: t.surface,
        roles.Midlight: t.raised, roles.Mid: t.line, roles.Dark: t.line_strong, roles.Shadow: t.line_strong,
        roles.Accent: t.accent,
    }.items():
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(t.soft))
    return made
