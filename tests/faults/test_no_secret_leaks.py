"""Whatever the tenant's side does and however it fails: no token, code, key or passphrase is ever written down.

Every secret that the virtual tenant hands out or is handed is collected at its socket; then everything that the product leaves
behind is searched for them: logs at their most talkative, journal and its exports, command output, tracebacks, files of the data
folder.
"""

import io
import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote_plus

import keyring
import pytest

from station.bench.configuration import load
from station.journal.journal import Journal
from station.links.graph import routes
from station.links.graph.opening import open_graph
from station.links.graph.request import GraphRequest
from station.model.errors import HoloBenchError
from station.model.timing import Deadline, ScaledClock
from station.practice.quirk import ALWAYS, Dose
from station.practice.tenant import VirtualTenant
from station.practice.tenant.http import Answer, Request
from station.tenant.plan import Goal, Lockdown, Where
from station.vault.secrets import open_secrets
from tests.practice.return_staging import Case, stage
from tests.practice.tenant_rig import Robot
from tests.practice.test_tenant_cli import Desk, MemoryKeyring

SERIAL = "012345678901"
SECRET_FIELDS = {"access_token", "refresh_token", "id_token", "code", "device_code", "code_verifier", "client_assertion"}


class Ears:
    """Collects every secret that passes the tenant's socket, in either direction."""

    def __init__(self, tenant: VirtualTenant) -> None:
        self.secrets: set[str] = set()
        handle = tenant._handle

        def listen(request: Request) -> Answer:
            self._hear(request.body.decode("utf-8", "replace"))
            self._fields(parse_qsl(request.body.decode("utf-8", "replace")))
            answer = handle(request)
            self._hear(answer.wire(request, keep=True).partition(b"\r\n\r\n")[2].decode("utf-8", "replace"))
            location = answer.headers.get("Location", answer.headers.get("location", ""))
            self._fields(parse_qsl(location.partition("?")[2]))
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

    def _fields(self, pairs: object) -> None:
        self.secrets |= {str(value) for name, value in pairs if name in SECRET_FIELDS and len(str(value)) > 8}  # type: ignore[attr-defined]


@pytest.fixture
def talk() -> Iterator[io.StringIO]:
    """Everything that any logger says, at its most talkative."""
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    clock = ScaledClock(6000.0)
    with VirtualTenant(clock) as tenant:
        yield Desk(tenant, clock, tmp_path)
    keyring.set_keyring(before)


def _everything(desk: Desk, said: list[str], talk: io.StringIO) -> dict[str, str]:
    """All that is left behind, by name."""
    found = {"output": "\n".join(said), "logs": talk.getvalue()}
    exported = io.StringIO()
    with Journal.open(str(desk.folder / "journal.sqlite"), "desk", desk.clock, read_only=True) as journal:
        journal.export(exported, "ndjson")
        journal.export(exported, "csv")
    found["exports"] = exported.getvalue()
    for file in desk.folder.rglob("*"):
        if file.is_file():
            found[file.name] = file.read_bytes().decode("latin-1")
    return found


def _leaks(secrets: set[str], places: dict[str, str]) -> list[str]:
    return [f"{name}: …{secret[-6:]}" for name, text in places.items() for secret in secrets
            if secret in text or secret in unquote_plus(text)]


def test_nothing_secret_is_left_behind_by_a_day_at_the_tenant(desk: Desk, talk: io.StringIO) -> None:
    ears, said = Ears(desk.tenant), list[str]()

    def run(*words: str, as_json: bool = True) -> int:
        status, rows, err = desk.run(*words, json_out=as_json)
        said.extend((json.dumps(rows, default=str), err))
        return status

    assert run("tenant", "sign-in", "--device-code") == 0
    assert run("tenant", "check", "--no-network", as_json=False) == 0
    stage(desk.tenant, SERIAL, Case("with-user", "one", "there", Lockdown.NEVER, Where.REMOTE, Goal.LEAVE))
    assert run("unit", "status", SERIAL, as_json=False) == 0
    desk.tenant.challenge()
    desk.tenant.quirk("throttle", Dose(count=2))
    assert run("unit", "return", SERIAL, "--leave", "--remote", "--lockdown", "never", "--execute", "--confirm", SERIAL) == 0
    desk.tenant.quirk("role-missing", ALWAYS)
    run("tenant", "check", "--no-network")
    desk.tenant.quirk("sign-in-70043", ALWAYS)
    desk.tenant.challenge()
    run("unit", "status", SERIAL)
    run("tenant", "sign-out")
    assert len(ears.secrets) >= 6
    assert _leaks(ears.secrets, _everything(desk, said, talk)) == []


def test_no_traceback_of_a_failure_holds_a_secret(desk: Desk, talk: io.StringIO) -> None:
    ears, told = Ears(desk.tenant), list[str]()
    settings, robot = load(desk.file).tenant_settings(), Robot(desk.tenant.ca_file)
    with open_graph(settings, open_secrets(), desk.folder, desk.clock) as link:
        link.signin.sign_in_browser(routes.LOOK, Deadline(30), robot)
        robot.join()
        for quirk in ("role-missing", "token-expired", "throttle-silent", "sign-in-65001"):
            desk.tenant.quirk(quirk, ALWAYS)
            try:
                link.client.rows(GraphRequest(routes.MANAGED_LIST), Deadline(0.5))
            except HoloBenchError as error:
                told.append("".join(traceback.TracebackException.from_exception(error).format()) + repr(error) + str(vars(error)))
            desk.tenant.quirk(quirk, Dose(count=0))
    assert told
    assert _leaks(ears.secrets, {"tracebacks": "\n".join(told), "logs": talk.getvalue()}) == []


def test_the_scan_finds_what_is_there() -> None:
    assert _leaks({"secret-token-value"}, {"logs": "a secret-token-value here"})
    assert _leaks({"a+b/c=secret"}, {"logs": "code=a%2Bb%2Fc%3Dsecret"})
    assert not _leaks({"secret-token-value"}, {"logs": "nothing"})
