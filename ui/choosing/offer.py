"""One path as paper: what it is for and who becomes device owner, or why it cannot work and who can change that."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from station.paths.choosing import Offer, Reason
from ui.language import _
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets.buttons import button
from ui.widgets.paper import column, paper
from ui.widgets.text import label


def offer_paper(theme: Theme, offer: Offer, take: Callable[[], object] | None) -> QFrame:
    """The paper of an offer. `take` chooses it; None where nobody has prepared a blueprint of this path."""
    frame, across = paper("card", pad=12, gap=12, across=True)
    frame.setObjectName(f"offer-{offer.path.key}")
    glyph, tone = ("check", "good") if offer.possible else ("cancel", "soft")
    mark = QLabel()
    mark.setPixmap(theme.glyph(glyph, getattr(theme.tokens, tone), 24, frame.devicePixelRatioF()))
    across.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    across.addWidget(_about(offer, take is not None) if offer.possible else _against(offer), 1)
    if offer.possible and take is not None:
        press = button(_("Choose"), take, name=_("Choose {path}").format(path=_(offer.path.title)))
        across.addWidget(press, 0, Qt.AlignmentFlag.AlignTop)
    return frame


def _about(offer: Offer, prepared: bool) -> QWidget:
    whole, lines = _lines(offer)
    lines.addWidget(label(_(offer.path.summary)))
    lines.addWidget(label(_("Device owner: {owner}").format(owner=_(offer.path.owner)), Type.CAPTION, "soft"))
    if offer.doubts:
        doubts = " · ".join(reason.said(_) for reason in offer.doubts)
        lines.addWidget(label(_("Not known yet: {what}").format(what=doubts), Type.CAPTION, "soft"))
    if not prepared:
        lines.addWidget(label(_("No blueprint uses this path yet; a lead adds one under Settings."), Type.CAPTION, "warn"))
    return whole


def _against(offer: Offer) -> QWidget:
    whole, lines = _lines(offer)
    for reason in offer.refusals:
        lines.addWidget(label(f"{reason.said(_)}. {remedy(reason)}", Type.CAPTION))
    return whole


def _lines(offer: Offer) -> tuple[QWidget, QVBoxLayout]:
    whole = QWidget()
    lines = column(gap=3)
    whole.setLayout(lines)
    lines.addWidget(label(_(offer.path.title), Type.STRONG, "" if offer.possible else "soft"))
    return whole, lines


def remedy(reason: Reason) -> str:
    """What would make the path possible, and who can bring it about."""
    return _("{remedy} ({who})").format(remedy=_(reason.remedy), who=_(reason.who.value))
