"""The language of the screen: English in the code, the shipped catalogues for the rest, switched while the program runs.

`_` translates a literal text or a marked text of the data (`N_` in `station`); it is looked up at each call, so a widget that is
built again after `use` speaks the new language.
"""

import locale
from gettext import NullTranslations

import resources


class _Spoken:
    """The catalogue in use."""

    code = "en"
    catalogue: NullTranslations = NullTranslations()


def use(code: str, catalogue: NullTranslations | None = None) -> None:
    """Speak a language from now on; `catalogue` replaces the shipped one (pseudo-locale of the tests)."""
    _Spoken.code = code
    _Spoken.catalogue = catalogue or resources.translations(code)


def spoken() -> str:
    """The code of the language in use."""
    return _Spoken.code


def _(message: str) -> str:
    """The text in the language in use; the empty text stays empty (gettext keeps its header there)."""
    return _Spoken.catalogue.gettext(message) if message else ""


def ngettext(one: str, many: str, n: int) -> str:
    """The text for a count; `{n}` in it is filled in."""
    return _Spoken.catalogue.ngettext(one, many, n).format(n=n)


def of_system() -> str:
    """The language of the operating system where there is a catalogue for it, else English."""
    return resources.language_of(locale.getlocale()[0] or "")
