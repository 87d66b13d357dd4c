"""`holobench package build|inspect|lint|rules|compare|import|push|wipe|history|settings|secret`: packages without a window."""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.cli.context import Context
from station.model.errors import ConfigurationError, NotFound, Refused, UsageError
from station.model.words import N_

if TYPE_CHECKING:
    from station.package.build import BuildReport
    from station.package.inspection import Inspection
    from station.package.lint import Finding
    from station.package.schema import Schema, Setting
    from station.package.settings import PackageSettings

ICD_SECONDS = 900.0
LINE = 240
"""Characters of a value in a terminal."""


def add_parser(subparsers: Any) -> None:
    """`package` with its verbs."""
    from station.cli.package_push import add_verbs

    parser = subparsers.add_parser("package", help="provisioning packages: build, inspect, lint, compare, import, push")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    build = verbs.add_parser("build", help="build a package from a settings file")
    build.add_argument("settings", type=Path, metavar="SETTINGS.toml")
    build.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.ppkg")
    build.add_argument("--engine", choices=("native", "icd"), default="native", help="own compiler, or ICD.exe (Windows)")
    build.add_argument("--reproducible", action="store_true", help="same settings, same bytes")
    build.add_argument("--strip-source", action="store_true", help="leave customizations.xml out: each secret stands there once")
    inspect = verbs.add_parser("inspect", help="everything that a package says; secrets masked")
    inspect.add_argument("file", type=Path, metavar="FILE.ppkg")
    inspect.add_argument("--reveal", action="store_true", help="show secrets")
    inspect.add_argument("--verify", action="store_true", help="read carried files too and compare their checksums")
    lint = verbs.add_parser("lint", help="what will go wrong, before it does")
    lint.add_argument("file", type=Path, metavar="FILE.ppkg|SETTINGS.toml")
    lint.add_argument("--build", default="", metavar="BUILD", help="judge for this build, such as 19041.1128")
    lint.add_argument("--stick", type=Path, metavar="FOLDER", help="packages in this root folder would be applied too")
    lint.add_argument("--headset", choices=("hololens1", "hololens2"), help="judge for this generation")
    rules = verbs.add_parser("rules", help="every rule of the lint, with why, what to do, and source")
    rules.add_argument("words", nargs="*", help="only those with these words")
    compare = verbs.add_parser("compare", help="two packages, setting by setting")
    compare.add_argument("first", type=Path, metavar="A.ppkg")
    compare.add_argument("second", type=Path, metavar="B.ppkg")
    compare.add_argument("--all", action="store_true", help="what is the same, too")
    imports = verbs.add_parser("import", help="settings out of a package or a customizations.xml; secrets go to the keyring")
    imports.add_argument("file", type=Path, metavar="FILE.ppkg|customizations.xml")
    imports.add_argument("-o", "--output", type=Path, required=True, metavar="SETTINGS.toml")
    settings = verbs.add_parser("settings", help="every setting that is known, with headset, build, engine and source")
    settings.add_argument("words", nargs="*", help="only those with these words")
    secret = verbs.add_parser("secret", help="keep a secret under a name; it is asked for, or read from standard input")
    secret.add_argument("name", metavar="KIND/NAME")
    secret.add_argument("--remove", action="store_true", help="forget it")
    build.add_argument("--ask", action="store_true", help="ask for secrets that the keyring lacks; they are kept nowhere")
    for verb in (inspect, lint, compare, imports):
        verb.add_argument("--password", default="", metavar="NAME", help="name of the secret that opens an encrypted package")
    for verb in (build, lint):
        verb.add_argument("--accept", action="append", default=[], metavar="RULE", help="do not count this rule")
    for verb in (build, lint, imports, settings):
        verb.add_argument("--store", type=Path, metavar="FILE.dat", help="settings store of your Windows Configuration Designer")
    add_verbs(verbs)
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="print data as JSON, one object a line")


