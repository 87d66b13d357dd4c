"""Keeping a secret under a name: in the keyring of the operating system, or in memory until the program closes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Protocol

from station.model.errors import ConfigurationError, NotFound

SERVICE = "HoloBench"
PART_LENGTH = 1_200
"""Characters of one keyring entry: Windows holds 2,560 bytes of UTF-16 (facts: tenant §3.4), and bulk tokens are longer."""
_UNSAFE_BACKENDS = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
"""Back ends that keep nothing, or keep plain text: never used."""


class SecretStore(Protocol):
    """Where secrets live. Names are `<kind>/<name>` in plain text; values never leave the store except to whoever uses them."""

    @property
    def persistent(self) -> bool:
        """Whether secrets outlive the program."""

    def get(self, name: str) -> str | None:
        """The secret, or None where there is none of that name. Raises ConfigurationError `vault.locked`."""

    def put(self, name: str, secret: str) -> None:
        """Keep a secret, in place of an older one of that name. Raises ConfigurationError `vault.locked`."""

    def remove(self, name: str) -> None:
        """Forget a secret; a name that is not there is fine. Raises ConfigurationError `vault.locked`."""


class MemorySecrets:
    """Secrets that are gone when the program closes: practice, tests, and machines without a keyring."""

    persistent = False

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> str | None:
        with self._lock:
            return self._secrets.get(name)

    def put(self, name: str, secret: str) -> None:
        with self._lock:
            self._secrets[name] = secret

    def remove(self, name: str) -> None:
        with self._lock:
            self._secrets.pop(name, None)

    def __repr__(self) -> str:
        return f"MemorySecrets({len(self._secrets)} names)"


class KeyringSecrets:
    """Secrets in the keyring of the person's session: Credential Manager, Keychain, Secret Service.

    A long secret is kept in several entries, since Windows limits one: the first holds `<parts>:<text>`, part n stands under
    `<name>#<n>`.
    """

    persistent = True

    def __init__(self, service: str = SERVICE) -> None:
        self._service = service
        self._keyring = _keyring()

    def get(self, name: str) -> str | None:
        with _locked_is_told():
            first = self._keyring.get_password(self._service, name)
            if first is None:
                return None
            count, _, text = first.partition(":")
            rest = [self._keyring.get_password(self._service, f"{name}#{n}") for n in range(2, int(count) + 1)]
        return None if None in rest else text + "".join(part for part in rest if part)

    def put(self, name: str, secret: str) -> None:
        parts = [secret[i:i + PART_LENGTH] for i in range(0, len(secret), PART_LENGTH)] or [""]
        self.remove(name)
        with _locked_is_told():
            for n, part in enumerate(parts[1:], start=2):
                self._keyring.set_password(self._service, f"{name}#{n}", part)
            self._keyring.set_password(self._service, name, f"{len(parts)}:{parts[0]}")

    def remove(self, name: str) -> None:
        with _locked_is_told():
            first = self._keyring.get_password(self._service, name)
            if first is None:
                return
            self._keyring.delete_password(self._service, name)
            for n in range(2, int(first.partition(":")[0]) + 1):
                if self._keyring.get_password(self._service, f"{name}#{n}") is not None:
                    self._keyring.delete_password(self._service, f"{name}#{n}")

    def __repr__(self) -> str:
        return f"KeyringSecrets({self._service!r})"


def open_secrets() -> SecretStore:
    """The keyring where the session has a real one, else memory; look at `persistent` and tell the person."""
    backend = _keyring().get_keyring()
    choices = getattr(backend, "backends", [backend])
    usable = [b for b in choices if not type(b).__module__.startswith(_UNSAFE_BACKENDS)]
    return KeyringSecrets() if usable else MemorySecrets()


def require(secrets: SecretStore, name: str) -> str:
    """The secret of a name. Raises NotFound `vault.no-secret`."""
    secret = secrets.get(name)
    if secret is None:
        raise NotFound("vault.no-secret", name)
    return secret


def keep_beside(secrets: SecretStore, name: str, secret: str) -> str:
    """Keep a secret under a name, with `+` behind it where another secret has that name already; the name it got."""
    while secrets.get(name) not in (None, secret):
        name += "+"
    secrets.put(name, secret)
    return name


def _keyring() -> ModuleType:
    import keyring

    return keyring


@contextmanager
def _locked_is_told() -> Iterator[None]:
    """Turns what a keyring raises into the house's fault."""
    import keyring.errors

    try:
        yield
    except keyring.errors.KeyringError as error:
        raise ConfigurationError("vault.locked", type(error).__name__) from error
