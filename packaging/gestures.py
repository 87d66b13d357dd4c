"""Draws the pictures of the guide: python packaging/gestures.py writes resources/gestures/*.svg.

Every picture is put together from a few parts (headset, page, cable, cloud, hand signs), so that the headset looks the same in
all of them. Only the colours of `ui.theme.theme.DRAWN_IN` are used; the window exchanges them for the dark mode. No words are
drawn: what a page says depends on the headset's language.
"""

# ruff: noqa: E501 - coordinates read better unbroken
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "resources" / "gestures"
INK, PAPER, SOFT, LINE, RAISED = "#171c22", "#ffffff", "#525d69", "#d3d9e0", "#e4e8ed"
BLUE, PALE, RED, GREEN, AMBER, SAND = "#0f5fc2", "#e1edfb", "#c01f28", "#14703f", "#8a4b00", "#fff3dc"


def path(d: str, stroke: str = INK, width: float = 3, fill: str = "none", more: str = "") -> str:
    return f'<path d="{d}" stroke="{stroke}" stroke-width="{width}" fill="{fill}" {more}/>'


def circle(x: float, y: float, r: float, stroke: str = INK, width: float = 3, fill: str = "none", more: str = "") -> str:
    return f'<circle cx="{x}" cy="{y}" r="{r}" stroke="{stroke}" stroke-width="{width}" fill="{fill}" {more}/>'


def box(x: float, y: float, w: float, h: float, r: float = 6, stroke: str = INK, width: float = 3, fill: str = "none",
        more: str = "") -> str:
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" stroke="{stroke}" stroke-width="{width}" fill="{fill}" {more}/>'


def dot(x: float, y: float, r: float, fill: str) -> str:
    return circle(x, y, r, "none", 0, fill)


def figure(x: float, y: float, size: float, text: str, fill: str = INK) -> str:
    """A number with its unit; the only letters in the pictures."""
    return (f'<text x="{x}" y="{y}" font-family="Inter" font-size="{size}" font-weight="600" '
            f'text-anchor="middle" fill="{fill}" stroke="none">{text}</text>')


def moved(part: str, x: float = 0, y: float = 0, scale: float = 1) -> str:
    return f'<g transform="translate({x} {y}) scale({scale})">{part}</g>'


def headset(lights: tuple[str, ...] = (), pressed: tuple[str, ...] = (), shine: str = PALE) -> str:
    """The headset from its right side, looking right: visor, arm with the volume buttons, rear pod with power, lights and port.

    `lights`: the five lights from top, each a colour or ""; `pressed`: volume-down, volume-up, power, port.
    """
    band = (path("M92 88C92 34 142 12 190 22C228 30 246 52 250 80", SOFT, 7)
            + path("M98 84H232", INK, 26) + path("M98 84H232", RAISED, 20))
    pod = box(52, 62, 58, 70, 16, INK, 3, RAISED)
    visor = path("M226 66H268C282 66 290 78 288 96C286 124 274 146 254 146C238 146 230 130 226 112Z", INK, 3, shine)
    glint = path("M268 84C272 98 268 118 258 130", PAPER, 4)
    volume = "".join(box(x, 62, 22, 11, 5, INK, 2.5, BLUE if name in pressed else PAPER)
                     for name, x in (("volume-down", 172), ("volume-up", 198)))
    volume += path("M178 67.5h10", PAPER if "volume-down" in pressed else INK, 2)
    volume += path("M204 67.5h10M209 64.500v6", PAPER if "volume-up" in pressed else INK, 2)
    power = circle(81, 82, 9.5, INK, 2.5, BLUE if "power" in pressed else PAPER)
    power += path("M81 77v4.500M77.500 79.500a5 5 0 1 0 7 0", PAPER if "power" in pressed else INK, 1.8)
    port = box(70, 136, 22, 8, 4, INK, 2.5, BLUE if "port" in pressed else PAPER)
    row = "".join(dot(61 + i * 10, 106, 3.4, colour or LINE) for i, colour in enumerate(lights or ("",) * 5))
    return band + pod + port + visor + glint + volume + power + row


