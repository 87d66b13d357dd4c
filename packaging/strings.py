"""Texts a person sees: extract them, check the translations, compile the catalogues.

    python packaging/strings.py compile     resources/locale/*/*.po -> holobench.mo, and the pseudo-locale `qps`
    python packaging/strings.py check       every text has its translation, placeholders match, nothing contradicts itself
    python packaging/strings.py missing     PO entries of the texts that have no French yet, ready to be filled in

A language is a folder of `resources/locale` with one PO file an area; their union is the catalogue, so the same text may stand
in two areas if it is translated the same way. Needs Babel (of the virtual environment); imports nothing of the product.
"""

import ast
import gettext
import io
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "resources" / "locale"
PSEUDO = "qps"
MARKS = frozenset({"_", "N_", "gettext", "translate"})
PLURAL_MARKS = frozenset({"ngettext", "N_n"})
FAULT_TEXTS = ("title", "cause", "cure")
SPOKEN_ENUMS = frozenset({"StateWord", "Who"})      # enumerations of the model whose values a person reads as they are
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%(?:\([^)]*\))?[-+ #0]*\d*(?:\.\d+)?[sdifgxr]")
ACCENTS = str.maketrans("aceilnorsuyACEILNORSUY", "åçéîłñöŕšûýÅÇÉÎŁÑÖŔŠÛÝ")


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the code or the data: its singular, its plural where it has one, and where it stands (`file:line`)."""

    message: str
    plural: str
    where: str


class Mistakes(Exception):
    """What is wrong with the texts, one line each."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


def languages() -> tuple[str, ...]:
    """The languages that have PO files."""
    return tuple(sorted({po.parent.name for po in LOCALE.glob("*/*.po")}))


def sources() -> Iterator[Path]:
    """The Python files that may speak to a person."""
    for room in ("station", "ui"):
        yield from sorted((ROOT / room).rglob("*.py"))


@cache
def texts() -> tuple[Text, ...]:
    """Every text of the program: marked in the code, and title, cause and cure of every fault. Raises Mistakes."""
    found: list[Text] = []
    mistakes: list[str] = []
    for path in sources():
        found += marked(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix(), mistakes)
    for path in sorted((ROOT / "resources" / "faults").glob("*.toml")):
        name = path.relative_to(ROOT).as_posix()
        for fault in tomllib.loads(path.read_text(encoding="utf-8")).get("fault", []):
            found += [Text(fault[key], "", f"{name}:{fault['code']}") for key in FAULT_TEXTS if fault.get(key)]
    if mistakes:
        raise Mistakes(mistakes)
    return tuple(found)


def marked(source: str, name: str, mistakes: list[str]) -> list[Text]:
    """Texts marked in one Python source; a mark around anything but literal text is noted in `mistakes`."""
    found = []
    for node in ast.walk(ast.parse(source, name)):
        if isinstance(node, ast.ClassDef) and node.name in SPOKEN_ENUMS:
            found += [Text(line.value.value, "", f"{name}:{line.lineno}") for line in node.body
                      if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)
                      and isinstance(line.value.value, str)]
        if not isinstance(node, ast.Call):
            continue
        mark = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        wanted = 2 if mark in PLURAL_MARKS else 1 if mark in MARKS else 0
        literals = [a.value for a in node.args[:wanted] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if wanted and len(literals) == wanted:
            found.append(Text(literals[0], literals[1] if wanted == 2 else "", f"{name}:{node.lineno}"))
        elif wanted and any(_put_together(argument) for argument in node.args[:wanted]):
            mistakes.append(f"{name}:{node.lineno}: {mark}() around a text that is put together; "
                            "mark one literal with {placeholders} and format the translation")
    return found


def _put_together(argument: ast.expr) -> bool:
    """Whether it is a text with something inserted or added; painters translate by sums of numbers, which is no text."""
    parts = ast.walk(argument) if isinstance(argument, ast.BinOp) else ()
    return isinstance(argument, ast.JoinedStr) or any(isinstance(p, ast.Constant) and isinstance(p.value, str) for p in parts)


def merge(language: str) -> Catalog:
    """The catalogue of a language out of its areas.

    Raises Mistakes where two areas contradict each other, a placeholder is lost or an entry is marked fuzzy.
    """
    merged = Catalog(locale=language, project="holobench", charset="utf-8")
    mistakes: list[str] = []
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as stream:
            area = read_po(stream, locale=language, abort_invalid=True)
        for message in area:
            if not message.id:
                continue
            where = f"{path.relative_to(ROOT)}:{message.lineno}"
            original, translation = _forms(message.id), _forms(message.string)
            if message.fuzzy:
                mistakes.append(f"{where}: marked fuzzy, so nobody has agreed to it: {_head(original)}")
            mistakes += (f"{where}: {fault}" for fault in faults_of(original, translation))
            known = merged.get(original[0])
            before = _forms(known.string) if known else ()
            if all(before) and all(translation) and before and before != translation:
                mistakes.append(f"{where}: translated differently in another area: {_head(original)} "
                                f"({_head(before)} / {_head(translation)})")
            if not known:
                merged.add(message.id, message.string)
            elif not all(before):
                known.string = message.string
    if mistakes:
        raise Mistakes(mistakes)
    return merged


def faults_of(original: Sequence[str], translation: Sequence[str]) -> Iterator[str]:
    """What is wrong with one translation (singular and plural forms): lost or invented placeholders."""
    wanted = set(PLACEHOLDER.findall(original[-1]))
    for form in translation:
        had = set(PLACEHOLDER.findall(form))
        # A form for one may leave the number out ("one unit"): it may use the plural's names but need not use all.
        lost = wanted - had if len(original) == 1 else set()
        if form and (lost or had - wanted):
            yield f"placeholders differ ({', '.join(sorted(wanted ^ had))}): {_head(original)}"


def untranslated(language: str, wanted: Iterable[Text]) -> list[Text]:
    """The texts that the language lacks, each once."""
    catalogue = merge(language)
    seen: dict[str, Text] = {}
    for text in wanted:
        entry = catalogue.get(text.message)
        if not entry or not all(_forms(entry.string)) or (text.plural and not entry.pluralizable):
            seen.setdefault(text.message, text)
    return list(seen.values())


def compile_all() -> None:
    """Write holobench.mo of every language and of the pseudo-locale, where older than what it is made of. Raises Mistakes."""
    for language in languages():
        target = LOCALE / language / "holobench.mo"
        if _older(target, (LOCALE / language).glob("*.po")):
            _write(typeset(merge(language)) if language == "fr" else merge(language), target)
    target = LOCALE / PSEUDO / "holobench.mo"
    if _older(target, (*sources(), *(ROOT / "resources" / "faults").glob("*.toml"))):
        _write(pseudo_catalogue(texts()), target)


def typeset(french: Catalog) -> Catalog:
    """French as it is set: spaces that no line may break at inside « » and before : ; ! ? %, none before …, and ’ for '.
    Translators type what their keyboards have."""
    for message in french:
        if message.id:
            forms = tuple(map(set_in_type, _forms(message.string)))
            message.string = forms if message.pluralizable else forms[0]
    return french


def set_in_type(text: str) -> str:
    """One French text, set."""
    text = re.sub(r"(?<=\w) …$", "…", text)
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    return re.sub(r" (?=[:;!?%»])|(?<=«) ", "\N{NO-BREAK SPACE}", text)


def pseudo_catalogue(wanted: Iterable[Text]) -> Catalog:
    """Every text in accents, in brackets and 40 % longer: shows on a screen what is not translatable and what does not fit."""
    catalogue = Catalog(locale="en", project="holobench", charset="utf-8")
    for text in wanted:
        forms = (text.message, text.plural) if text.plural else text.message
        if text.message:
            catalogue.add(forms, tuple(map(pseudo, forms)) if isinstance(forms, tuple) else pseudo(forms))
    return catalogue


def pseudo(text: str) -> str:
    """One text for the pseudo-locale; placeholders and tags stay as they are."""
    kept = re.compile(f"({PLACEHOLDER.pattern}|<[^>]*>|&\\w+;)")
    parts = [part if kept.fullmatch(part) else part.translate(ACCENTS) for part in kept.split(text)]
    return f"[{''.join(parts)}{'~' * max(1, round(len(text) * 0.4) - 2)}]"


def pseudo_translations() -> gettext.GNUTranslations:
    """The pseudo-locale as gettext wants it, made in memory."""
    buffer = io.BytesIO()
    write_mo(buffer, pseudo_catalogue(texts()))
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


def check() -> Mapping[str, list[Text]]:
    """What every language lacks. Raises Mistakes."""
    wanted = texts()
    return {language: untranslated(language, wanted) for language in languages()}


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _head(forms: Sequence[str]) -> str:
    return f"“{forms[0][:60]}{'…' if len(forms[0]) > 60 else ''}”"


def _older(target: Path, made_of: Iterable[Path]) -> bool:
    if not target.is_file():
        return True
    made = target.stat().st_mtime
    return any(path.stat().st_mtime >= made for path in (Path(__file__), *made_of))


def _write(catalogue: Catalog, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Two runs may compile at once: each writes its own part, the last rename wins.
    part = target.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as stream:
        write_mo(stream, catalogue)
    part.replace(target)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def main(command: str) -> int:
    """One of the three commands in the module docstring."""
    try:
        if command == "compile":
            compile_all()
            return 0
        lacks = check()
    except Mistakes as mistakes:
        print("\n".join(mistakes.lines), file=sys.stderr)
        return 1
    for language, lacking in lacks.items():
        for text in lacking:
            if command == "missing":
                plural = f"msgid_plural {_quoted(text.plural)}\nmsgstr[0] \"\"\nmsgstr[1] \"\"" if text.plural else 'msgstr ""'
                print(f"#: {text.where}\nmsgid {_quoted(text.message)}\n{plural}\n")
            else:
                print(f"{text.where}: not in {language}: {_head((text.message,))}")
    return 1 if any(lacks.values()) else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in {"compile", "check", "missing"}:
        sys.exit(__doc__)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.exit(main(sys.argv[1]))
