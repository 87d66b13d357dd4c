"""What a card quotes from the headset is what the headset shows: the documents' own words, in French where they give French.

The table is written from facts/enrolment §1.2 to §1.11, §2.4, §3.7 to §3.10 and §8, not from the code. A label without French
there stays as the English headset has it, because nobody has written down what a French one shows.
"""

import re
from collections.abc import Iterator
from functools import cache

import pytest
import strings

from station.model.faults import catalogue
from station.paths.registry import PATHS

FRENCH = {
    "Who owns this HoloLens?": "À qui appartient cet HoloLens ?",
    "My work or school owns it": "Il appartient à mon entreprise (ou à mon établissement)",
    "I own it": "Il m'appartient",
    "Sign in from another device": "Se connecter à partir d'un autre appareil",
    "Other user": "Autre utilisateur",
    "Enroll only in device management": "S'inscrire uniquement à la gestion des appareils",
    "Connect": "Se connecter",
    "Add a package": "Ajouter un package",
    "Installed packages": "Packages installés",
}
"""Labels that documents give in both languages (§8; “Other user”: the French hololens-identity.md)."""
ENGLISH_ONLY = frozenset({
    "Windows 10 License Agreement", "Searching for an Autopilot profile", "You need internet for this", "Something went wrong",
    "Your organization has set some policies to manage your device", "Welcome! Let's get you set up for work.",
    "We ran into a problem with one of the following setup steps", "Connected to … Microsoft Entra ID", "Provisioning Successful",
    "Can't connect to the URL of your organization's MDM terms of use", "This account is not allowed on this phone",
    "The device is already enrolled", "A setup failure has occurred during bulk enrollment", "Securing your hardware", "Goodbye",
    "OOBEIDPS", "&123", "QUSB_BULK", "Qualcomm HS-USB", "My device was not detected", "Manual package selection", "for Business",
    "No, sign in to this app only",
})
"""Labels of which the documents have no French."""
WORDS_OF_A_PAGE = {
    "Access work or school": "Accès Professionnel ou Scolaire",
    "Add or remove a provisioning package": "Ajouter ou supprimer un package d'approvisionnement",
    "Related settings": "Paramètres connexes",
    "This Device › Documents": "Cet appareil › Documents",
    "Update & Security": "Mise à jour et sécurité",
    "Reset & recovery": "Réinitialisation et récupération",
    "Reset this device": "Réinitialiser cet appareil",
    "Device Manager": "Gestionnaire de périphériques",
    "hummingbird": "colibri",
    "Volume Down": "Baisser le volume",
    "Volume Up": "Monter le volume",
    "Disconnect button": "bouton Déconnecter",
    "Info button": "bouton Info",
}
"""Names of pages, buttons and pictures that stand in a sentence without quotes."""


@cache
def french() -> dict[str, str]:
    return {entry.id: str(entry.string) for entry in strings.merge("fr") if isinstance(entry.id, str) and entry.id}


def shown() -> Iterator[str]:
    for path in PATHS.values():
        yield from (path.title, path.summary, path.owner, path.verify, path.undo)
        for step in path.steps:
            yield from (step.verb, step.instruction, step.no_timer, step.timer.meaning if step.timer else "")
            yield from (text for one in step.otherwise for text in (one.sees, one.then))
            yield step.attestation.button if step.attestation else ""
    for fault in catalogue().values():
        if fault.code.startswith("enrolment."):
            yield from (fault.title, fault.cause, fault.cure)


TEXTS = sorted({text for text in shown() if text})


def quoted(text: str) -> list[str]:
    return re.findall(r"“([^”]*)”", text)


QUOTING = [text for text in TEXTS if quoted(text)]
OURS = frozenset({"This is not what I see", "First generation: upgrade to for Business"})
"""Words of the station itself."""
PORTAL = frozenset({"Wipe pending", "Retain enrollment state and user account"})
"""Words of the Intune portal."""


def test_there_is_something_to_hold_against_the_documents() -> None:
    assert len(QUOTING) > 40


@pytest.mark.parametrize("text", QUOTING)
def test_what_is_quoted_stands_in_the_documents(text: str) -> None:
    assert not [label for label in quoted(text) if label not in {*FRENCH, *ENGLISH_ONLY, *OURS, *PORTAL}]


@pytest.mark.parametrize("text", [t for t in QUOTING if {*quoted(t)} & {*FRENCH, *ENGLISH_ONLY}])
def test_a_french_card_quotes_the_french_headset_where_its_words_are_known(text: str) -> None:
    for label in quoted(text):
        if label in FRENCH:
            assert f"« {FRENCH[label]} »" in french()[text]
        elif label in ENGLISH_ONLY:
            assert f"« {label} »" in french()[text]


@pytest.mark.parametrize("words", WORDS_OF_A_PAGE)
def test_a_page_or_button_has_one_french_name(words: str) -> None:
    naming = [text for text in TEXTS if words in text]
    assert naming
    assert [text for text in naming if WORDS_OF_A_PAGE[words].casefold() not in french()[text].casefold()] == []
