"""The sign-in cache: encrypted, shared by two programs, gone when it cannot be kept safely."""

import subprocess
import sys
from pathlib import Path

import msal
import pytest

from station.links.graph.cache import KEY_NAME, EncryptedFile, open_cache
from station.vault.secrets import MemorySecrets


class KeptSecrets(MemorySecrets):
    """A keyring that keeps, for these tests."""

    persistent = True


def _add(cache: msal.SerializableTokenCache, user: str) -> None:
    cache.add({"client_id": "c", "scope": ["s"], "token_endpoint": "https://login.test/t/oauth2/v2.0/token",
               "response": {"access_token": f"at-{user}", "refresh_token": f"rt-{user}", "expires_in": 3600,
                            "id_token_claims": {"sub": user, "oid": user, "tid": "t", "preferred_username": user}}})


def _users(cache: msal.SerializableTokenCache) -> set[str]:
    return {a["username"] for a in cache.search(msal.TokenCache.CredentialType.ACCOUNT)}


def test_the_file_holds_nothing_readable(tmp_path: Path) -> None:
    secrets = KeptSecrets()
    _add(open_cache(tmp_path / "c.bin", secrets), "ann")
    raw = (tmp_path / "c.bin").read_bytes()
    assert b"ann" not in raw
    assert b"RefreshToken" not in raw
    assert (tmp_path / "c.bin").stat().st_mode & 0o077 == 0
    assert secrets.get(KEY_NAME)


def test_two_windows_see_each_others_sign_in_and_lose_none(tmp_path: Path) -> None:
    secrets = KeptSecrets()
    one, two = (open_cache(tmp_path / "c.bin", secrets) for _ in range(2))
    for n in range(10):
        _add(one, f"one-{n}")
        _add(two, f"two-{n}")
    assert _users(one) == _users(two) == {f"{w}-{n}" for w in ("one", "two") for n in range(10)}


def test_signing_out_in_one_window_is_seen_in_the_other(tmp_path: Path) -> None:
    secrets = KeptSecrets()
    one, two = (open_cache(tmp_path / "c.bin", secrets) for _ in range(2))
    _add(one, "ann")
    assert _users(two) == {"ann"}
    one.forget()
    assert _users(two) == set()
    assert not (tmp_path / "c.bin").exists()


def test_without_a_keyring_nothing_is_written(tmp_path: Path) -> None:
    cache = open_cache(tmp_path / "c.bin", MemorySecrets())
    _add(cache, "ann")
    assert not cache.kept
    assert _users(cache) == {"ann"}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", [b"", b"short", bytes(100)], ids=["empty", "short", "zeros"])
def test_a_damaged_file_is_an_empty_one(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "c.bin").write_bytes(damage)
    cache = open_cache(tmp_path / "c.bin", KeptSecrets())
    assert _users(cache) == set()
    _add(cache, "ann")
    assert _users(cache) == {"ann"}


def test_a_file_of_another_key_is_an_empty_one(tmp_path: Path) -> None:
    _add(open_cache(tmp_path / "c.bin", KeptSecrets()), "ann")
    assert _users(open_cache(tmp_path / "c.bin", KeptSecrets())) == set()


_OTHER_PROCESS = """
import sys
from pathlib import Path
from station.links.graph.cache import EncryptedFile
from station.vault.secrets import MemorySecrets
secrets = MemorySecrets(); secrets.put("graph/sign-in-cache-key", sys.argv[2])
file = EncryptedFile(Path(sys.argv[1]), secrets)
for _ in range(100):
    with file.locked():
        file.save(str(int(file.load() or 0) + 1))
"""


def test_two_processes_never_write_over_each_other(tmp_path: Path) -> None:
    key = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="
    command = [sys.executable, "-c", _OTHER_PROCESS, str(tmp_path / "c.bin"), key]
    both = [subprocess.Popen(command, cwd=Path(__file__).parents[2]) for _ in range(2)]
    assert [p.wait(60) for p in both] == [0, 0]
    secrets = MemorySecrets()
    secrets.put(KEY_NAME, key)
    assert EncryptedFile(tmp_path / "c.bin", secrets).load() == "200"
