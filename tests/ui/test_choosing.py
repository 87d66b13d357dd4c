"""Which path fits: the questions, the paths with their reasons, what is taken; the device owner confirmed before the start."""

from types import MappingProxyType
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from station.model.facts import Facts
from station.model.path import IdentityKind, Purpose
from station.model.words import Generation
from station.paths.choosing import offers
from station.paths.registry import PATHS
from tests.ui.hands import dialog_of, press, settled, texts, until
from ui import scenes
from ui.choosing.dialog import Choosing
from ui.choosing.questions import IDENTITIES, PURPOSES, Answers, blueprint_for
from ui.context import Context
from ui.guide.start import StartChoice


def possible(answers: Answers, **met: bool) -> set[str]:
    found = offers(PATHS.values(), answers.situation(MappingProxyType({k.replace("_", "-"): v for k, v in met.items()})))
    return {offer.path.key for offer in found if offer.possible}


@pytest.fixture
def choosing(context: Context, qtbot: Any) -> Choosing:
    """The questions for a HoloLens 2 that told its model and build."""
    bench = scenes.bench(1)
    bench.plug(1)
    bench.identify(1)
    unit = bench.board.unit_at(1)
    assert unit is not None
    made = Choosing(context, unit.facts)
    qtbot.addWidget(made)
    made.resize(900, 800)
    made.show()
    return made


def test_the_unit_answers_generation_and_build_itself(choosing: Choosing) -> None:
    assert choosing.answers == Answers(generation=Generation.HOLOLENS_2, build="20348.1501", business=True)


def test_every_purpose_and_identity_of_a_path_can_be_chosen() -> None:
    assert set(PURPOSES) == set(Purpose)
    assert set(IDENTITIES) == {None, *IdentityKind}


@pytest.mark.parametrize(("identity", "fits", "does_not"), [
    (IdentityKind.MSA, "msa-work-account", "autopilot"),
    (IdentityKind.NONE, "autopilot", "msa-work-account"),
    (IdentityKind.LOCAL, "local-mdm", "entra-oobe"),
])
def test_whose_account_it_is_decides(identity: IdentityKind, fits: str, does_not: str) -> None:
    found = possible(Answers(identity=identity, generation=Generation.HOLOLENS_2, build="22621.1399"))
    assert fits in found
    assert does_not not in found


def test_what_the_tenant_lacks_refuses_the_paths_that_need_it() -> None:
    answers = Answers(generation=Generation.HOLOLENS_2, build="22621.1399")
    assert "autopilot" in possible(answers, autopilot_profile=True)
    assert "autopilot" not in possible(answers, autopilot_profile=False)


def test_whose_account_is_asked_only_where_the_unit_is_to_be_enrolled(choosing: Choosing) -> None:
    assert "Who will use the headset?" in settled(choosing)
    press(choosing, "Reset, return or unenrol it")
    assert "Who will use the headset?" not in settled(choosing)


def test_what_cannot_work_says_why_and_who_can_change_that(choosing: Choosing) -> None:
    press(choosing, "A Microsoft account")
    said = settled(choosing)
    assert "These cannot, and why" in said
    assert "A unit of this path is used with: Entra user. Choose another kind of account. (lead)" in said


def test_a_build_that_cannot_be_one_is_told_and_refuses_nothing(choosing: Choosing) -> None:
    choosing._answer(build="soon")
    assert "A build looks like 22621.1399." in settled(choosing)
    assert choosing.answers.situation({}).build is None


def test_a_path_without_a_blueprint_is_shown_and_cannot_be_taken(choosing: Choosing) -> None:
    paper = choosing.findChild(QWidget, "offer-entra-oobe")
    assert paper is not None
    assert "No blueprint uses this path yet; a lead adds one under Settings." in settled(paper)
    assert not paper.findChildren(QPushButton)


def test_the_first_blueprint_of_a_path_is_taken() -> None:
    assert blueprint_for(PATHS["autopilot"], scenes.BLUEPRINTS) == "showroom"
    assert blueprint_for(PATHS["entra-oobe"], scenes.BLUEPRINTS) == ""


def test_without_a_unit_nothing_is_presumed() -> None:
    assert Answers.of_unit(Facts()) == Answers()


def test_the_path_that_is_taken_becomes_the_chosen_blueprint(open_window: Any, in_loop: Any) -> None:
    window = open_window(scenes.cards()["ready"])
    window.live.selection.choose(1)
    guide = window.screen_widget("board").guide
    window.live.choose_blueprint("workshop")

    async def main() -> None:
        press(guide, "Which path fits?")
        await until(lambda: dialog_of(window))
        opened = dialog_of(window)
        assert opened is not None
        press(opened, "Choose Autopilot, self-deploying, over Wi-Fi")
        await until(lambda: dialog_of(window) is None)
        await until(lambda: window.live.blueprint == "showroom")

    in_loop(main)
    start = guide.findChild(StartChoice)
    assert start is not None
    assert start.blueprint == "showroom"


def test_nothing_starts_before_the_device_owner_is_confirmed(open_window: Any, in_loop: Any) -> None:
    bench = scenes.cards()["ready"]
    window = open_window(bench)
    window.live.selection.choose(1)
    guide = window.screen_widget("board").guide

    async def main() -> None:
        guide.commands.start((1,), "showroom")
        await until(lambda: dialog_of(window))
        opened = dialog_of(window)
        assert opened is not None
        assert "Nobody automatically" in texts(opened)
        assert not bench.said
        press(opened, "Go back")
        await until(lambda: dialog_of(window) is None)
        assert not bench.said
        guide.commands.start((1,), "showroom")
        await until(lambda: dialog_of(window))
        press(dialog_of(window) or window, "Yes, start")
        await until(lambda: bench.said)

    in_loop(main)
    assert bench.said == [("start", 1, "showroom")]
    run = bench.board.run_of("unit-1")
    assert run is not None
    assert run.facts.text("attested.device-owner") == PATHS["autopilot"].owner


def test_the_owner_of_a_blueprint_is_confirmed_once(open_window: Any) -> None:
    bench = scenes.cards()["ready"]
    window = open_window(bench)
    window.live.confirmed.add("showroom")
    window.screen_widget("board").guide.commands.start((1,), "showroom")
    assert bench.said == [("start", 1, "showroom")]
    assert dialog_of(window) is None
