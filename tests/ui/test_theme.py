"""Colours, marks and drawings: readable in both modes, told apart without colour, and there for every card."""

import importlib.util
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontInfo, QImage, QPainter
from PySide6.QtWidgets import QApplication

import resources
from station.model.words import StateWord
from ui.practice.pages import PICTURES as PAGE_PICTURES
from ui.screens import SCREENS
from ui.theme.marks import MARKS
from ui.theme.theme import DRAWN_IN, FAMILY, Theme, in_mode, picture_names, put_on
from ui.theme.tokens import LIGHT, PAIRS, TOKENS, Mode, Tokens, Type, contrast

LEAST = 4.5
ROOT = Path(__file__).resolve().parents[2]
MODES = pytest.mark.parametrize("tokens", TOKENS.values(), ids=[m.value for m in TOKENS])

# Machado, Oliveira, Fernandes (2009), severity 1.0, linear RGB
BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "none at all": ((0.2126, 0.7152, 0.0722),) * 3,
}


@MODES
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_every_text_can_be_read_on_its_ground(tokens: Tokens, text: str, ground: str) -> None:
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= LEAST


@MODES
@pytest.mark.parametrize("word", StateWord)
def test_state_words_and_marks_can_be_read(tokens: Tokens, word: StateWord) -> None:
    tone = tokens.states[word]
    assert contrast(tone.ink, tokens.surface) >= LEAST
    assert contrast(tone.ink, tokens.ground) >= LEAST
    assert contrast(tone.on_fill, tone.fill) >= LEAST


@MODES
def test_borders_that_say_here_you_may_act_are_seen(tokens: Tokens) -> None:
    assert contrast(tokens.line_strong, tokens.surface) >= 3
    assert contrast(tokens.accent, tokens.surface) >= 3


@MODES
def test_red_is_for_faults_only(tokens: Tokens) -> None:
    red = tokens.states[StateWord.FAILED].fill
    assert [w for w in StateWord if tokens.states[w].fill == red] == [StateWord.FAILED]


def test_every_state_has_its_own_word_and_glyph() -> None:
    assert set(MARKS) == set(StateWord)
    assert len({m.word for m in MARKS.values()}) == len({m.glyph for m in MARKS.values()}) == len(StateWord)


@pytest.mark.parametrize("blindness", BLINDNESS)
@MODES
def test_states_are_told_apart_without_colour(theme: Theme, tokens: Tokens, blindness: str) -> None:
    marks = {word: _seen(_mark(word, tokens), BLINDNESS[blindness]) for word in StateWord}
    for one, other in combinations(StateWord, 2):
        differing = sum(abs(a - b) > 40 for a, b in zip(marks[one], marks[other], strict=True)) / len(marks[one])
        assert differing > 0.05, f"{one} and {other} look alike with {blindness}: {differing:.3f}"


def _mark(word: StateWord, tokens: Tokens) -> QImage:
    tone = tokens.states[word]
    image = QImage(32, 32, QImage.Format.Format_RGB32)
    image.fill(QColor(tokens.surface))
    painter = QPainter(image)
    painter.fillRect(0, 0, 32, 32, QColor(tone.fill))
    painter.drawPixmap(4, 4, Theme.of(tokens.mode).glyph(MARKS[word].glyph, tone.on_fill, 24))
    painter.end()
    return image


def _seen(image: QImage, matrix: tuple[tuple[float, float, float], ...]) -> list[int]:
    """Lightness of every pixel as somebody sees it, relative to the image's darkest and lightest."""
    values = []
    for y in range(image.height()):
        for x in range(image.width()):
            colour = image.pixelColor(x, y)
            linear = [(c / 255) ** 2.2 for c in (colour.red(), colour.green(), colour.blue())]
            seen = [max(0.0, min(1.0, sum(m * c for m, c in zip(row, linear, strict=True)))) for row in matrix]
            values.append(round(255 * (0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2]) ** (1 / 2.2)))
    low, high = min(values), max(values)
    # the mark alone must tell: stretch, so that only its shape counts
    stretched = [round(255 * (v - low) / max(1, high - low)) for v in values]
    return stretched if stretched[0] < 128 else [255 - v for v in stretched]


def test_every_icon_that_is_named_is_there() -> None:
    named = {m.glyph for m in MARKS.values()} | {s.icon for s in SCREENS}
    assert {f"icons/{n}.svg" for n in named} <= set(resources.names("icons", ".svg"))


@pytest.mark.parametrize("name", sorted(n.removeprefix("icons/").removesuffix(".svg") for n in resources.names("icons", ".svg")))
def test_every_icon_shows_something(theme: Theme, name: str) -> None:
    image = theme.glyph(name, "#000000", 24).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    assert sum(alpha > 100 for alpha in bytes(image.constBits())[3::4]) > 8


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", sorted(picture_names()))
def test_every_drawing_shows_something_in_both_modes(theme: Theme, name: str, mode: Mode) -> None:
    drawing = Theme.of(mode).picture(name)
    assert drawing.isValid()
    image = QImage(160, 102, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    drawing.render(painter, QRectF(0, 0, 160, 102))
    painter.end()
    assert sum(alpha > 0 for alpha in bytes(image.constBits())[3::4]) > 400


@pytest.mark.parametrize("name", sorted(picture_names()))
def test_no_colour_of_the_light_is_left_in_the_dark(name: str) -> None:
    left = {word for word in in_mode(name, Mode.DARK).split('"') if word in DRAWN_IN}
    assert not left


def test_drawings_use_only_colours_that_can_be_exchanged() -> None:
    for name in resources.names("gestures", ".svg"):
        used = {word for word in resources.text(name).split('"') if word.startswith("#")}
        assert used <= set(DRAWN_IN), name
    assert {colour: getattr(LIGHT, token) for colour, token in DRAWN_IN.items()} == {colour: colour for colour in DRAWN_IN}


def test_the_drawings_are_what_their_program_draws() -> None:
    spec = importlib.util.spec_from_file_location("gestures", ROOT / "packaging" / "gestures.py")
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    stored = {n.removeprefix("gestures/").removesuffix(".svg"): resources.text(n) for n in resources.names("gestures", ".svg")}
    assert stored == {name: program.svg(inside) for name, inside in program.PICTURES.items()}


def test_every_page_of_the_headset_has_a_drawing() -> None:
    from station.practice.units.headset import Page

    assert set(PAGE_PICTURES) == set(Page)
    assert set(PAGE_PICTURES.values()) <= picture_names()


@pytest.mark.parametrize("mode", Mode)
def test_the_application_wears_the_shipped_font_and_our_palette(qapp: QApplication, mode: Mode) -> None:
    theme = Theme.of(mode)
    put_on(qapp, theme)
    assert QFontInfo(theme.font(Type.BODY)).family() == FAMILY
    assert qapp.palette().window().color() == theme.colour("ground")
    assert qapp.style().objectName() in ("fusion", "")