def press(x: float, y: float, up: bool = True) -> str:
    """A press on the spot (x, y) from above: an arrow down, and up again for a tap."""
    mark = path(f"M{x - 5} {y - 40}V{y - 12}M{x - 12} {y - 20}L{x - 5} {y - 11}L{x + 2} {y - 20}", BLUE, 4)
    if up:
        mark += path(f"M{x + 12} {y - 12}V{y - 40}M{x + 5} {y - 32}L{x + 12} {y - 41}L{x + 19} {y - 32}", BLUE, 4)
    return mark


def watch(x: float, y: float, text: str, r: float = 25, colour: str = BLUE) -> str:
    """A time that something is held or waited for."""
    return (circle(x, y, r, colour, 4, PAPER) + path(f"M{x - 6} {y - r - 8}h12M{x} {y - r - 7}v5", colour, 4)
            + figure(x, y + 6, 17 if len(text) < 5 else 14, text, colour))


def ring(x: float, y: float, r: float = 17, colour: str = BLUE) -> str:
    """Draws the eye to a spot."""
    return circle(x, y, r, colour, 3, "none", 'stroke-dasharray="5 5"')


def page(inside: str, frame: str = INK) -> str:
    """What the person sees in the headset: a floating page above a small visor."""
    beam = path("M134 176L84 144M186 176L236 144", LINE, 3)
    visor = path("M132 172H188C194 172 197 177 196 183C194 193 188 198 180 198C170 198 168 191 160 191C152 191 150 198 140 198"
                 "C132 198 126 193 124 183C123 177 126 172 132 172Z", INK, 3, PALE)
    return beam + visor + box(52, 12, 216, 132, 10, frame, 3, PAPER) + inside


def bars(x: float, y: float, *widths: float, step: float = 14, colour: str = LINE) -> str:
    """Lines of text."""
    return "".join(path(f"M{x} {y + i * step}h{w}", colour, 6) for i, w in enumerate(widths))


def push(x: float, y: float, w: float, on: bool = True, h: float = 20) -> str:
    """A button on a page."""
    return box(x, y, w, h, 5, BLUE if on else SOFT, 2.5, BLUE if on else PAPER)


def cloud(x: float, y: float, scale: float = 1, fill: str = PALE, stroke: str = INK) -> str:
    return moved(path("M32 78H112C130 78 142 66 142 51C142 37 132 27 118 25C112 10 98 0 82 0C64 0 50 11 45 27C26 27 12 37 12 53"
                      "C12 68 22 78 32 78Z", stroke, 3, fill), x, y, scale)


def arrow(x1: float, y1: float, x2: float, y2: float, colour: str = BLUE, width: float = 5) -> str:
    """A straight arrow along one axis."""
    if x1 == x2:
        s = 1 if y2 > y1 else -1
        head = f"M{x2 - 9} {y2 - 10 * s}L{x2} {y2}L{x2 + 9} {y2 - 10 * s}"
    else:
        s = 1 if x2 > x1 else -1
        head = f"M{x2 - 10 * s} {y2 - 9}L{x2} {y2}L{x2 - 10 * s} {y2 + 9}"
    return path(f"M{x1} {y1}L{x2} {y2}{head}", colour, width)


def laptop(x: float, y: float, scale: float = 1, inside: str = "") -> str:
    return moved(box(12, 0, 96, 64, 6, INK, 3, PAPER) + path("M2 76H118L110 66H10Z", INK, 3, RAISED) + inside, x, y, scale)


def sheet(x: float, y: float, scale: float = 1, mark: str = "") -> str:
    return moved(path("M0 0H34L50 16V66H0Z", INK, 3, PAPER) + path("M34 0V16H50", INK, 3) + bars(10, 30, 30, 30, 20, step=11) + mark,
                 x, y, scale)


def tick(x: float, y: float, r: float = 24) -> str:
    return dot(x, y, r, GREEN) + path(f"M{x - r * .45} {y + r * .05}L{x - r * .1} {y + r * .4}L{x + r * .5} {y - r * .35}", PAPER, 5)


