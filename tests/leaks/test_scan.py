"""The scan can fail: what is planted in a place is found there. And: what the suites of this run left holds no secret."""

import json
import os
import sqlite3
import struct
import subprocess
import sys
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest

from station.links.graph import routes
from station.practice.tenant import tokens
from tests.leaks.ears import CANARY, FOLDER, Ears, heard_in
from tests.leaks.scan import SHOWN, Secrets, scan
from tests.practice.tenant_rig import practice

SECRET = "Qm9uam91ci1sZS1zZWNyZXQ.aGlkZGVu"
SPACED = "a pass phrase of words"
ROOT = Path(__file__).resolve().parents[2]


def _png(kind: bytes, body: bytes) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I4s", len(data), name) + data + struct.pack(">I", zlib.crc32(name + data))

    pixel = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + pixel + chunk(kind, body) + chunk(b"IEND", b"")


def _journal(file: Path) -> None:
    with sqlite3.connect(file) as record:
        record.execute("create table event (body text)")
        record.execute("insert into event values (?)", (json.dumps({"said": SECRET}),))
    record.close()


def _bundle(file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("log.txt", f"GET /?code={SECRET} HTTP/1.1")


PLACES = {
    "journal.sqlite": _journal,
    "support.zip": _bundle,
    "plain.log": lambda file: file.write_text(f"Authorization: Bearer {SECRET}\n"),
    "quoted.log": lambda file: file.write_text(f"code%3D{quote(SECRET)}%26state%3D1"),
    "words.json": lambda file: file.write_text(json.dumps({"passphrase": SPACED})),
    "text.png": lambda file: file.write_bytes(_png(b"tEXt", b"Comment\0" + SECRET.encode())),
    "packed.png": lambda file: file.write_bytes(_png(b"zTXt", b"Comment\0\0" + zlib.compress(SECRET.encode()))),
    "international.png": lambda file: file.write_bytes(_png(
        b"iTXt", b"Comment\0\1\0en\0Comment\0" + zlib.compress(SECRET.encode()))),
    f"screen{SHOWN}": lambda file: file.write_text(f"Signed in\n{SECRET[:18]}\n{SECRET[18:]}"),
}


@pytest.mark.parametrize("name", PLACES)
def test_what_is_planted_in_a_place_is_found_there(name: str, tmp_path: Path) -> None:
    PLACES[name](tmp_path / name)
    assert {leak.place.partition(" ")[0].partition("/")[0] for leak in scan(tmp_path, Secrets([SECRET, SPACED]))} == {name}


@pytest.mark.parametrize("told", [tokens.sign({"sub": "somebody"}), "0.0123456789abcdef0123456789abcdef"])
def test_what_looks_like_a_token_is_found_though_nobody_heard_it(told: str, tmp_path: Path) -> None:
    (tmp_path / "some.log").write_text(f"code={told}")
    assert len(scan(tmp_path, Secrets([]))) == 1


def test_what_is_no_secret_is_no_leak(tmp_path: Path) -> None:
    (tmp_path / "plain.log").write_text("run 0f3c1f6a9d2b4c5e8f7a6b5c4d3e2f10, 10.0.22621.1113, GroupMember.Read.All")
    (tmp_path / f"screen{SHOWN}").write_text("DeviceManagementManagedDevices.PrivilegedOperations.All")
    assert scan(tmp_path, Secrets([SECRET, SPACED])) == []


def test_a_leak_is_reported_without_being_leaked_again(tmp_path: Path) -> None:
    PLACES["plain.log"](tmp_path / "plain.log")
    assert SECRET not in "".join(map(str, scan(tmp_path, Secrets([SECRET]))))


def test_every_kind_of_secret_that_passes_the_socket_is_heard() -> None:
    with practice(signed_in=False) as rig:
        ears = Ears(rig.tenant)
        rig.sign_in(routes.RETURN)
        held = rig.signin.token((routes.USER_READ,))
        rig.signin.token((routes.ACT_AS_USER,))
    assert held in ears.secrets
    shapes = Counter("jwt" if s.startswith("eyJ") else s[:2] if s[1] == "." else "verifier" for s in ears.secrets)
    assert shapes["0."] == 1, "the code"
    assert shapes["1."] >= 2, "a refresh token each time"
    assert shapes["jwt"] >= 4, "access and identity tokens"
    assert shapes["verifier"] == 1


def test_every_process_of_a_run_leaves_a_canary_and_hears_the_secrets_of_its_tenants(tmp_path: Path) -> None:
    child = ("from pathlib import Path; import logging, sys\n"
             "from tests.leaks.ears import listen_everywhere\n"
             "from station.vault.secrets import MemorySecrets\n"
             "listen_everywhere(Path(sys.argv[1]))\n"
             f"MemorySecrets().put('wifi', {SPACED!r})\n"
             f"logging.getLogger('x').warning('the key is %s', {SPACED!r})\n")
    subprocess.run([sys.executable, "-c", child, str(tmp_path)], cwd=ROOT, check=True, timeout=60)
    heard = heard_in(tmp_path)
    assert SPACED in heard
    assert {leak.place.partition("-")[0] for leak in scan(tmp_path, Secrets(heard))} == {"canary", "log"}


def _suites() -> list[Path]:
    """The folders of the suites of this run that left something, this one's own aside."""
    mine = os.environ.get(FOLDER)
    return [f for f in sorted(Path(mine).parent.iterdir()) if f.is_dir() and f != Path(mine)] if mine else []


@pytest.mark.skipif(not _suites(), reason="no suite ran before: `dev.py test` runs this one last, over what the others left")
@pytest.mark.timeout(900)
def test_what_the_suites_of_this_run_left_holds_no_secret_but_the_canaries() -> None:
    leaks, silent = [], []
    for folder in _suites():
        found = scan(folder, Secrets(heard_in(folder)))
        canaries = {leak.secret for leak in found if leak.place.startswith(CANARY)}
        if len(canaries) != len(list(folder.glob(f"{CANARY}*"))) or not canaries:
            silent.append(folder.name)
        leaks += [f"{folder.name}/{leak}" for leak in found if leak.secret not in canaries]
    assert leaks == []
    assert silent == [], "the scan did not find the canaries that it must find"


def test_no_published_picture_carries_a_text_of_its_own() -> None:
    assert [str(leak) for leak in scan(ROOT / "docs", Secrets([]))] == []
