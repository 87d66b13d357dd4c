"""The pages of a virtual headset: every enrolment path walked by gestures, with the timers and traps of the documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.model.words import Generation
from station.practice.units.cloud import AutopilotProfile, EnrolHow, EnrolOutcome
from station.practice.units.headset import Face, Happening, Headset, Kind, Page, choices, step
from station.practice.units.identity import HL1_BUILD, HL2_BUILD, make_identity
from station.practice.units.rules import ALL_GUARDS, RULES
from station.practice.units.unit import VirtualUnit
from tests.hand_clock import HandClock
from tests.practice.bench_of_units import ScriptedCloud, bus_of, scripted_package, unit, walk

TO_NETWORK = ("Next", "Next", "Next", "Skip")
TO_DESKTOP = ("Skip", "Set PIN|123456", "Next", "Next", "Next", "Next")
PROFILE = AutopilotProfile("Kiosk", "Contoso")


def at_desktop(clock: HandClock, cloud: ScriptedCloud, *, work: bool) -> VirtualUnit:
    one = unit(clock=clock, cloud=cloud)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    clock.move(15)
    walk(one, ("Accept", "My work or school owns it" if work else "I own it", "Sign in|ana@contoso.com"))
    clock.move(20)
    walk(one, TO_DESKTOP)
    assert one.page is Page.DESKTOP
    return one


def test_setup_begins_with_the_hummingbird_and_leads_to_the_network() -> None:
    one = unit()
    assert one.page is Page.HUMMINGBIRD
    walk(one, TO_NETWORK)
    assert one.page is Page.NETWORK


def test_path_a_joining_in_setup_reaches_the_pin_page() -> None:
    clock, cloud = HandClock(), ScriptedCloud()
    one = unit(clock=clock, cloud=cloud)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    assert one.page is Page.AUTOPILOT_SEARCH
    clock.move(15)
    assert one.page is Page.EULA
    walk(one, ("Accept", "My work or school owns it", "Sign in|ana@contoso.com"))
    clock.move(20)
    walk(one, ("Skip",))
    assert one.page is Page.PIN
    assert [(how, user) for _, how, user in cloud.enrolled] == [(EnrolHow.OOBE_JOIN, "ana@contoso.com")]


def test_path_a_by_device_code_gives_fifteen_minutes() -> None:
    clock, cloud = HandClock(), ScriptedCloud()
    one = unit(clock=clock, cloud=cloud)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    clock.move(15)
    walk(one, ("Accept", "My work or school owns it", "Sign in from another device"))
    clock.move(899)
    assert one.page is Page.DEVICE_CODE
    clock.move(1)
    assert one.page is Page.WORK_SIGN_IN


def test_the_credential_page_forgets_after_two_minutes() -> None:
    clock = HandClock()
    one = unit(clock=clock)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    clock.move(15)
    walk(one, ("Accept", "My work or school owns it"))
    clock.move(120)
    assert (one.page, one.snapshot().error) == (Page.WORK_SIGN_IN, "credentials timed out")


def test_a_refused_join_goes_back_to_the_sign_in_with_its_code() -> None:
    clock, cloud = HandClock(), ScriptedCloud(outcome=EnrolOutcome("80180018"))
    one = unit(clock=clock, cloud=cloud)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    clock.move(15)
    walk(one, ("Accept", "My work or school owns it", "Sign in|ana@contoso.com"))
    clock.move(20)
    assert (one.page, one.snapshot().error) == (Page.WORK_SIGN_IN, "80180018")


def test_path_b_autopilot_ends_at_the_sign_in_page_for_other_users() -> None:
    clock, cloud = HandClock(), ScriptedCloud(PROFILE)
    one = unit(clock=clock, cloud=cloud)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    seen = []
    for _ in range(400):
        clock.move(1)
        if not seen or seen[-1] is not one.page:
            seen.append(one.page)
    assert seen == [Page.AUTOPILOT_SEARCH, Page.AUTOPILOT_WELCOME, Page.ESP_DEVICE_PREPARATION, Page.ESP_DEVICE_SETUP,
                    Page.OTHER_USER_SIGN_IN]
    assert [(how, user) for _, how, user in cloud.enrolled] == [(EnrolHow.AUTOPILOT, "")]


def test_a_name_template_costs_autopilot_one_restart() -> None:
    clock, cloud = HandClock(), ScriptedCloud(AutopilotProfile("Kiosk", "Contoso", "HL-0001"))
    one = unit(clock=clock, cloud=cloud)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    pages = []
    for _ in range(400):
        clock.move(1)
        pages.append(one.page)
    assert Page.BOOTING in pages
    assert (one.page, one.snapshot().name) == (Page.OTHER_USER_SIGN_IN, "HL-0001")


def test_autopilot_stops_below_forty_five_percent_until_charged() -> None:
    clock, cloud = HandClock(), ScriptedCloud(PROFILE)
    one = unit("low-battery", clock=clock, cloud=cloud)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    clock.move(15)
    assert one.page is Page.LOW_BATTERY
    one.set_battery(50)
    one.press_power()
    clock.move(15)
    assert one.page is Page.AUTOPILOT_WELCOME


def test_a_missed_profile_shows_the_licence_and_sleep_and_wake_searches_again() -> None:
    clock, cloud = HandClock(), ScriptedCloud(PROFILE)
    one = unit("eula-shown", clock=clock, cloud=cloud)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    clock.move(15)
    assert one.page is Page.EULA
    one.press_power()
    one.press_power()
    clock.move(15)
    assert one.page is Page.AUTOPILOT_WELCOME


def test_an_old_build_never_finds_a_profile_over_wifi() -> None:
    clock, cloud = HandClock(), ScriptedCloud(PROFILE)
    one = unit("old-build", clock=clock, cloud=cloud)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    clock.move(15)
    assert one.page is Page.EULA


def test_a_tenant_locked_unit_waits_for_its_profile_for_ever() -> None:
    clock, cloud = HandClock(), ScriptedCloud()
    one = unit("tenant-locked", clock=clock, cloud=cloud)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    clock.move(3600)
    assert one.page is Page.TENANT_LOCK_WAIT
    cloud.profile = PROFILE
    clock.move(15)
    assert one.page is Page.AUTOPILOT_WELCOME


@pytest.mark.parametrize("code", ["0x80180014", "0x800705b4"])
def test_a_failed_status_page_shows_its_code_and_may_be_tried_again(code: str) -> None:
    clock, cloud = HandClock(), ScriptedCloud(PROFILE)
    one = unit(f"esp-fails-{code}", clock=clock, cloud=cloud)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    clock.move(300)
    assert (one.page, one.snapshot().error) == (Page.ESP_FAILED, code)
    walk(one, ("Try again",))
    clock.move(300)
    assert one.page is Page.OTHER_USER_SIGN_IN


def test_a_unit_with_an_old_clock_says_that_it_needs_internet() -> None:
    one = unit("clock-too-old")
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    assert one.page is Page.NEEDS_INTERNET


@pytest.mark.parametrize(("work", "how"), [(True, EnrolHow.SETTINGS_CONNECT), (False, EnrolHow.ADD_WORK_ACCOUNT)])
def test_paths_c_and_d_connect_in_settings(work: bool, how: EnrolHow) -> None:
    clock, cloud = HandClock(), ScriptedCloud()
    one = at_desktop(clock, cloud, work=work)
    if work:
        assert one.snapshot().joined == EnrolHow.OOBE_JOIN
        return
    walk(one, ("Settings", "Access work or school", "Connect", "Sign in|ana@contoso.com"))
    clock.move(20)
    assert (one.page, one.snapshot().joined) == (Page.SETTINGS_WORK, how)
    walk(one, ("Disconnect",))
    assert one.snapshot().joined == ""


def test_path_e_a_local_user_of_a_package_enrols_in_management_only() -> None:
    clock, cloud = HandClock(), ScriptedCloud()
    one = unit(clock=clock, cloud=cloud)
    one.drive.write("", "a.ppkg", b"local=tom wifi=Bench", clock.now())
    one.press_chord()
    clock.move(30)
    walk(one, ("OK", "Sign in", "Settings", "Access work or school", "Enroll only in device management",
               "Sign in|ana@contoso.com"))
    clock.move(20)
    assert one.snapshot().joined == EnrolHow.MDM_ONLY


@pytest.mark.parametrize(("content", "how"), [
    (b"bulk wifi=Bench", EnrolHow.BULK_PACKAGE), (b"mdm wifi=Bench", EnrolHow.MDM_PACKAGE)])
def test_paths_f_and_g_a_package_enrols_without_a_user(content: bytes, how: EnrolHow) -> None:
    clock, cloud = HandClock(), ScriptedCloud()
    one = unit(clock=clock, cloud=cloud)
    one.drive.write("", "a.ppkg", content, clock.now())
    one.press_chord()
    assert one.page is Page.PROVISIONING
    clock.move(10)
    assert one.page is Page.PROVISIONING_APPLYING
    clock.move(20)
    walk(one, ("OK",))
    assert one.page is Page.OTHER_USER_SIGN_IN
    assert [h for _, h, _ in cloud.enrolled] == [how]


def test_a_stick_with_a_wifi_package_starts_autopilot_hands_free() -> None:
    clock, cloud = HandClock(), ScriptedCloud(PROFILE)
    one = unit(clock=clock, cloud=cloud)
    one.insert_stick({"wifi.ppkg": b"wifi=Bench"})
    clock.move(30)
    walk(one, ("OK",))
    clock.move(15)
    assert one.page is Page.AUTOPILOT_WELCOME


def test_a_package_that_is_no_container_fails_on_the_screen() -> None:
    clock = HandClock()
    one = VirtualUnit(make_identity(7, 1), clock, port="1-1")
    one.drive.write("", "a.ppkg", b"encrypted", clock.now())
    one.press_chord()
    clock.move(30)
    assert one.page is Page.PROVISIONING_FAILED
    walk(one, ("OK",))
    assert one.page is Page.HUMMINGBIRD


def test_before_20h2_a_package_waits_for_a_person_to_confirm() -> None:
    clock = HandClock()
    one = unit("old-build", clock=clock)
    one.drive.write("", "a.ppkg", b"wifi=Bench", clock.now())
    one.press_chord()
    clock.move(600)
    assert one.page is Page.PROVISIONING
    walk(one, ("Confirm",))
    clock.move(20)
    assert one.page is Page.PROVISIONING_DONE


def test_the_first_generation_begins_with_the_fit_page_and_stays_off_when_plugged() -> None:
    identity = make_identity(7, 1, generation=Generation.HOLOLENS_1)
    one = VirtualUnit(identity, HandClock(), port="1-1", packages=scripted_package)
    assert (one.page, identity.build) == (Page.FIT, HL1_BUILD)
    one.press_power(hold=5)
    one.unplug()
    one.plug()
    assert one.page is Page.OFF


def test_plugging_a_second_generation_in_switches_it_on() -> None:
    clock = HandClock()
    one = unit(clock=clock, page=Page.OFF)
    assert one.page is Page.BOOTING
    clock.move(25)
    assert one.page is Page.HUMMINGBIRD


def test_holding_the_chord_restarts_instead_of_collecting() -> None:
    clock = HandClock()
    one = unit(clock=clock)
    one.press_chord(hold=15)
    assert one.page is Page.BOOTING
    assert one.files() == ("Documents",)


def test_the_chord_late_in_setup_goes_back_to_the_network_and_collects() -> None:
    clock = HandClock()
    one = unit(clock=clock)
    walk(one, TO_NETWORK)
    one.connect_wifi("Bench")
    clock.move(15)
    one.press_chord()
    assert one.page is Page.NETWORK
    assert "HoloLensDiagnostics.temp" in one.files()


def test_flash_mode_shows_another_face_and_ends_with_a_fresh_unit() -> None:
    clock = HandClock()
    one = unit(clock=clock)
    bus = bus_of(one, clock=clock)
    one.drive.write("", "a.ppkg", b"wifi=Bench", clock.now())
    one.press_power(hold=15)
    assert list(bus.devices()) == []
    one.press_flash()
    (device,) = bus.devices()
    assert device.attachment.shape.product == "Microsoft HoloLens Recovery"
    assert one.flash("22621.1244")
    clock.move(480 + 25)
    assert (one.page, one.snapshot().build, one.files()) == (Page.HUMMINGBIRD, "22621.1244", ("Documents",))


def test_a_reset_needs_forty_percent_and_empties_the_unit() -> None:
    clock, cloud = HandClock(), ScriptedCloud()
    one = at_desktop(clock, cloud, work=True)
    walk(one, ("Settings", "Reset & recovery"))
    one.set_battery(30)
    assert not one.gesture("Get started")
    one.set_battery(60)
    walk(one, ("Get started",))
    clock.move(300 + 25)
    assert (one.page, one.snapshot().joined) == (Page.HUMMINGBIRD, "")


@pytest.mark.parametrize(("action", "page", "joined"), [
    ("wipe", Page.HUMMINGBIRD, ""), ("rebootNow", Page.LOCKED, EnrolHow.OOBE_JOIN), ("retire", Page.DESKTOP, ""),
    ("syncDevice", Page.DESKTOP, EnrolHow.OOBE_JOIN)])
def test_an_enrolled_unit_does_what_management_wants_when_it_checks_in(action: str, page: Page, joined: str) -> None:
    clock, cloud = HandClock(), ScriptedCloud()
    one = at_desktop(clock, cloud, work=True)
    cloud.wanted = [action]
    clock.move(180 + 300 + 25)
    assert (one.page, one.snapshot().joined) == (page, joined)
    assert cloud.wanted == []


def test_an_enrolled_unit_that_is_off_does_not_check_in() -> None:
    clock, cloud = HandClock(), ScriptedCloud()
    one = at_desktop(clock, cloud, work=True)
    one.press_power(hold=5)
    cloud.wanted = ["wipe"]
    clock.move(3600)
    assert (one.page, cloud.wanted) == (Page.OFF, ["wipe"])


def test_a_unit_falls_asleep_and_leaves_the_bus_when_nobody_touches_it() -> None:
    clock = HandClock()
    one = unit("falls-asleep", clock=clock)
    bus = bus_of(one, clock=clock)
    clock.move(180)
    assert (one.page, list(bus.devices())) == (Page.SLEEP, [])
    one.press_power()
    assert one.page is Page.HUMMINGBIRD


def test_the_battery_rises_on_the_cable_and_falls_without() -> None:
    clock = HandClock()
    one = unit(clock=clock)
    clock.move(2400)
    assert one.battery == 97
    one.unplug()
    clock.move(1500)
    assert one.battery == 87


_happenings = st.builds(Happening, st.sampled_from(Kind), st.sampled_from(sorted({k.partition(":")[2] for k in RULES})),
                        st.sampled_from(("", "wifi:Bench", "x")))


@given(st.lists(_happenings, max_size=60), st.sampled_from((HL1_BUILD, HL2_BUILD)), st.sets(st.sampled_from(
    ("packages", "charged", "charged-40", "tenant-locked", "clock-too-old", "needs-name"))))
def test_whatever_happens_the_machine_stays_on_a_page_and_offers_only_what_it_knows(happenings, build, known) -> None:
    generation = Generation.HOLOLENS_1 if build is HL1_BUILD else Generation.HOLOLENS_2
    headset = Headset(generation, build, conditions=frozenset(known))
    for happening in happenings:
        headset, _ = step(headset, happening, RULES, ALL_GUARDS)
        assert headset.page in Page
        if headset.info.face is Face.NONE:
            assert not headset.info.storage
        for word in choices(headset, RULES, ALL_GUARDS):
            after, effects = step(headset, Happening(Kind.GESTURE, word, "typed"), RULES, ALL_GUARDS)
            assert after != headset or effects


def test_every_page_is_reached_by_a_row_of_the_table_or_is_a_first_one() -> None:
    targets = {Page(r.to) for rows in RULES.values() for r in rows if r.to and not r.to.startswith("$")}
    by_memory = {Page(v) for rows in RULES.values() for r in rows for n, v in r.sets if n in ("boots_to", "wakes_to")
                 and v in tuple(Page)}
    assert set(Page) - targets - by_memory - {Page.HUMMINGBIRD, Page.FIT} == set()
