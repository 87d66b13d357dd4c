"""Files that ship with the program: fault catalogue, translations, icons, gesture drawings, sounds, schemas.

Imports: the standard library only.
"""

import gettext
import locale
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "fr": "Français"})
"""The languages offered, by code, each in its own words."""
_HERE = files(__name__)


def text(name: str) -> str:
    """The text of a shipped file, UTF-8; `name` is a path relative to this folder, with slashes."""
    return _HERE.joinpath(name).read_text(encoding="utf-8")


def data(name: str) -> bytes:
    """The bytes of a shipped file; `name` is a path relative to this folder, with slashes."""
    return _HERE.joinpath(name).read_bytes()


def names(folder: str, suffix: str) -> tuple[str, ...]:
    """Names (with folder) of the shipped files of `folder` that end in `suffix`, sorted."""
    return tuple(sorted(f"{folder}/{f.name}" for f in _HERE.joinpath(folder).iterdir() if f.name.endswith(suffix)))


def language_of(name: str) -> str:
    """The offered language of a locale as systems write it (`fr_FR.UTF-8`, on Windows `French_France`); else English."""
    code = locale.normalize(re.split(r"[_.@-]", name)[0]).split("_")[0]
    return code if code in LANGUAGES else "en"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; the texts in the code are English, so English and unknown languages need none."""
    catalogue = _HERE.joinpath(f"locale/{language}/holobench.mo")
    if not catalogue.is_file():
        return gettext.NullTranslations()
    with catalogue.open("rb") as stream:
        return gettext.GNUTranslations(stream)