def cross(x: float, y: float, r: float = 24) -> str:
    return dot(x, y, r, RED) + path(f"M{x - r * .35} {y - r * .35}l{r * .7} {r * .7}M{x + r * .35} {y - r * .35}l{-r * .7} {r * .7}",
                                    PAPER, 5)


def question(x: float, y: float, scale: float = 1) -> str:
    return moved(circle(0, 0, 26, BLUE, 4, PAPER) + path("M-8 -7a8.500 8.500 0 1 1 13 7c-4 3-5 4-5 8", BLUE, 4) + dot(0, 15, 3, BLUE), x, y, scale)


def turn(x: float, y: float, r: float = 20, colour: str = BLUE) -> str:
    return (path(f"M{x + r} {y}a{r} {r} 0 1 1 {-r * .35} {-r * .75}", colour, 5)
            + path(f"M{x + r * .2} {y - r * 1.15}L{x + r * .72} {y - r * .72}L{x + r * .25} {y - r * .3}", colour, 5))


def bird(x: float, y: float, scale: float = 1) -> str:
    """The hummingbird of the first page."""
    body = path("M0 22C10 8 26 4 38 10C46 14 50 20 62 20L86 14L62 26C58 40 44 50 28 48C20 47 12 52 0 64C2 50 4 44 10 38Z", INK, 3, PALE)
    wing = path("M30 18C22 -2 30 -22 46 -30C48 -10 46 8 44 20Z", INK, 3, PAPER) + path("M40 16C40 0 50 -14 64 -18C64 -2 58 12 50 20Z", INK, 3, BLUE)
    return moved(body + wing + dot(54, 19, 2.600, INK), x, y, scale)


def hand(x: float, y: float, scale: float = 1) -> str:
    """An open hand, palm up."""
    return moved(path("M-30 14C-34 2 -28 -4 -20 4L-14 10V-26C-14 -33 -5 -33 -5 -26V-2V-34C-5 -41 4 -41 4 -34V-2V-30C4 -37 13 -37 13 -30V2V-20"
                      "C13 -27 22 -27 22 -20V18C22 36 10 46 -4 46C-16 46 -22 40 -26 30Z", INK, 3, PAPER), x, y, scale)


def person(x: float, y: float, scale: float = 1, fill: str = PALE) -> str:
    return moved(circle(0, -16, 13, INK, 3 / max(1, scale), fill) + path("M-24 26C-22 6 -12 2 0 2S22 6 24 26Z", INK, 3 / max(1, scale), fill),
                 x, y, scale)


def wifi(x: float, y: float, scale: float = 1, colour: str = BLUE) -> str:
    return moved(dot(0, 16, 4.500, colour) + path("M-11 5a16 16 0 0 1 22 0M-21 -6a31 31 0 0 1 42 0M-31 -17a46 46 0 0 1 62 0", colour, 5), x, y, scale)


def lock(x: float, y: float, scale: float = 1, colour: str = RED) -> str:
    return moved(path("M-15 -4V-16a15 15 0 0 1 30 0V-4", colour, 6) + box(-24, -4, 48, 38, 6, colour, 3, PAPER) + dot(0, 12, 5, colour)
                 + path("M0 12v9", colour, 4), x, y, scale)


def battery(x: float, y: float, share: float, colour: str) -> str:
    return box(x, y, 84, 42, 8, INK, 3, PAPER) + box(x + 84, y + 13, 8, 16, 3, INK, 3, INK) + box(
        x + 7, y + 7, 70 * share, 28, 4, "none", 0, colour)


def bolt(x: float, y: float, scale: float = 1) -> str:
    return moved(path("M4 -26L-14 4H-1L-5 26L14 -6H1Z", AMBER, 3, SAND), x, y, scale)


def cable(d: str) -> str:
    return path(d, INK, 7) + path(d, SOFT, 3)


def plug_end(x: float, y: float) -> str:
    """A USB-C plug pointing up."""
    return box(x - 8, y - 16, 16, 12, 4, INK, 2.5, PAPER) + box(x - 11, y - 5, 22, 26, 5, INK, 2.5, RAISED)


