"""Secrets under a name: kept in a keyring in parts that every system takes, or in memory, never in plain text."""

from collections.abc import Iterator

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.model.errors import ConfigurationError, NotFound
from station.vault.secrets import KeyringSecrets, MemorySecrets, SecretStore, open_secrets, require


class SmallKeyring(keyring.backend.KeyringBackend):
    """A keyring with the limit of Windows: 2,560 bytes of UTF-16 an entry."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = False

    def _check(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        if len(password.encode("utf-16-le")) > 2560:
            raise keyring.errors.PasswordSetError
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if (service, username) not in self.entries:
            raise keyring.errors.PasswordDeleteError
        del self.entries[service, username]


@pytest.fixture
def small() -> Iterator[SmallKeyring]:
    before = keyring.get_keyring()
    backend = SmallKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=st.text(alphabet=st.characters(codec="ascii"), max_size=6000),
       new=st.text(alphabet=st.characters(codec="ascii"), max_size=6000))
def test_a_secret_of_any_length_comes_back_and_leaves_nothing(small: SmallKeyring, old: str, new: str) -> None:
    secrets = KeyringSecrets()
    for text in (old, new):
        secrets.put("bulk/one", text)
        assert secrets.get("bulk/one") == text
    secrets.remove("bulk/one")
    assert secrets.get("bulk/one") is None
    assert not small.entries


def test_a_real_keyring_is_used(small: SmallKeyring) -> None:
    assert open_secrets().persistent


def test_without_a_real_keyring_secrets_stay_in_memory(small: SmallKeyring) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    secrets = open_secrets()
    secrets.put("wifi/bench", "x")
    assert not secrets.persistent
    assert secrets.get("wifi/bench") == "x"


def test_a_locked_keyring_is_a_fault_with_a_cure(small: SmallKeyring) -> None:
    small.locked = True
    for act in (lambda s: s.get("a"), lambda s: s.put("a", "b"), lambda s: s.remove("a")):
        with pytest.raises(ConfigurationError) as told:
            act(KeyringSecrets())
        assert told.value.code == "vault.locked"


@pytest.mark.parametrize("store", [MemorySecrets()])
def test_a_secret_that_is_not_there_is_told_by_its_name_only(store: SecretStore) -> None:
    with pytest.raises(NotFound) as told:
        require(store, "wifi/bench")
    assert told.value.detail == "wifi/bench"


def test_a_store_never_shows_its_secrets(small: SmallKeyring) -> None:
    memory, ring = MemorySecrets(), KeyringSecrets()
    for store in (memory, ring):
        store.put("a", "hunter2")
        assert "hunter2" not in repr(store)
