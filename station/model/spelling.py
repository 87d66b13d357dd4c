"""One spelling for what people type and screens show: codes in hexadecimal, decimal or negative form, words without accents.

Pure. An HRESULT such as 0x80180018 is met as `80180018`, `-2145910760` or `2149056536`; all become `80180018`.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

_TOKEN = re.compile(r"-\d{9,10}\b|[^\W_]+(?:[_.][^\W_]+)*")
_LEAST_HRESULT = 0x80000000
ALIKE: Mapping[str, str] = MappingProxyType({
    "license": "licence", "enroll": "enrol", "enrollment": "enrolment", "enrolled": "enrol", "enrolling": "enrol",
    "enrolment": "enrol", "unenroll": "unenrol", "inscription": "inscrire", "organization": "organisation", "eula": "agreement",
    "aad": "entra", "azure": "entra", "ppkg": "package", "wlan": "network", "wifi": "network", "reinitialiser": "reset",
    "reinitialisation": "reset", "battery": "batterie", "password": "passe", "joined": "join", "joining": "join",
    "authorised": "authorized", "authorisation": "authorization", "programme": "program",
})
"""Words that mean the same to whoever looks for a fault, British and American spelling among them."""
FILLERS = frozenset({
    "a", "an", "and", "are", "as", "at", "au", "aux", "avec", "be", "by", "can", "cannot", "ce", "ces", "cette", "code",
    "could", "dans", "de", "des", "do", "does", "du", "elle", "en", "erreur", "error", "est", "et", "fault", "for", "from",
    "get", "got", "has", "have", "hresult", "i", "il", "in", "is", "it", "its", "je", "la", "le", "les", "ma", "mon", "my",
    "ne", "no", "not", "of", "on", "or", "par", "pas", "pour", "que", "qui", "sa", "say", "says", "se", "shows", "so", "son",
    "sur", "that", "the", "there", "this", "to", "un", "une", "va", "vous", "was", "what", "when", "why", "with", "you", "your"})
"""Words that say nothing about which fault it is."""


def code(token: str) -> str:
    """A code in its one spelling: lower case, hexadecimal, without 0x."""
    plain = token.strip().casefold()
    if re.fullmatch(r"-\d{9,10}", plain):
        return f"{int(plain) & 0xFFFFFFFF:08x}"
    if re.fullmatch(r"\d{10}", plain) and int(plain) >= _LEAST_HRESULT:
        return f"{int(plain):08x}"
    return plain.removeprefix("0x") if re.fullmatch(r"0x[0-9a-f]+", plain) else plain


def tokens(said: str) -> tuple[str, ...]:
    """Words, numbers and names in what was said, as they stand."""
    return tuple(m[0] for m in _TOKEN.finditer(said))


def codes(said: str) -> frozenset[str]:
    """Every code that what was said may hold, in its one spelling; a bare number may be one of Entra's."""
    found = {code(token) for token in tokens(said)} | {code(said)}
    return frozenset(found | {f"aadsts{c}" for c in found if re.fullmatch(r"\d{5,7}", c)})


def plain(text: str) -> str:
    """Lower case without accents, with straight apostrophes."""
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold().replace("’", "'")) if not unicodedata.combining(c))


def words(text: str) -> tuple[str, ...]:
    """The words that say something, plural and spelling evened out."""
    kept = (w for part in re.findall(r"[^\W_]+", plain(text)) if len(w := part) > 1 and w not in FILLERS)
    return tuple(dict.fromkeys(_even(word) for word in kept))


def _even(word: str) -> str:
    single = word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word
    return ALIKE.get(word) or ALIKE.get(single, single)
