"""A PostgreSQL server of our own for the tests: made in a temporary folder, reachable on loopback, gone afterwards.

Imports: the standard library only.
"""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import system

VARIABLE = "HOLOBENCH_TEST_POSTGRES"


class NoServer(Exception):
    """PostgreSQL is not to be had here; the message says why."""


@contextmanager
def server() -> Iterator[str]:
    """Run a server; yields its SQLAlchemy URL. Raises NoServer when the programs are missing or it does not start."""
    initdb, pg_ctl = (_program(name) for name in ("initdb", "pg_ctl"))
    owner = _owner()
    home = Path(tempfile.mkdtemp(prefix="holobench-pg-"))
    data, password, port = home / "data", secrets.token_urlsafe(16), _free_port()
    secret = home / "password"
    secret.write_text(password, encoding="ascii")
    try:
        if owner:
            for path in (home, secret):
                shutil.chown(path, owner)
        _as(owner, home, str(initdb), "-D", str(data), "-U", "holobench", "-A", "scram-sha-256", "--pwfile", str(secret),
            "-E", "UTF8", "--no-locale", "--no-sync")
        sockets = f"-k {home}" if os.name != "nt" else ""
        # fsync off: the folder is thrown away; what the tests measure is what we ask the server, not its disk.
        _as(owner, home, str(pg_ctl), "-D", str(data), "-l", str(home / "log"), "-w", "-t", "60", "-o",
            f"-h 127.0.0.1 -p {port} {sockets} -F", "start")
        try:
            yield f"postgresql+psycopg://holobench:{password}@127.0.0.1:{port}/postgres"
        finally:
            _as(owner, home, str(pg_ctl), "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _program(name: str) -> Path:
    found = system.find_program(name, system.group_folders("postgres"))
    if not found:
        raise NoServer(f"{name} of PostgreSQL is not installed")
    return found


def _owner() -> str | None:
    """PostgreSQL refuses to run as root: the user to run it as then."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    import pwd

    users = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in users else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as(owner: str | None, folder: Path, *command: str) -> None:
    who: dict[str, object] = {"user": owner, "group": _group(owner), "extra_groups": []} if owner else {}
    # The started server inherits the pipes, so its words go to files, not to a pipe that would never close.
    with (folder / "words").open("w+b") as words:
        done = subprocess.run(command, cwd=folder, check=False, stdin=subprocess.DEVNULL, stdout=words, stderr=words, **who)  # type: ignore[call-overload]
        if done.returncode:
            words.seek(0)
            raise NoServer(f"{Path(command[0]).name} ended with status {done.returncode}: "
                           f"{words.read().decode(errors='replace').strip()[-600:]}")


def _group(owner: str) -> int:
    import pwd

    return pwd.getpwnam(owner).pw_gid
