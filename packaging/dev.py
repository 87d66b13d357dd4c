"""The two commands of the house, and their small relatives. Standard library only.

    python3 packaging/dev.py run [-- ARGS]       open the station on the practice bench; ARGS go to `holobench` instead
    python3 packaging/dev.py test [SUITE…]       everything that CI runs, or just these suites

On Windows: `py packaging\\dev.py run`. `--help` names the rest.
"""

import argparse
import io
import os
import signal
import subprocess
import sys

import interpreter

if sys.version_info[:2] not in interpreter.FITTING:
    interpreter.hand_over()

import environment
import suites
import system

PRACTICE = ("practice", "--units", "8")      # without a display the program itself says so and plays in the terminal
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def has_display() -> bool:
    """Whether a window can open here: always on Windows and macOS, with an X or Wayland display on Linux."""
    return sys.platform != "linux" or any(os.environ.get(name) for name in DISPLAYS)


def run(arguments: argparse.Namespace) -> int:
    """Prepare everything, then become `holobench`."""
    prepare()
    if has_display() and (lacking := system.provide(("qt",))):
        print(f"Qt needs libraries of the system that are missing. Install them, then start this again:\n"
              f"    {system.remedy(lacking)}")
        return 1
    given = arguments.arguments[1:] if arguments.arguments[:1] == ["--"] else arguments.arguments
    return _become([environment.program("holobench"), *(given or PRACTICE)])


def _become(command: list[str]) -> int:
    """Hand over to a program altogether, so that interrupting it is between the person and the program."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue        # Windows has no exec; the program got the interrupt as well and ends as it sees fit


def test(arguments: argparse.Namespace) -> int:
    """Run suites."""
    table = {suite.name: suite for suite in suites.load()}
    if unknown := [name for name in arguments.suites if name not in table]:
        print(f"No such suite: {', '.join(unknown)}. There are: {', '.join(table)}")
        return 2
    prepare()
    return suites.run([table[name] for name in arguments.suites or table], arguments.pytest)


def system_packages(arguments: argparse.Namespace) -> int:
    """Install what the operating system has to bring for every suite, or say how."""
    lacking = system.provide(arguments.groups or system.group_names())
    if lacking:
        print(system.remedy(lacking))
    return 1 if lacking else 0


def setup(_: argparse.Namespace) -> int:
    """Make or refresh the virtual environment and the translations, and stop there."""
    prepare()
    print(f"Ready: {environment.program('holobench')}")
    return 0


def lock(arguments: argparse.Namespace) -> int:
    """Resolve the dependencies of pyproject.toml anew into both lock files; needs uv in .venv or on PATH."""
    uv = system.find_program("uv", (str(environment.SCRIPTS),))
    if not uv:
        print(f"This one command needs uv: {environment.program('python')} -m pip install uv")
        return 1
    resolve = (str(uv), "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11", "--no-config",
               "--generate-hashes", "--no-annotate", "--no-emit-index-url", "--default-index", "https://pypi.org/simple",
               # A week of patience: a hijacked release is usually found within days.
               "--exclude-newer", "1 week", "--custom-compile-command", "python3 packaging/dev.py lock", "--quiet",
               "--extra", "postgres", *(["--upgrade"] if arguments.upgrade else []))
    statuses = [subprocess.run((*resolve, "--group", group, "--output-file", str(target)),
                               cwd=environment.ROOT, check=False).returncode
                for group, target in (("dev", environment.LOCK), ("freeze", environment.PROGRAM_LOCK))]
    return max(statuses)


def build(_: argparse.Namespace) -> int:
    """Make what people install: wheel, frozen folder, and the package or installer of this system, in dist/."""
    prepare()
    if lacking := system.provide(("qt", "freeze")):
        print(f"Missing for the frozen program: {system.remedy(lacking)}")
        return 1
    return subprocess.run((environment.program("python"), "packaging/release.py"), cwd=environment.ROOT, check=False).returncode


def strings(arguments: argparse.Namespace) -> int:
    """Check the translations, or print what is missing."""
    prepare()
    command = (environment.program("python"), "packaging/strings.py", arguments.what)
    return subprocess.run(command, cwd=environment.ROOT, check=False).returncode


def screenshots(arguments: argparse.Namespace) -> int:
    """Take the README's pictures of real windows, on a screen in memory where there is Xvfb."""
    prepare()
    if lacking := system.provide(("qt", "xvfb")):
        print(f"Missing for pictures of windows: {system.remedy(lacking)}")
        return 1
    screen = suites.SCREEN if sys.platform == "linux" else ()
    command = (*screen, environment.program("python"), "packaging/screenshots.py", "docs/screenshots", *arguments.names)
    return subprocess.run(command, cwd=environment.ROOT, check=False).returncode


def prepare() -> None:
    """The virtual environment and the translations."""
    environment.ready()
    environment.compile_translations()


def parser() -> argparse.ArgumentParser:
    """All commands."""
    top = argparse.ArgumentParser(prog="dev.py", description=(__doc__ or "").partition("\n\n")[0])
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, does: str, function: object) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=does, description=does)
        added.set_defaults(function=function)
        return added

    command("run", "open the station on the practice bench, or pass ARGS to holobench", run).add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="-- ARGS")
    tests = command("test", "run every suite that CI runs, or just these", test)
    tests.add_argument("suites", nargs="*", metavar="SUITE")
    tests.add_argument("--pytest", action="append", default=[], metavar="ARG", help="one more argument for every pytest")
    command("system", "install what the operating system has to bring", system_packages).add_argument(
        "groups", nargs="*", choices=(*system.group_names(), []), metavar="GROUP")
    command("strings", "check the translations, or print the PO entries that are missing", strings).add_argument(
        "what", nargs="?", choices=("check", "missing", "compile"), default="check")
    command("build", "make wheel, frozen folder and package or installer in dist/", build)
    command("screenshots", "take the README's pictures", screenshots).add_argument(
        "names", nargs="*", metavar="NAME", help="only those whose names begin so")
    command("setup", "make the virtual environment and stop", setup)
    command("lock", "bring the lock files up to pyproject.toml, changing no more than needed", lock).add_argument(
        "--upgrade", action="store_true", help="take newer versions of everything")
    return top


def main() -> int:
    """Parse and run; a set-up that fails says what to do."""
    # Asked to end, we end what we started: suites run in groups of their own, a server in a folder of its own.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        # A pipe on Windows has an old code page that lacks our dashes and dots.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    arguments = parser().parse_args()
    try:
        return int(arguments.function(arguments))
    except environment.SetupFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
