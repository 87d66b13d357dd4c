"""The Registrations screen: what a person drops on it, sees, presses, and what each row says of why it stands as it does."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QDialog

from station.autopilot.hash_check import check
from station.autopilot.hash_file import HashRow
from station.autopilot.standing import ProfileState, Registration, Standing
from station.autopilot.waiting_room import Place, Submission
from station.journal import Journal
from station.links.graph.client import GraphClient
from station.links.graph.pacer import Pacer
from station.links.graph.wire import HttpsWire
from station.model.errors import SignInNeeded
from station.model.timing import ScaledClock
from station.practice.quirk import Dose
from station.practice.tenant import VirtualTenant
from tests.practice.registration_rig import TenantTokens
from tests.unit import hash_builder, zip_builder
from ui import language, scenes
from ui.compositions import DATA
from ui.registrations.lines import FILTERS, Group, Line, of_row, of_submission, reasons, state, wanted
from ui.registrations.model import REASON_COLUMN, LineModel, explained
from ui.registrations.screen import RegistrationsScreen
from ui.theme.theme import Theme
from ui.window import Station, Window

SERIALS = [f"{n:012}" for n in range(1, 9)]
InLoop = Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]


def line(serial: str = SERIALS[0], text: str = "") -> Line:
    return of_row(check(HashRow(serial, text or hash_builder.text(serial), file="list.csv", line=2)))


def standing(registration: Registration, fault: str = "", profile: ProfileState = ProfileState.UNKNOWN) -> Standing:
    return Standing(SERIALS[0], registration, fault, profile=profile)


def waiting(place: Place) -> Submission:
    return Submission("id", place, SERIALS[0], "T0E", "", "2026-11-23T04:00:00+00:00", "ann")


STATES = [
    (line(), "Checked", Group.NEW),
    (line(text=hash_builder.text(SERIALS[0], tpm=False)), "Checked, with a remark", Group.NEW),
    (line(text=hash_builder.text("999999999999")), "Cannot be used", Group.ATTENTION),
    (replace(line(), waiting=waiting(Place.SUBMITTED)), "Waiting for a lead", Group.WAITING),
    (replace(line(), waiting=waiting(Place.RELEASED)), "Waiting for a connection", Group.WAITING),
    (of_submission(waiting(Place.WITHDRAWN)), "Turned down", Group.ATTENTION),
    (replace(line(), standing=standing(Registration.NONE)), "Not registered", Group.NEW),
    (replace(line(), standing=standing(Registration.SUBMITTED)), "Sent", Group.RUNNING),
    (replace(line(), standing=standing(Registration.IMPORTING)), "Importing", Group.RUNNING),
    (replace(line(), standing=standing(Registration.IMPORTING, "autopilot.import-running-long")), "Importing", Group.ATTENTION),
    (replace(line(), standing=standing(Registration.REFUSED, "autopilot.other-tenant")), "Refused", Group.ATTENTION),
    (replace(line(), standing=standing(Registration.REGISTERED)), "Registered", Group.RUNNING),
    (replace(line(), standing=standing(Registration.REGISTERED, profile=ProfileState.ASSIGNING)), "Profile is being assigned",
     Group.RUNNING),
    (replace(line(), standing=standing(Registration.REGISTERED, profile=ProfileState.ASSIGNED)), "May be powered on now",
     Group.READY),
    (replace(line(), standing=standing(Registration.REGISTERED, "autopilot.pc-profile")), "Registered", Group.ATTENTION),
]


@pytest.mark.parametrize(("shown", "word", "group"), STATES, ids=[f"{i}-{s[1]}" for i, s in enumerate(STATES)])
def test_a_line_says_its_state_and_stands_in_one_group(shown: Line, word: str, group: Group) -> None:
    assert (state(shown).word, state(shown).group) == (word, group)
    assert [g for g in FILTERS if wanted(g, "")(shown, state(shown))] == [Group.ALL, group]


@pytest.mark.parametrize("code", [c for s, _, g in STATES if g is Group.ATTENTION for c in [reasons(s)[0]]])
def test_whatever_needs_somebody_says_cause_cure_and_who(code: Any) -> None:
    assert len(explained(code).splitlines()) == 4


def test_words_find_serial_tag_and_file() -> None:
    one = replace(line(), group_tag="Bench-A")
    assert wanted(Group.ALL, "0001 bench list")(one, state(one))
    assert not wanted(Group.ALL, "0001 other")(one, state(one))


def test_the_model_keeps_qts_rules(theme: Theme, qtmodeltester: Any) -> None:
    model = LineModel(theme)
    model.put([line(s) for s in SERIALS])
    qtmodeltester.check(model)


def test_many_standings_make_one_change(theme: Theme, qtbot: Any) -> None:
    model = LineModel(theme)
    model.put([line(s) for s in SERIALS])
    changes: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda a, b: changes.append((a.row(), b.row())))
    model.stand([Standing(s, Registration.IMPORTING) for s in SERIALS])
    assert changes == [(0, 7)]


class Desk:
    """A window with the screen over a journal, a folder and (where asked for) a virtual tenant."""

    def __init__(self, window: Window, folder: Path) -> None:
        self.window, self.folder = window, folder

    @property
    def screen(self) -> RegistrationsScreen:
        found = self.window.screen_widget("registrations")
        assert isinstance(found, RegistrationsScreen)
        return found

    def csv(self, serials: list[str], name: str = "list.csv") -> Path:
        path = self.folder / name
        path.write_text(hash_builder.csv(serials, "HoloLens"), newline="")
        return path

    def states(self) -> dict[str, str]:
        return {shown.serial: state(shown).word for shown in self.screen.model.lines}

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not true():  # noqa: ASYNC110 - many things of Qt are looked at
                await asyncio.sleep(0.01)


@pytest.fixture
def tenant() -> Iterator[VirtualTenant]:
    with VirtualTenant(ScaledClock(400.0)) as made:
        yield made
    assert not made.violations


@pytest.fixture
def make_desk(qtbot: Any, open_window: Any, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    closing: list[Callable[[], None]] = []

    def make(tenant: VirtualTenant | None = None) -> Desk:
        bench = scenes.bench(2)
        window = open_window(bench)
        clock = tenant.clock if tenant else bench.clock
        journal = Journal.open(str(tmp_path / "journal.sqlite"), "desk", clock)
        closing.append(journal.close)
        services: dict[str, object] = {"journal": journal}
        if tenant is not None:
            wire = HttpsWire(Path(tenant.ca_file))
            closing.append(wire.close)
            services["graph"] = GraphClient(tenant.graph_url, wire, TenantTokens(tenant), Pacer(clock))
            bench.clock = clock
        window.attach(Station(bench, services, {DATA: str(tmp_path)}))
        return Desk(window, tmp_path)

    yield make
    for close in closing:
        close()


def run(in_loop: InLoop, desk: Desk, scenario: Callable[[Desk], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        desk.window.go("registrations")
        await scenario(desk)
        await desk.window.tasks.close()

    in_loop(main)


def test_dropped_files_are_listed_with_their_verdicts(make_desk: Any, in_loop: InLoop) -> None:
    async def scenario(desk: Desk) -> None:
        zipped = desk.folder / "AutopilotDiagnostics.zip"
        zipped.write_bytes(zip_builder.make({"DeviceHash_1.csv": hash_builder.csv([SERIALS[2]])}))
        bad = desk.folder / "bad.csv"
        bad.write_text(f"Device Serial Number,Windows Product ID,Hardware Hash\n999,,{hash_builder.text(SERIALS[3])}\n")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(p)) for p in (desk.csv(SERIALS[:2]), zipped, bad)])
        desk.screen.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                                         Qt.KeyboardModifier.NoModifier))
        await desk.until(lambda: len(desk.states()) == 4)
        assert [desk.states()[s] for s in SERIALS[:4]] == ["Checked", "Checked", "Checked", "Cannot be used"]

    run(in_loop, make_desk(), scenario)


def test_the_reason_has_its_room_on_a_laptop_in_french(make_desk: Any, in_loop: InLoop, french: Any) -> None:
    language.use("fr", french)

    async def scenario(desk: Desk) -> None:
        desk.window.resize(1366, 697)
        desk.screen.add([desk.csv(SERIALS[:1])])
        await desk.until(lambda: bool(desk.states()))
        header = desk.screen.view.horizontalHeader()
        await desk.until(lambda: header.sectionSize(REASON_COLUMN) >= header.sectionSizeHint(REASON_COLUMN))
        assert header.length() <= desk.screen.view.viewport().width()

    run(in_loop, make_desk(), scenario)


def test_a_row_that_is_chosen_explains_itself_and_shows_only_a_masked_hash(make_desk: Any, in_loop: InLoop) -> None:
    async def scenario(desk: Desk) -> None:
        desk.screen.add([desk.csv(SERIALS[:1])])
        await desk.until(lambda: bool(desk.states()))
        desk.screen.view.selectRow(0)
        await desk.until(lambda: SERIALS[0] in desk.screen.details.texts())
        said = desk.screen.details.texts()
        assert "Microsoft Corporation HoloLens 2" in said
        assert hash_builder.text(SERIALS[0])[:40] not in said

    run(in_loop, make_desk(), scenario)


def test_the_primary_action_counts_what_it_would_send(make_desk: Any, in_loop: InLoop) -> None:
    async def scenario(desk: Desk) -> None:
        desk.screen.add([desk.csv(SERIALS)])
        await desk.until(lambda: len(desk.states()) == 8)
        register = desk.screen.offers.buttons["register"]
        assert register.text() == "Register 8 units"
        desk.screen.view.selectRow(0)
        assert register.text() == "Register 1 unit"
        desk.screen.approval.setChecked(True)
        assert register.text() == "Submit 1 unit"

    run(in_loop, make_desk(), scenario)


def test_eight_units_are_registered_and_may_be_powered_on(make_desk: Any, in_loop: InLoop, tenant: VirtualTenant) -> None:
    async def scenario(desk: Desk) -> None:
        tenant.quirk("other-tenant", Dose(1))
        desk.screen.add([desk.csv(SERIALS)])
        await desk.until(lambda: len(desk.states()) == 8)
        desk.screen.offers.buttons["register"].click()
        await desk.until(lambda: desk.screen.work.busy)
        assert not desk.screen.offers.buttons["register"].isEnabled()
        await desk.until(lambda: not desk.screen.work.busy)
        assert sorted(desk.states().values()) == ["May be powered on now"] * 7 + ["Refused"]
        desk.screen.filters.choose(Group.ATTENTION)
        assert [shown.serial for shown in desk.screen.shown.shown()] == [SERIALS[0]]
        await desk.until(lambda: "may be powered on now" in "".join(desk.window.notices.texts()))

    run(in_loop, make_desk(tenant), scenario)


@dataclass
class Ending(TenantTokens):
    """A sign-in that ends with the third token that is asked for, until somebody signs in again."""

    left: int = 2

    def token(self, scopes: tuple[str, ...], claims: str | None = None, renew: bool = False) -> str:
        self.left -= 1
        if self.left < 0:
            raise SignInNeeded("graph.session-expired")
        return super().token(scopes, claims, renew)


def test_a_session_that_ends_pauses_the_job_and_it_goes_on_by_itself_after_the_sign_in(
        make_desk: Any, in_loop: InLoop, tenant: VirtualTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.registrations.work.AGAIN_S", 0.05)
    desk, tokens = make_desk(tenant), Ending(tenant)
    desk.window.context.service("graph", GraphClient)._tokens = tokens

    async def scenario(desk: Desk) -> None:
        desk.screen.add([desk.csv(SERIALS)])
        await desk.until(lambda: len(desk.states()) == 8)
        desk.screen.offers.buttons["register"].click()
        await desk.until(lambda: desk.screen.work.need is not None)
        assert desk.screen.banner.isVisible()
        assert "Paused until somebody signs in" in desk.screen._said.text()
        assert not desk.window.findChildren(QDialog)
        tokens.left = 10_000
        await desk.until(lambda: not desk.screen.work.busy)
        assert set(desk.states().values()) == {"May be powered on now"}
        assert not desk.screen.banner.isVisible()

    run(in_loop, desk, scenario)
    assert [e.kind for e in tenant.effects].count("import-accepted") == len(SERIALS)


def test_a_paused_job_can_be_stopped(make_desk: Any, in_loop: InLoop, tenant: VirtualTenant,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.registrations.work.AGAIN_S", 0.05)
    desk = make_desk(tenant)
    desk.window.context.service("graph", GraphClient)._tokens = Ending(tenant, left=0)

    async def scenario(desk: Desk) -> None:
        desk.screen.add([desk.csv(SERIALS)])
        await desk.until(lambda: len(desk.states()) == 8)
        desk.screen.offers.buttons["register"].click()
        await desk.until(lambda: desk.screen.work.need is not None)
        desk.screen._stop.click()
        await desk.until(lambda: not desk.screen.work.busy)
        assert not desk.screen.banner.isVisible()

    run(in_loop, desk, scenario)


def test_refusals_are_saved_with_cause_and_cure(make_desk: Any, in_loop: InLoop) -> None:
    async def scenario(desk: Desk) -> None:
        desk.screen.add([desk.csv(SERIALS[:1])])
        await desk.until(lambda: bool(desk.states()))
        desk.screen.work._stand([replace(standing(Registration.REFUSED, "autopilot.other-tenant"))])
        target = desk.folder / "refused.csv"
        await desk.screen.work.save_refusals(desk.screen.meant(), target)
        assert "previous owner" in target.read_text(encoding="utf-8-sig")

    run(in_loop, make_desk(), scenario)


def test_approval_submits_releases_and_sends(make_desk: Any, in_loop: InLoop, tenant: VirtualTenant) -> None:
    async def scenario(desk: Desk) -> None:
        desk.screen.approval.setChecked(True)
        desk.screen.add([desk.csv(SERIALS[:2])])
        await desk.until(lambda: len(desk.states()) == 2)
        desk.screen.offers.buttons["register"].click()
        await desk.until(lambda: set(desk.states().values()) == {"Waiting for a lead"})
        assert not [e for e in tenant.effects if e.kind == "import-accepted"]
        desk.screen.offers.buttons["release"].click()
        await desk.until(lambda: set(desk.states().values()) == {"Waiting for a connection"})
        desk.screen.offers.buttons["drain"].click()
        await desk.until(lambda: set(desk.states().values()) == {"May be powered on now"})

    run(in_loop, make_desk(tenant), scenario)


def test_without_a_connection_rows_wait_on_the_list(make_desk: Any, in_loop: InLoop, tenant: VirtualTenant) -> None:
    async def scenario(desk: Desk) -> None:
        tenant.quirk("cut-before", Dose())
        desk.screen.add([desk.csv(SERIALS[:2])])
        await desk.until(lambda: len(desk.states()) == 2)
        desk.screen.offers.buttons["register"].click()
        await desk.until(lambda: set(desk.states().values()) == {"Waiting for a connection"})
        await desk.until(lambda: "Waiting for a connection" in "".join(desk.window.notices.texts()))

    run(in_loop, make_desk(tenant), scenario)


def test_a_job_goes_on_while_the_language_changes(make_desk: Any, in_loop: InLoop, tenant: VirtualTenant, theme: Theme) -> None:
    async def scenario(desk: Desk) -> None:
        desk.screen.add([desk.csv(SERIALS[:3])])
        await desk.until(lambda: len(desk.states()) == 3)
        desk.screen.offers.buttons["register"].click()
        await desk.until(lambda: desk.screen.work.busy)
        language.use("fr")
        desk.window.dress(theme)
        desk.window.go("registrations")
        assert desk.screen.model.rowCount() == 3
        await desk.until(lambda: not desk.screen.work.busy)
        assert set(desk.states().values()) == {"May be powered on now"}

    run(in_loop, make_desk(tenant), scenario)


def test_without_a_tenant_the_files_still_work_and_registering_says_what_is_missing(make_desk: Any, in_loop: InLoop) -> None:
    async def scenario(desk: Desk) -> None:
        desk.screen.add([desk.csv(SERIALS[:1])])
        await desk.until(lambda: bool(desk.states()))
        desk.screen.offers.buttons["register"].click()
        await desk.until(lambda: bool(desk.window.notices.texts()))
        target = desk.folder / "out.csv"
        await desk.screen.work.save(desk.screen.meant(), target)
        assert target.read_text().startswith("Device Serial Number,")

    run(in_loop, make_desk(), scenario)


def test_a_damaged_file_is_told_as_a_notice(make_desk: Any, in_loop: InLoop) -> None:
    async def scenario(desk: Desk) -> None:
        path = desk.folder / "book.csv"
        path.write_bytes(zip_builder.make({"xl/workbook.xml": "<x/>"}))
        desk.screen.add([path])
        await desk.until(lambda: bool(desk.window.notices.texts()))
        assert desk.window.notices.texts()[-1].startswith("This is an Excel workbook")

    run(in_loop, make_desk(), scenario)


def test_every_control_has_a_name_for_those_who_cannot_see_it(make_desk: Any, in_loop: InLoop, qapp: QApplication) -> None:
    async def scenario(desk: Desk) -> None:
        from PySide6.QtWidgets import QAbstractButton, QLineEdit, QTableView

        for kind in (QAbstractButton, QLineEdit, QTableView):
            for control in desk.screen.findChildren(kind):
                if control.isVisible() and not control.objectName().startswith("qt_"):
                    named = control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")
                    assert named or isinstance(control.parent(), QTableView | QLineEdit), control

    run(in_loop, make_desk(), scenario)


def test_the_sums_agree_with_the_lines_after_any_change(theme: Theme) -> None:
    model = LineModel(theme)
    model.put([line(s) for s in SERIALS])
    model.stand([Standing(s, Registration.REFUSED, "autopilot.other-tenant") for s in SERIALS[:3]])
    model.put([replace(line(SERIALS[5]), waiting=waiting(Place.SUBMITTED))])
    model.drop(frozenset(SERIALS[:1]))
    assert +model.totals == model.tally(range(model.rowCount()))
    assert model.totals[Group.ATTENTION.value] == 2


def test_what_the_bench_harvested_gets_the_tag_of_its_blueprint(make_desk: Any, in_loop: InLoop) -> None:
    async def scenario(desk: Desk) -> None:
        folder = desk.folder / "hashes"
        folder.mkdir()
        (folder / "DeviceHash_1.csv").write_text(hash_builder.csv(SERIALS[:1]), newline="")
        (folder / "DeviceHash_2.csv").write_text(hash_builder.csv(SERIALS[1:2], "Other"), newline="")
        await desk.screen.work.add_harvested("Bench-A")
        assert {shown.serial: shown.group_tag for shown in desk.screen.model.lines} == {
            SERIALS[0]: "Bench-A", SERIALS[1]: "Other"}

    run(in_loop, make_desk(), scenario)