def stick(x: float, y: float) -> str:
    return box(x, y, 34, 54, 6, INK, 3, PALE) + box(x + 8, y - 16, 18, 16, 3, INK, 3, PAPER)


def package(x: float, y: float, scale: float = 1) -> str:
    return moved(path("M0 -30L30 -15V17L0 32L-30 17V-15Z", INK, 3, SAND) + path("M-30 -15L0 0L30 -15M0 0V32", INK, 3), x, y, scale)


def briefcase(x: float, y: float) -> str:
    return box(x - 24, y - 12, 48, 34, 5, INK, 3, PALE) + path(f"M{x - 9} {y - 12}v-9h18v9M{x - 24} {y + 4}h48", INK, 3)


def house(x: float, y: float) -> str:
    return path(f"M{x - 26} {y}L{x} {y - 24}L{x + 26} {y}M{x - 19} {y - 4}V{y + 22}H{x + 19}V{y - 4}", INK, 3, PAPER)


def gear(x: float, y: float, r: float = 18, colour: str = INK) -> str:
    teeth = "".join(f'<rect x="{x - 4}" y="{y - r - 6}" width="8" height="10" rx="2" fill="{colour}" stroke="none" '
                    f'transform="rotate({45 * i} {x} {y})"/>' for i in range(8))
    return teeth + circle(x, y, r - 3, colour, 6, PAPER)


def steps(*states: str) -> str:
    """Lines of the status page: done, now, later or failed."""
    out = ""
    for i, state in enumerate(states):
        y = 46 + i * 30
        out += {"done": tick(82, y, 10), "now": circle(82, y, 9, BLUE, 4, "none", 'stroke-dasharray="38 20"'),
                "later": circle(82, y, 9, LINE, 4), "failed": cross(82, y, 10)}[state]
        out += bars(104, y, 130 if i != 1 else 104, colour=LINE if state != "failed" else RED)
    return out


def settings(inside: str) -> str:
    return page(path("M112 13V143", LINE, 3) + gear(82, 38, 14) + bars(66, 68, 32, 28, 34, 26, step=17) + inside)