def run(args: argparse.Namespace, context: Context) -> int:
    """Run one verb; 1 where the lint finds errors. Raises the error family."""
    from station.cli.package_push import VERBS

    verbs: dict[str, Callable[[argparse.Namespace, Context], int]] = {
        "build": _build, "inspect": _inspect, "lint": _lint, "rules": _rules, "compare": _compare,
        "import": _import, "settings": _settings, "secret": _secret, **VERBS}
    return verbs[args.verb](args, context)


def _build(args: argparse.Namespace, context: Context) -> int:
    from station.cli.package_push import pushed_before
    from station.package.lint import check_settings, refuse_errors
    from station.package.settings_file import load, secret_names
    from station.vault.secrets import open_secrets

    settings = load(args.settings)
    schema = _schema(args.store)
    secret = _asked(settings, open_secrets().get) if args.ask else open_secrets().get
    folder = args.settings.resolve().parent
    findings = check_settings(settings, today=context.clock.now().date(), folder=folder, secret=secret, schema=schema,
                              earlier=pushed_before(context))
    if args.engine == "icd":
        findings = tuple(f for f in findings if f.rule not in ("setting-needs-store", "setting-unknown"))
    for finding in findings:
        _show_finding(finding, context, to_note=True)
    refuse_errors(findings, _accepted(args.accept))
    report = _engine(args, settings, schema, folder, lambda name: _given(name, secret(name)))
    if context.json:
        context.emit(path=str(report.path), id=report.package_id, name=report.name, version=report.version, size=report.size,
                     files=report.files, carried=report.carried, experimental=list(report.experimental))
    else:
        context.say(f"{report.path}  {report.name} {report.version}  {{{report.package_id}}}  {report.size} bytes")
        if secret_names(settings):
            warning = N_("The package holds its secrets in clear: wipe it from unit, stick and disk after use.")
            context.say(context.translate(warning))
    return 0


def _given(name: str, value: str | None) -> str:
    if value is None:
        raise NotFound("package.no-secret", name)
    return value


