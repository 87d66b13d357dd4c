"""The sign-in cache: an AES-GCM encrypted file whose key is in the keyring, shared safely by two windows of the station.

A sign-in cache is 5 to 20 KB and too large for the Windows keyring (facts: tenant §3.4), and it is as good as a password. Each
change is made under a lock file, on top of what another process may have written meanwhile, and replaces the file as a whole.
Without a keyring the cache lives in memory and `kept` is False, so that the person can be told; plain text is never written.
"""

import base64
import os
import secrets as random_bytes
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.model.errors import ConfigurationError
from station.model.timing import Deadline
from station.vault.lock_file import held
from station.vault.secrets import SecretStore

if TYPE_CHECKING:
    import msal

KEY_NAME = "graph/sign-in-cache-key"
_NONCE = 12
_LOCK_SECONDS = 10.0


class EncryptedFile:
    """A file that only this person's keyring can open. `load` answers "" where there is none."""

    def __init__(self, path: Path, secrets: SecretStore) -> None:
        self._path = path
        self._secrets = secrets
        self._key = ""

    def stamp(self) -> tuple[int, int, int] | None:
        """What changes whenever the file was replaced; None where there is none."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def load(self) -> str:
        """The text. A file that the key does not open (another keyring, a cut file) is removed: somebody signs in again."""
        from cryptography.exceptions import InvalidTag

        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            return ""
        try:
            return str(self._cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], KEY_NAME.encode()).decode())
        except (InvalidTag, ValueError):
            self._path.unlink(missing_ok=True)
            return ""

    def save(self, text: str) -> None:
        """Replace the file. Raises ConfigurationError `graph.cache-unwritable`."""
        nonce = random_bytes.token_bytes(_NONCE)
        sealed = nonce + self._cipher().encrypt(nonce, text.encode(), KEY_NAME.encode())
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
                stream.write(sealed)
            os.replace(fresh, self._path)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise ConfigurationError("graph.cache-unwritable", f"{self._path}: {error.strerror}") from error

    def forget(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock that every process of this person shares. Raises OverBudget `graph.cache-locked`."""
        with ExitStack() as stack:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                stack.enter_context(held(self._path.with_name(f"{self._path.name}.lock"), Deadline(_LOCK_SECONDS),
                                         "graph.cache-locked", "another program holds the sign-in cache"))
            except OSError as error:
                raise ConfigurationError("graph.cache-unwritable", f"{self._path.parent}: {error.strerror}") from error
            yield

    def _cipher(self) -> Any:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._key = self._key or self._secrets.get(KEY_NAME) or ""
        if not self._key:
            self._key = base64.b64encode(random_bytes.token_bytes(32)).decode()
            self._secrets.put(KEY_NAME, self._key)
        return AESGCM(base64.b64decode(self._key))


def open_cache(path: Path | None, secrets: SecretStore) -> "msal.SerializableTokenCache":
    """The cache of msal: encrypted at `path` where secrets are kept, in memory otherwise (then `.kept` is False)."""
    import msal

    class FileCache(msal.SerializableTokenCache):  # type: ignore[misc]
        """Reads before each look, and writes after each change, under the shared lock."""

        kept = True

        def __init__(self, file: EncryptedFile) -> None:
            super().__init__()
            self._file = file
            self._stamp: tuple[int, int, int] | None = None

        def modify(self, credential_type: Any, old_entry: Any, new_key_value_pairs: Any = None) -> None:
            with self._lock, self._file.locked():
                self._reload()
                super().modify(credential_type, old_entry, new_key_value_pairs=new_key_value_pairs)
                self._file.save(self.serialize())
                self._stamp = self._file.stamp()

        def search(self, credential_type: Any, *args: Any, **kwargs: Any) -> Any:
            if self._stamp != self._file.stamp():
                with self._lock, self._file.locked():
                    self._reload()
            return super().search(credential_type, *args, **kwargs)

        def forget(self) -> None:
            """Drop everything, in memory and on disk."""
            with self._lock, self._file.locked():
                self._file.forget()
                self.deserialize("{}")
                self._stamp = None

        def _reload(self) -> None:
            stamp = self._file.stamp()
            if stamp != self._stamp:
                self.deserialize(self._file.load() or "{}")
                self._stamp = self._file.stamp()

    class MemoryCache(msal.SerializableTokenCache):  # type: ignore[misc]
        """Gone when the program closes."""

        kept = False

        def forget(self) -> None:
            """Drop everything."""
            self.deserialize("{}")

    return FileCache(EncryptedFile(path, secrets)) if path is not None and secrets.persistent else MemoryCache()
