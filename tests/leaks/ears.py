"""Hears every secret that passes a virtual tenant's socket or is put into a vault, in every process of a test run.

`HOLOBENCH_LEAVINGS` names a folder for what one suite leaves behind (`packaging/suites.py` sets it). Each process writes there
what it heard and what was logged, beside a secret of its own that is leaked on purpose: the scan at the end of the run must find
that one everywhere, and no other.
"""

import json
import logging
import os
import threading
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from station.practice.tenant import VirtualTenant
from station.practice.tenant.http import Answer, Request
from station.vault.secrets import MemorySecrets

FOLDER = "HOLOBENCH_LEAVINGS"
HEARD = "heard-"
CANARY = "canary-"
SECRET_FIELDS = {"access_token", "refresh_token", "id_token", "code", "device_code", "code_verifier", "client_assertion"}
SHORTEST = 9
"""A shorter value is no secret that could be told from an ordinary word."""


class Ears:
    """Collects every secret that passes the tenant's socket, in either direction."""

    def __init__(self, tenant: VirtualTenant, keep: Callable[[str], object] | None = None) -> None:
        self.secrets: set[str] = set()
        self._keep = keep or self.secrets.add
        handle = tenant._handle

        def listen(request: Request) -> Answer:
            self._hear(request.body.decode("utf-8", "replace"))
            self._fields(parse_qsl(request.body.decode("utf-8", "replace")))
            answer = handle(request)
            if not request.path.startswith(("/v1.0/", "/beta/")):
                self._hear(answer.payload().decode("utf-8", "replace"))
                self._fields(parse_qsl(answer.headers.get("Location", answer.headers.get("location", "")).partition("?")[2]))
            return answer

        tenant._handle = listen  # type: ignore[method-assign]
        if tenant._server is not None:
            tenant._server._handler = listen

    def _hear(self, text: str) -> None:
        try:
            body = json.loads(text)
        except ValueError:
            return
        if isinstance(body, dict):
            self._fields(body.items())

    def _fields(self, pairs: Iterable[tuple[str, Any]]) -> None:
        for name, value in pairs:
            if name in SECRET_FIELDS and len(str(value)) >= SHORTEST:
                self._keep(str(value))


class Witness:
    """What one process of a suite writes into its folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._heard = folder / f"{HEARD}{os.getpid()}.txt"
        self._known: set[str] = set()
        self._lock = threading.Lock()
        canary = f"0.{uuid.uuid4().hex}"
        (folder / f"{CANARY}{os.getpid()}.log").write_text(f"code={canary}\n", encoding="utf-8")
        self.keep(canary)
        self.log = logging.FileHandler(folder / f"log-{os.getpid()}.txt", encoding="utf-8", delay=True)
        self.log.setLevel(logging.DEBUG)

    def keep(self, secret: str) -> None:
        """Note a secret."""
        with self._lock:
            if secret not in self._known:
                self._known.add(secret)
                with self._heard.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(secret) + "\n")


def listen_everywhere(folder: Path) -> Witness:
    """From now on every virtual tenant and every vault of this process is heard, and what is logged is written down."""
    witness = Witness(folder)
    start, put = VirtualTenant.start, MemorySecrets.put

    def started(tenant: VirtualTenant) -> VirtualTenant:
        opened = start(tenant)
        Ears(opened, witness.keep)
        return opened

    def heard(vault: MemorySecrets, name: str, secret: str) -> None:
        if len(secret) >= SHORTEST:
            witness.keep(secret)
        put(vault, name, secret)

    VirtualTenant.start = started  # type: ignore[method-assign, assignment]
    MemorySecrets.put = heard  # type: ignore[method-assign]
    logging.getLogger().addHandler(witness.log)
    return witness


def heard_in(folder: Path) -> set[str]:
    """Every secret that the processes of a suite heard."""
    return {json.loads(line) for file in folder.glob(f"{HEARD}*.txt") for line in file.read_text(encoding="utf-8").splitlines()}