LED_ON = BLUE
PICTURES = {
    # hands and buttons
    "chord-tap": headset(pressed=("volume-down", "power")) + ring(183, 67) + ring(81, 82) + press(183, 60) + press(81, 62),
    "chord-hold": headset(pressed=("volume-down", "power")) + ring(183, 67) + ring(81, 82) + press(183, 60, False)
    + press(81, 62, False) + watch(160, 160, "15 s"),
    "power-tap": headset(pressed=("power",)) + ring(81, 82) + press(81, 62),
    "power-hold": headset(pressed=("power",)) + ring(81, 82) + press(81, 62, False) + watch(160, 160, "4 s"),
    "power-off": headset(pressed=("power",)) + ring(81, 82) + press(81, 62, False) + watch(160, 160, "15 s"),
    "restart-button": headset(pressed=("power",)) + ring(81, 82) + press(81, 62, False) + watch(160, 160, "10 s") + turn(226, 166),
    "flash-mode": headset(("", "", LED_ON, "", ""), pressed=("volume-up", "power")) + ring(209, 67) + ring(81, 82)
    + press(209, 60, False) + press(81, 62) + watch(160, 160, "15 s"),
    "put-on": person(160, 128, 3.2) + moved(headset(), 92, 38, 0.46),
    "take-off": person(92, 132, 2.6) + moved(headset(), 166, 60, 0.46) + arrow(130, 100, 172, 100),
    "wake": headset(pressed=("power",)) + ring(81, 82) + press(81, 62) + circle(258, 104, 40, BLUE, 3, "none", 'stroke-dasharray="2 9"'),
    # lights
    "leds-battery": headset((LED_ON, LED_ON, LED_ON, "", "")) + box(44, 93, 74, 26, 13, BLUE, 3) + battery(190, 150, 0.6, GREEN),
    "leds-flash-mode": headset(("", "", LED_ON, "", "")) + box(44, 93, 74, 26, 13, BLUE, 3),
    "leds-error": headset((RED, RED, RED, RED, RED)) + box(44, 93, 74, 26, 13, RED, 3) + figure(160, 176, 22, "5 ×", RED),
    "leds-hardware": headset((RED, "", RED, "", RED)) + box(44, 93, 74, 26, 13, RED, 3) + cross(160, 168, 20),
    "leds-off": headset() + box(44, 93, 74, 26, 13, SOFT, 3),
    # cable and power
    "plug-usb-c": headset(pressed=("port",)) + ring(81, 141, 19) + cable("M81 186C81 206 150 200 220 196H316") + plug_end(81, 168)
    + arrow(116, 184, 116, 152),
    "unplug": headset(pressed=("port",)) + cable("M81 186C81 206 150 200 220 196H316") + plug_end(81, 168) + arrow(116, 152, 116, 186),
    "charge": headset((LED_ON, "", "", "", ""), pressed=("port",)) + cable("M81 178V190H150") + plug_end(81, 162)
    + battery(170, 152, 0.35, AMBER) + bolt(290, 172),
    "ports": laptop(30, 20, 1.1, inside="") + "".join(box(60 + i * 54, 128, 40, 26, 6, INK, 3, PAPER) + box(
        70 + i * 54, 137, 20, 8, 4, SOFT, 2) + figure(80 + i * 54, 182, 20, str(i + 1)) for i in range(4)),
    "ethernet": moved(headset(pressed=("port",)), 0, -6, 0.8) + cable("M65 118V150H150") + box(150, 130, 70, 40, 8, INK, 3, RAISED)
    + path("M220 150H260", INK, 7) + box(260, 132, 40, 36, 5, INK, 3, PAPER) + path("M270 168v-12h20v12", INK, 3),
    "usb-stick": headset(pressed=("port",)) + ring(81, 141, 19) + stick(64, 156) + arrow(122, 190, 122, 158),
    # what the station does
    "reading-unit": moved(headset(), -14, 20, 0.62) + cable("M38 112V160H200") + laptop(196, 84, 1,
        circle(56, 30, 13, BLUE, 4) + path("M66 40l10 10", BLUE, 4)),
    "unit-ready": headset(shine=PALE) + tick(160, 158, 28),
    "collecting": moved(headset((LED_ON, LED_ON, LED_ON, "", "")), 0, -4, 0.86) + sheet(176, 128, 0.9) + turn(250, 160, 20)
    + path("M150 158h14", SOFT, 4, more='stroke-dasharray="2 8"'),
    "copy-from-unit": moved(headset(), -14, 14, 0.62) + cable("M38 106V160H200") + laptop(196, 84, 1, sheet(42, 8, 0.68))
    + arrow(92, 138, 168, 138),
    "copy-to-unit": moved(headset(), -14, 14, 0.62) + cable("M38 106V160H200") + laptop(196, 84, 1, package(60, 32, 0.7))
    + arrow(168, 138, 92, 138),
    "wipe": moved(headset(), -14, 14, 0.62) + package(214, 96, 1.1) + cross(248, 128, 22),
    "cloud-upload": cloud(82, 12) + laptop(100, 122, 1, sheet(42, 8, 0.68)) + arrow(160, 118, 160, 70),
    "cloud-import": cloud(82, 12) + sheet(138, 26, 0.7) + turn(160, 150, 24) + path("M160 96v14", BLUE, 4, more='stroke-dasharray="2 8"'),
    "cloud-profile": cloud(82, 10) + person(134, 52, 0.7) + sheet(160, 28, 0.65) + moved(headset(), 96, 98, 0.42)
    + path("M160 92v16", BLUE, 4, more='stroke-dasharray="2 8"'),
    "cloud-enrolled": cloud(82, 12) + tick(160, 54, 22) + moved(headset(), 96, 98, 0.42) + path("M160 94v14", GREEN, 4),
    "cloud-record": cloud(82, 12) + laptop(100, 122, 1, bars(26, 20, 60, 44, 52)) + arrow(160, 70, 160, 116),
    "cloud-delete": cloud(82, 12) + sheet(138, 26, 0.7) + cross(192, 70, 20) + laptop(100, 122, 1),
    "tenant-admin": cloud(30, 10) + lock(106, 56, 0.9, BLUE) + person(228, 120, 2.2),
    "restarting": headset() + turn(160, 158, 28),
    "done": headset(shine=PALE) + tick(160, 152, 34),
    "take-away": headset() + arrow(150, 166, 240, 166),
    "wait": headset() + watch(160, 160, "…"),
    "hands-off": headset((LED_ON, LED_ON, LED_ON, LED_ON, "")) + moved(hand(0, 0, 0.9), 160, 154) + cross(204, 172, 18),
    "flash-tool": moved(headset(("", "", LED_ON, "", "")), -14, 14, 0.62) + cable("M38 106V160H200") + laptop(196, 84, 1,
        arrow(60, 10, 60, 46)) + arrow(168, 138, 92, 138),
    "label": headset() + box(196, 150, 96, 40, 5, INK, 3, PAPER) + "".join(
        path(f"M{206 + x} 158v18", INK, w) for x, w in ((0, 3), (7, 5), (15, 2), (22, 4), (32, 2), (38, 6), (48, 3), (57, 2), (64, 5), (74, 3)))
    + path("M206 184h76", SOFT, 4),
    # pages of the headset
    "hummingbird": page(moved(bird(0, 0, 1.05), 104, 60) + moved(hand(0, 0, 0.62), 226, 100)),
    "fit-page": page(box(104, 40, 112, 76, 4, BLUE, 6, PALE) + path("M104 62V40H126M194 40H216V62M216 94V116H194M126 116H104V94", BLUE, 8)),
    "language-page": page(circle(104, 78, 30, INK, 3, PALE) + path("M74 78h60M104 48c14 14 16 46 0 60M104 48c-14 14-16 46 0 60", INK, 3)
                          + bars(152, 52, 90, 70, 84, step=18) + push(190, 106, 60)),
    "eye-calibration": page(path("M86 78C108 46 140 38 160 38S212 46 234 78C212 110 180 118 160 118S108 110 86 78Z", INK, 3, PALE)
                            + circle(160, 78, 24, INK, 3, BLUE) + dot(160, 78, 9, INK) + dot(168, 70, 4, PAPER)),
    "network-page": page(wifi(104, 74, 1.1) + bars(152, 42, 90, 74, step=24) + box(146, 82, 108, 22, 5, BLUE, 3, PALE) + bars(154, 93, 60, colour=BLUE)
                         + push(196, 114, 58)),
    "autopilot-search": page(circle(152, 68, 26, BLUE, 5, PALE) + path("M171 88l22 22", BLUE, 7) + bars(112, 128, 96) + watch(238, 56, "15 s", 20)),
    "autopilot-welcome": page(box(53.5, 13.5, 213, 129, 9, "none", 0, PALE) + briefcase(160, 66) + bars(112, 108, 96, 70, step=15, colour=BLUE)),
    "status-page": page(steps("done", "now", "later")),
    "status-page-failed": page(steps("done", "failed", "later"), RED),
    "license-page": page(bars(74, 36, 172, 172, 150, 164, 90, step=14) + push(82, 112, 66, False) + push(172, 112, 66) + cross(236, 40, 18), RED),
    "license-text": page(bars(74, 40, 172, 172, 150, 164, 120, step=14) + push(172, 112, 66)),
    "package-refused": page(package(118, 78, 1.1) + cross(184, 78, 26), RED),
    "accept-license": page(bars(74, 36, 172, 172, 150, 164, 90, step=14) + push(82, 112, 66, False) + push(172, 112, 66) + ring(205, 122, 26)),
    "owner-page": page(box(70, 36, 82, 76, 8, BLUE, 3, PALE) + briefcase(111, 76) + box(168, 36, 82, 76, 8, LINE, 3, PAPER) + house(209, 78)
                       + push(190, 118, 60)),
    "owner-page-personal": page(box(70, 36, 82, 76, 8, LINE, 3, PAPER) + briefcase(111, 76) + box(168, 36, 82, 76, 8, BLUE, 3, PALE) + house(209, 78)
                                + push(190, 118, 60)),
    "work-account": page(person(98, 74, 1) + box(140, 44, 108, 22, 5, INK, 2.5, PAPER) + bars(148, 55, 56) + box(140, 76, 108, 22, 5, INK, 2.5, PAPER)
                         + "".join(dot(152 + i * 12, 87, 3.5, INK) for i in range(6)) + push(190, 110, 58)),
    "device-code": page("".join(box(70 + i * 20 + (6 if i > 3 else 0), 58, 16, 28, 4, INK, 2.5, PALE) for i in range(9))
                        + bars(96, 112, 128)) + moved(box(0, 0, 34, 56, 6, INK, 3, PAPER) + path("M12 49h10", INK, 3), 272, 130),
    "pin-page": page("".join(circle(100 + i * 24, 60, 8, INK, 3, INK if i < 4 else PAPER) for i in range(6)) + "".join(
        box(118 + (i % 3) * 30, 82 + (i // 3) * 20, 22, 14, 4, SOFT, 2, RAISED) for i in range(6))),
    "iris-page": page(path("M96 78C114 52 140 46 160 46S206 52 224 78C206 104 180 110 160 110S114 104 96 78Z", INK, 3, PALE)
                      + circle(160, 78, 18, INK, 3, PAPER) + dot(160, 78, 7, INK) + path("M84 40V28H100M220 28H236V40M236 116V128H220M100 128H84V116", BLUE, 5)),
    "other-user": page(person(160, 72, 1.4) + box(112, 114, 96, 20, 5, INK, 2.5, PAPER) + bars(120, 124, 48)),
    "sign-in": page(person(160, 60, 1.1) + box(112, 94, 96, 20, 5, INK, 2.5, PAPER) + "".join(dot(124 + i * 12, 104, 3.5, INK) for i in range(6))
                    + push(140, 120, 40, h=16)),
    "start-menu": page("".join(box(84 + (i % 4) * 40, 40 + (i // 4) * 42, 30, 30, 6, INK, 2.5, PALE if i % 3 else BLUE) for i in range(8))),
    "provisioning-page": page(package(118, 76, 1.1) + bars(160, 56, 84, 70, step=16) + push(162, 94, 62)) + watch(280, 60, "10 s", 22),
    "package-applied": page(package(118, 78, 1.1) + tick(184, 78, 26)),
    "locked": page(lock(160, 76, 1.3), RED),
    "no-internet": page(wifi(160, 82, 1.3, SOFT) + cross(204, 104, 18)),
    "settings-work": settings(briefcase(150, 52) + bars(182, 46, 66, 50, step=15) + push(130, 92, 92)),
    "settings-mdm": settings(bars(130, 40, 108, 84, step=16) + push(130, 74, 92, False) + path("M130 118h96", BLUE, 5) + ring(178, 118, 20)),
    "settings-package": settings(package(152, 62, 0.8) + bars(186, 54, 60, 44, step=15) + push(130, 104, 92)),
    "settings-reset": settings(turn(152, 60, 18) + bars(186, 52, 60, 44, step=15) + push(130, 100, 92)),
    "settings-about": settings(circle(152, 58, 16, BLUE, 4) + path("M152 56v9", BLUE, 4) + dot(152, 50, 2.500, BLUE) + bars(184, 46, 64, 52, 60, 40, step=18)),
    "settings-disconnect": settings(briefcase(150, 52) + bars(182, 46, 66, 50, step=15) + box(130, 92, 92, 20, 5, RED, 2.5, PAPER) + ring(176, 102, 26, RED)),
    "battery-low": page(battery(114, 58, 0.2, RED) + bolt(232, 80, 0.8)),
    "unknown": headset() + question(160, 156),
}


def svg(inside: str) -> str:
    """A whole file."""
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="320" height="204" viewBox="0 0 320 204" fill="none" '
            f'stroke-linecap="round" stroke-linejoin="round">{inside}</svg>\n')


def main() -> int:
    OUT.mkdir(exist_ok=True)
    for name, inside in PICTURES.items():
        (OUT / f"{name}.svg").write_text(svg(inside), encoding="utf-8")
    for old in OUT.glob("*.svg"):
        if old.stem not in PICTURES:
            old.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
