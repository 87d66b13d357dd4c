"""Every text a person sees has its French; a translation cannot lose what the program fills in."""

import gettext
import io
from pathlib import Path

import pytest
import strings
from babel.messages.mofile import write_mo

import resources


@pytest.mark.parametrize("language", strings.languages() or ("fr",))
def test_every_text_is_translated(language: str) -> None:
    lacking = strings.untranslated(language, strings.texts())
    assert not lacking, "\n".join(f"{t.where}: {t.message!r}" for t in lacking)


def test_catalogues_agree_with_each_other_and_keep_their_placeholders() -> None:
    for language in strings.languages():
        assert len(strings.merge(language)) > 0


@pytest.mark.parametrize(("original", "translation"), [
    (("{count} units",), ("unités",)), (("Slot %d",), ("Emplacement",)), (("Save",), ("Enregistrer {name}",)),
    (("%(n)s unit", "%(n)s units"), ("%(n)s unité", "%(m)s unités")),
])
def test_a_lost_or_invented_placeholder_is_found(original: tuple[str, ...], translation: tuple[str, ...]) -> None:
    assert list(strings.faults_of(original, translation))


@pytest.mark.parametrize(("original", "translation"), [
    (("{count} units of {total}",), ("{total} dont {count}",)), (("One unit", "{n} units"), ("Un casque", "{n} casques")),
    (("{n} unit", "{n} units"), ("un casque", "{n} casques")), (("Save",), ("",)),
])
def test_moved_placeholders_and_a_form_for_one_without_number_are_right(
        original: tuple[str, ...], translation: tuple[str, ...]) -> None:
    assert not list(strings.faults_of(original, translation))


def _french(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **areas: str) -> None:
    folder = tmp_path / "fr"
    folder.mkdir()
    for area, entries in areas.items():
        (folder / f"{area}.po").write_text(f'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n{entries}',
                                           encoding="utf-8")
    monkeypatch.setattr(strings, "LOCALE", tmp_path)
    monkeypatch.setattr(strings, "ROOT", tmp_path)


def test_areas_that_translate_one_text_differently_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _french(monkeypatch, tmp_path, a='msgid "Cancel"\nmsgstr "Annuler"\n', b='msgid "Cancel"\nmsgstr "Abandonner"\n')
    with pytest.raises(strings.Mistakes, match="translated differently"):
        strings.merge("fr")


def test_a_text_that_stands_in_two_areas_is_taken_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _french(monkeypatch, tmp_path, a='msgid "Cancel"\nmsgstr ""\n', b='msgid "Cancel"\nmsgstr "Annuler"\n')
    entry = strings.merge("fr").get("Cancel")
    assert entry is not None
    assert entry.string == "Annuler"


def test_a_fuzzy_translation_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _french(monkeypatch, tmp_path, a='#, fuzzy\nmsgid "Cancel"\nmsgstr "Annuler"\n')
    with pytest.raises(strings.Mistakes, match="fuzzy"):
        strings.merge("fr")


def test_a_compiled_catalogue_speaks_french_with_plurals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _french(monkeypatch, tmp_path, a='msgid "{n} unit"\nmsgid_plural "{n} units"\n'
                                     'msgstr[0] "{n} casque"\nmsgstr[1] "{n} casques"\n')
    buffer = io.BytesIO()
    write_mo(buffer, strings.merge("fr"))
    buffer.seek(0)
    french = gettext.GNUTranslations(buffer)
    assert french.ngettext("{n} unit", "{n} units", 0) == "{n} casque", "French counts none as singular"
    assert french.ngettext("{n} unit", "{n} units", 2) == "{n} casques"


def test_marks_are_found_in_code_with_their_line() -> None:
    mistakes: list[str] = []
    found = strings.marked('x = N_("One")\ny = t.ngettext("{n} a",\n  "{n} b", 2)\nz = self._("Th" "ree")\n', "f.py", mistakes)
    assert [(t.message, t.plural, t.where) for t in found] == [
        ("One", "", "f.py:1"), ("{n} a", "{n} b", "f.py:2"), ("Three", "", "f.py:4")]
    assert not mistakes


@pytest.mark.parametrize("source", ['_(f"Slot {n}")', '_("Slot " + name)', 'N_("%d units" % n)'])
def test_a_mark_around_a_text_put_together_is_a_mistake(source: str) -> None:
    mistakes: list[str] = []
    strings.marked(source, "f.py", mistakes)
    assert mistakes


def test_the_pseudo_locale_is_longer_and_keeps_placeholders_and_tags() -> None:
    text = strings.pseudo("Copying {name} to slot %d <b>now</b>")
    assert {"{name}", "%d", "<b>", "</b>"} <= set(strings.PLACEHOLDER.findall(text)) | {"<b>", "</b>"}
    assert "<b>" in text
    assert len(text) >= 1.35 * len("Copying {name} to slot %d <b>now</b>")
    assert text.startswith("[")
    assert text.endswith("]")


def test_the_pseudo_locale_knows_every_text() -> None:
    pseudo = strings.pseudo_translations()
    some = [t for t in strings.texts() if t.message]
    assert some
    assert not [t for t in some if not t.plural and pseudo.gettext(t.message) == t.message]
    assert not [t for t in some if t.plural and pseudo.ngettext(t.message, t.plural, 2) == t.plural]


def test_every_language_that_has_a_folder_is_offered_and_every_offered_one_has_a_folder() -> None:
    assert {"en", *strings.languages()} == set(resources.LANGUAGES)


@pytest.mark.parametrize(("name", "code"), [
    ("fr_FR.UTF-8", "fr"), ("fr", "fr"), ("fr-CA", "fr"), ("French_France.1252", "fr"), ("en_GB", "en"), ("C", "en"), ("", "en"),
    ("C.UTF-8", "en"), ("de_DE", "en"), ("frr_DE", "en")])
def test_a_systems_locale_gives_an_offered_language(name: str, code: str) -> None:
    assert resources.language_of(name) == code