def _asked(settings: "PackageSettings", known: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """Secrets of the keyring, and those that a person is asked for now."""
    from station.package.settings_file import secret_names

    missing = {name: "" for _, name in secret_names(settings) if known(name) is None}
    typed = {name: _typed(name) for name in missing}
    return lambda name: typed.get(name) or known(name)


def _typed(name: str) -> str:
    """A secret from the terminal, unseen, or a line of standard input."""
    import getpass
    import sys

    return getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def _engine(args: argparse.Namespace, settings: "PackageSettings", schema: "Schema | None", folder: Path,
            secret: Callable[[str], str]) -> "BuildReport":
    if args.engine == "native":
        from station.package.build import BuildOptions, build

        options = BuildOptions(reproducible=args.reproducible, strip_source=args.strip_source)
        return build(settings, args.output, secret=secret, folder=folder, schema=schema, options=options)
    import tempfile

    from station.model.timing import Deadline
    from station.package.icd import ThisMachine, build_with_icd

    if args.reproducible or args.strip_source:
        raise UsageError("package.icd-options", "--reproducible, --strip-source")
    with tempfile.TemporaryDirectory(prefix="holobench-") as work:
        return build_with_icd(settings, args.output.resolve(), secret=secret, folder=folder, machine=ThisMachine(),
                              work=Path(work), deadline=Deadline(ICD_SECONDS), store=args.store, schema=schema)


def _inspect(args: argparse.Namespace, context: Context) -> int:
    from station.package.inspection import inspect_package

    found = inspect_package(args.file, password=_password(args.password), reveal=args.reveal, verify=args.verify)
    if context.json:
        context.emit(**found.as_json())
    else:
        _tell_inspection(found, context)
        if args.verify and not found.problems:
            context.say(context.translate(N_("Every file matches its checksum.")))
    return 1 if args.verify and found.problems else 0


def _tell_inspection(found: "Inspection", context: Context) -> None:
    context.say(f"{found.name}  {found.size} bytes  SHA-256 {found.sha256}")
    if found.encrypted:
        context.say(context.translate(N_("Encrypted: a HoloLens cannot apply it.")))
    if found.catalogue is not None:
        said = {True: N_("signed, the signature is right"), False: N_("signed, the signature is wrong"),
                None: N_("signed, in a way that is not read")}[found.catalogue.valid]
        state = context.translate(said if found.catalogue.signed else N_("not signed"))
        context.say(f"{context.translate(N_('Catalogue'))}: {state} {found.catalogue.signer}".rstrip())
    for image in found.images:
        config = image.config
        context.say(f"{config.name}  {config.version}  {{{config.id}}}  {config.owner} {config.rank}  {image.tool}")
        group = ""
        for setting in image.settings:
            if setting.document != group:
                group = setting.document
                context.say(f"  {setting.context}: {group.rsplit('/', 1)[-1]}")
            context.say(f"    {setting.place} = {_line(setting.value)}")
        for file in image.files:
            if file.path.startswith("DataAsset/"):
                context.say(f"  {file.path}  {file.size} bytes")
    for problem in (*found.problems, *(p for i in found.images for p in i.problems)):
        context.complain(Refused(problem.code, problem.detail))


def _line(value: str) -> str:
    """A value on one line of a terminal; `--json` has all of it."""
    line = " ".join(value.splitlines())
    return line if len(line) <= LINE else f"{line[:LINE]}…"


def _lint(args: argparse.Namespace, context: Context) -> int:
    from station.bench.push import stick_packages
    from station.cli.package_push import pushed_before
    from station.package.lint import KnownPackage, Severity, check_package, check_settings
    from station.package.settings import Headset
    from station.package.settings_file import load

    there = stick_packages(args.stick) if args.stick else ()
    present = [KnownPackage(p.name) for p in there if p.name.casefold() != args.file.name.casefold()]
    today = context.clock.now().date()
    accepted = _accepted(args.accept)
    headset = Headset(args.headset) if args.headset else None
    schema = _schema(args.store)
    if args.file.suffix.casefold() == ".toml":
        from station.vault.secrets import open_secrets

        found = check_settings(load(args.file), today=today, folder=args.file.resolve().parent, secret=open_secrets().get,
                               schema=schema, present=present, earlier=pushed_before(context), generation=headset,
                               build=args.build)
    else:
        found = check_package(args.file, today=today, password=_password(args.password), schema=schema, present=present,
                              generation=headset, build=args.build)
    kept = [f for f in found if f.rule not in accepted]
    for finding in kept:
        _show_finding(finding, context)
    if not kept and not context.json:
        context.say(context.translate(N_("Nothing found.")))
    return 1 if any(f.severity is Severity.ERROR for f in kept) else 0


def _show_finding(finding: "Finding", context: Context, *, to_note: bool = False) -> None:
    from station.package.lint import rules

    rule = rules()[finding.rule]
    if context.json and not to_note:
        context.emit(rule=rule.id, severity=rule.severity.value, where=finding.where, detail=finding.detail,
                     title=context.translate(rule.title), why=context.translate(rule.why), fix=context.translate(rule.fix),
                     source=rule.source)
        return
    tell = context.note if to_note else context.say
    about = " ".join(p for p in (finding.where, finding.detail) if p)
    tell(f"{rule.severity.value}: {context.translate(rule.title)}" + (f" ({about})" if about else "") + f"  [{rule.id}]")
    if not to_note:
        tell(f"    {context.translate(rule.why)} {context.translate(rule.fix)}")


def _rules(args: argparse.Namespace, context: Context) -> int:
    from station.package.lint import rules

    words = [w.casefold() for w in args.words]
    shown = False
    for rule in rules().values():
        title, why, fix = (context.translate(t) for t in (rule.title, rule.why, rule.fix))
        if not all(w in f"{rule.id} {title} {why} {fix}".casefold() for w in words):
            continue
        shown = True
        if context.json:
            context.emit(rule=rule.id, severity=rule.severity.value, title=title, why=why, fix=fix, source=rule.source)
        else:
            context.say(f"{rule.severity.value}: {title}  [{rule.id}]")
            context.say(f"    {why} {fix} ({rule.source})")
    if not shown:
        context.hint(N_("Nothing found."))
    return 0


def _compare(args: argparse.Namespace, context: Context) -> int:
    from station.package.comparison import Change, compare_packages

    password = _password(args.password)
    found = [d for d in compare_packages(args.first, args.second, passwords=(password, password))
             if args.all or d.change is not Change.SAME]
    signs = {Change.SAME: "=", Change.CHANGED: "≠", Change.ADDED: "+", Change.REMOVED: "-"}
    for row in found:
        if context.json:
            context.emit(section=row.section, place=row.place, change=row.change.value, first=row.first, second=row.second)
        else:
            context.say(f"{signs[row.change]} {row.section}: {row.place}  {_line(row.first)!r} → {_line(row.second)!r}")
    if not found and not context.json:
        context.say(context.translate(N_("No difference.")))
    return 0


def _import(args: argparse.Namespace, context: Context) -> int:
    from station.package.importer import import_settings
    from station.package.settings_file import save
    from station.vault.secrets import keep_beside, open_secrets

    store = open_secrets()
    if not store.persistent:
        raise ConfigurationError("vault.nothing-kept")
    if not args.output.resolve().parent.is_dir():
        raise UsageError("package.cannot-write", str(args.output))
    found = import_settings(args.file, keep=partial(keep_beside, store), folder=args.output.resolve().parent,
                            password=_password(args.password), schema=_schema(args.store))
    save(found.settings, args.output)
    if context.json:
        context.emit(settings=str(args.output), files=list(found.files), left_out=list(found.left_out))
    else:
        context.say(str(args.output))
        for file in found.files:
            context.say(f"  {file}")
        for place in found.left_out:
            context.note(f"{context.translate(N_('Not taken over'))}: {place}")
    return 0


def _settings(args: argparse.Namespace, context: Context) -> int:
    from station.package.schema import searchable, shipped

    words = [searchable(w) for w in args.words]
    found = [s for s in _schema(args.store) or shipped() if s.leaf and all(w in searchable(_about(s, context)) for w in words)]
    for setting in found:
        _show_setting(setting, context)
    if not found:
        context.hint(N_("Nothing found."))
    return 0


def _about(setting: "Setting", context: Context) -> str:
    return f"{setting.path} {setting.title} {setting.help} {context.translate(setting.title)} {context.translate(setting.help)}"


def _show_setting(setting: "Setting", context: Context) -> None:
    builds = {h.value: b for h, b in setting.builds.items()}
    engines = sorted(e.value for e in setting.engines)
    if context.json:
        context.emit(path=setting.path, title=context.translate(setting.title), help=context.translate(setting.help),
                     kind=setting.kind.value, values=dict(setting.values), builds=builds, engines=engines,
                     experimental=setting.experimental, secret=setting.secret, csp=setting.csp, source=setting.source)
        return
    known = ", ".join(f"{h} {b}".strip() for h, b in builds.items()) or "-"
    doubt = f"  {context.translate(N_('experimental'))}" if setting.experimental else ""
    context.say(f"{setting.path}  ({setting.kind.value})  {context.translate(setting.title)}")
    context.say(f"    {known}; {'/'.join(engines)}{doubt}; {setting.source}")


def _secret(args: argparse.Namespace, context: Context) -> int:
    from station.package.settings_file import is_secret_name
    from station.vault.secrets import open_secrets

    if not is_secret_name(args.name):
        raise UsageError("package.bad-secret-name")
    store = open_secrets()
    if not store.persistent:
        raise ConfigurationError("vault.nothing-kept", args.name)
    if args.remove:
        store.remove(args.name)
    else:
        value = _typed(args.name)
        if not value:
            raise UsageError("package.empty-secret", args.name)
        store.put(args.name, value)
    if context.json:
        context.emit(name=args.name, kept=not args.remove)
    return 0


def _schema(store: Path | None) -> "Schema | None":
    if store is None:
        return None
    from station.package.store import read_store

    return read_store(store)


def _password(name: str) -> str | None:
    if not name:
        return None
    from station.vault.secrets import open_secrets, require

    return require(open_secrets(), name)


def _accepted(rules: list[str]) -> frozenset[str]:
    from station.package.lint import rules as known

    for rule in rules:
        if rule not in known():
            raise UsageError("package.no-such-rule", rule[:60])
    return frozenset(rules)
