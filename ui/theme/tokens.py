"""Colours and sizes as values. Grey is normal; colour is kept for what differs, red for faults only, never colour alone.

Every pair of text and ground that is used keeps a contrast of 4.5:1 (tests/ui/test_theme.py reads `PAIRS`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from station.model.words import StateWord


class Mode(StrEnum):
    """Which of the two palettes."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Tone:
    """How one state looks: `ink` for word and line, `fill` and `on_fill` for its mark, `loud` gives the tile a thick border."""

    ink: str
    fill: str
    on_fill: str
    loud: bool = False


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one mode, as #rrggbb."""

    mode: Mode
    ground: str          # behind everything
    surface: str         # cards, tiles, fields
    raised: str          # hovered, headers, the empty part of a bar
    line: str            # borders that only separate
    line_strong: str     # borders that say "here you may act" (3:1)
    ink: str
    soft: str            # secondary text
    accent: str          # primary action, selection
    accent_ink: str      # text in the accent colour on surface or ground
    on_accent: str
    accent_soft: str     # selected row
    danger: str
    on_danger: str
    danger_soft: str
    warn: str            # text of warnings
    warn_soft: str
    good: str
    good_soft: str
    practice: str        # the banner of the practice bench, used for nothing else
    on_practice: str
    states: Mapping[StateWord, Tone]


def _states(quiet: Tone, blue: Tone, amber: Tone, green: Tone, red: Tone, faint: Tone) -> Mapping[StateWord, Tone]:
    return MappingProxyType({
        StateWord.EMPTY: faint,
        StateWord.IDENTIFYING: quiet,
        StateWord.NEEDS_YOU: amber,
        StateWord.READY: blue,
        StateWord.WORKING: quiet,
        StateWord.RESTARTING: quiet,
        StateWord.WAITING_FOR_CLOUD: quiet,
        StateWord.DONE: green,
        StateWord.FAILED: red,
        StateWord.SKIPPED: faint,
    })


LIGHT = Tokens(
    mode=Mode.LIGHT, ground="#eef0f3", surface="#ffffff", raised="#e4e8ed", line="#d3d9e0", line_strong="#7d8794",
    ink="#171c22", soft="#525d69", accent="#0f5fc2", accent_ink="#0f5fc2", on_accent="#ffffff", accent_soft="#e1edfb",
    danger="#c01f28", on_danger="#ffffff", danger_soft="#fdeaea", warn="#8a4b00", warn_soft="#fff3dc",
    good="#14703f", good_soft="#e3f5ea", practice="#5b3a9e", on_practice="#ffffff",
    states=_states(
        quiet=Tone("#46525f", "#5d6b7a", "#ffffff"), blue=Tone("#0f5fc2", "#0f5fc2", "#ffffff"),
        amber=Tone("#8a4b00", "#ffb11a", "#241600", loud=True), green=Tone("#14703f", "#14703f", "#ffffff"),
        red=Tone("#c01f28", "#c01f28", "#ffffff", loud=True), faint=Tone("#5c6773", "#eef0f3", "#5c6773")),
)

DARK = Tokens(
    mode=Mode.DARK, ground="#14181d", surface="#1e242b", raised="#2b333c", line="#36404b", line_strong="#8893a0",
    ink="#f1f4f7", soft="#b0bac5", accent="#5aa2ff", accent_ink="#7db5ff", on_accent="#06182e", accent_soft="#1b3557",
    danger="#ff6b6b", on_danger="#2a0000", danger_soft="#43191c", warn="#ffc457", warn_soft="#3d2d0c",
    good="#62d394", good_soft="#15372a", practice="#5a3fa0", on_practice="#ffffff",
    states=_states(
        quiet=Tone("#b7c2ce", "#93a1b0", "#14181d"), blue=Tone("#7db5ff", "#7db5ff", "#07203f"),
        amber=Tone("#ffc457", "#ffb11a", "#241600", loud=True), green=Tone("#62d394", "#62d394", "#06301a"),
        red=Tone("#ff7b7b", "#ff6b6b", "#2a0000", loud=True), faint=Tone("#a3aeba", "#262d35", "#a3aeba")),
)

TOKENS: Mapping[Mode, Tokens] = MappingProxyType({Mode.LIGHT: LIGHT, Mode.DARK: DARK})

PAIRS: tuple[tuple[str, str], ...] = (
    ("ink", "ground"), ("ink", "surface"), ("ink", "raised"), ("ink", "accent_soft"), ("soft", "ground"), ("soft", "surface"),
    ("accent_ink", "surface"), ("accent_ink", "ground"), ("on_accent", "accent"), ("on_danger", "danger"),
    ("danger", "surface"), ("danger", "ground"), ("danger", "danger_soft"), ("ink", "danger_soft"), ("warn", "surface"),
    ("warn", "warn_soft"), ("ink", "warn_soft"), ("good", "surface"), ("good", "good_soft"), ("ink", "good_soft"),
    ("on_practice", "practice"),
)
"""Text over ground as it is used, by the names of the fields."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Lengths in logical pixels. `target` is the least side of anything that is pressed (facts/bench-tools §5)."""

    target: int = 44
    gap: int = 8
    pad: int = 16
    radius: int = 8
    text: float = 1.0     # factor on every type size


DESK = Sizes()
OPERATOR = Sizes(target=60, gap=12, pad=18, radius=10, text=1.2)


class Type(StrEnum):
    """What a text is for; the sizes stand in `TYPE`."""

    CAPTION = "caption"
    BODY = "body"
    STRONG = "strong"
    CARD = "card"
    INSTRUCTION = "instruction"
    HEADING = "heading"
    VERB = "verb"
    NUMBER = "number"


TYPE: Mapping[Type, tuple[float, bool]] = MappingProxyType({
    Type.CAPTION: (13, False), Type.BODY: (15, False), Type.STRONG: (15, True), Type.CARD: (18, False),
    Type.INSTRUCTION: (22, False), Type.HEADING: (20, True), Type.VERB: (28, True), Type.NUMBER: (36, True),
})
"""Size in logical pixels and whether semi-bold. 18 px reads at 0.6 m with 20 arc minutes (facts/bench-tools §5)."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour #rrggbb."""
    red, green, blue = (_linear(int(colour[i:i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
