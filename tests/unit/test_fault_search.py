"""What a technician types is found: codes in every spelling, messages off the headset, words with slips, in two languages."""

import pytest

import resources
from station.cli.main import main
from station.model import fault_search, spelling
from station.model.faults import Catalogue, catalogue, parse

FIRST: dict[str, str] = {
    "0x80180018": "enrolment.80180018", "80180018": "enrolment.80180018", "0X80180018": "enrolment.80180018",
    "-2145910760": "enrolment.80180018", "2149056536": "enrolment.80180018",
    "Error code: 0x80180014.": "enrolment.0x80180014", "(6, 0x80180014)": "enrolment.0x80180014",
    "CAA2000B": "enrolment.caa2000b", "0xcaa2000b": "enrolment.caa2000b",
    "AADSTS50034": "enrolment.account-refused", "50034": "enrolment.account-refused",
    "AADSTS65001: The user has not consented": "graph.consent-missing",
    "0x801c0003": "enrolment.join-refused", "808": "autopilot.other-tenant",
    "ZtdDeviceAlreadyAssigned": "autopilot.already-registered",
    "MENROLL_E_DEVICECAPREACHED": "enrolment.80180013", "OOBEIDPS": "enrolment.oobeidps", "0x2019": "mtp.busy",
    "MDM enrollment failed": "enrolment.80180003", "You need internet for this": "enrolment.clock-too-old",
    "A setup failure has occurred during bulk enrollment": "enrolment.bulk-refused",
    "wipe pending": "enrolment.wipe-pending", "EULA": "enrolment.eula-shown", "Tpm attestaton": "enrolment.0x800705b4",
    "stuck on securing your hardware": "enrolment.0x800705b4", "no disconnect button": "enrolment.cannot-unenrol",
    "licence manquante": "enrolment.80180018", "license missing": "enrolment.80180018",
    "batterie faible": "enrolment.battery-low",
    "internal storage empty": "mtp.no-storage", "hash csv excel": "autopilot.csv-is-workbook",
    "QUSB": "usb.flash-driver-missing",
    "all five lights flash": "enrolment.system-damaged", "joined but not in intune": "enrolment.0x8018002b",
    "horloge": "enrolment.clock-too-old", "headset does not show up": "usb.not-on-bus", "throttled": "graph.throttled",
}
"""What was typed, and the fault that must come first."""


@pytest.mark.parametrize("said", FIRST)
def test_what_a_technician_types_leads_to_the_fault_that_is_meant(said: str) -> None:
    assert [f.code for f in fault_search.find(said)][:1] == [FIRST[said]]


@pytest.mark.parametrize(("said", "among"), [
    ("Something went wrong", {"enrolment.80180018", "enrolment.0x80180014", "enrolment.80180003"}),
    ("801801", {"enrolment.80180018", "enrolment.80180013"}),
    ("ZtdDevice", {"autopilot.already-registered", "autopilot.other-tenant", "autopilot.duplicated"}),
    ("locked organization", {"enrolment.tenant-lockdown"}), ("verrouillé organisation", {"enrolment.tenant-lockdown"}),
    ("not assigned", {"autopilot.profile-not-assigned"}), ("bulk token expired", {"enrolment.package-failed"}),
])
def test_what_may_mean_several_faults_shows_them_all(said: str, among: set[str]) -> None:
    assert among <= {f.code for f in fault_search.find(said)}


@pytest.mark.parametrize("said", ["", "   ", "0x", "xyzzy", "999", "the error code is", "\x00", "é" * 500])
def test_what_means_nothing_finds_nothing(said: str) -> None:
    assert fault_search.find(said) == []


def test_a_code_that_is_known_brings_nothing_else() -> None:
    assert [f.code for f in fault_search.find("80180026")] == ["enrolment.0x80180026"]


@pytest.mark.parametrize(("said", "one"), [
    ("0x80180018", "80180018"), ("-2145910760", "80180018"), ("2149056536", "80180018"), ("AADSTS65001", "aadsts65001"),
    ("806", "806"), ("1234567890", "1234567890"), ("0x2019", "2019"), ("-5", "-5"),
])
def test_a_code_has_one_spelling(said: str, one: str) -> None:
    assert spelling.code(said) == one


def test_every_tenth_fault_is_found_by_its_title_in_both_languages() -> None:
    titles = [(fault, resources.translations(language).gettext(fault.title)) for language in resources.LANGUAGES
              for fault in sorted(catalogue().values(), key=lambda f: f.code)[::10]]
    assert not [title for fault, title in titles if len(spelling.words(title)) > 2 and fault not in fault_search.find(title)]


def test_the_command_line_takes_a_negative_number_and_answers_in_french(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "fr", "fault", "-2145910760"]) == 0
    assert "licence" in capsys.readouterr().out


def test_what_is_not_in_the_catalogue_ends_with_status_four(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fault", "xyzzy"]) == 4
    assert "xyzzy" in capsys.readouterr().err


WHOLE = '[[fault]]\ncode = "a.b"\ntitle = "t"\ncause = "c"\ncure = "d"\nwho = "technician"\n'


@pytest.mark.parametrize(("text", "said"), [
    (WHOLE, "source"), (WHOLE + 'source = "s"\nremedy = "r"\n', "remedy"),
    (WHOLE.replace("technician", "somebody") + 'source = "s"\n', "somebody")])
def test_a_fault_that_is_written_wrongly_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"fault a.b: .*{said}"):
        parse(text)


def test_a_fault_that_stands_twice_is_named() -> None:
    with pytest.raises(ValueError, match=r"a\.b stands twice"):
        Catalogue(parse((WHOLE + 'source = "s"\n') * 2))
