"""Whatever the tenant's side does and however it fails: no token, code, key or passphrase is ever written down.

Every secret that the virtual tenant hands out or is handed is collected at its socket; then everything that the product leaves
behind is searched for them: logs at their most talkative, journal and its exports, command output, tracebacks, support bundles,
files of the data folder. What windows show is searched in tests/ui, what whole suites leave in tests/leaks.
"""

import io
import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

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
from station.tenant.plan import Goal, Lockdown, Where
from station.vault.secrets import open_secrets
from tests.leaks.ears import Ears
from tests.leaks.scan import Secrets, scan
from tests.practice.return_staging import Case, stage
from tests.practice.tenant_rig import Robot
from tests.practice.test_tenant_cli import Desk, MemoryKeyring
from ui import bundle, scenes

SERIAL = "012345678901"


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


def _leave_everything(desk: Desk, said: list[str], talk: io.StringIO) -> None:
    """Put what the command said, what was logged, the exports of the record and a support bundle beside what is in the folder."""
    (desk.folder / "output.txt").write_text("\n".join(said), encoding="utf-8")
    (desk.folder / "logs.txt").write_text(talk.getvalue(), encoding="utf-8")
    for form in ("ndjson", "csv") if (desk.folder / "journal.sqlite").exists() else ():
        with (Journal.open(str(desk.folder / "journal.sqlite"), "desk", desk.clock, read_only=True) as journal,
              (desk.folder / f"export.{form}").open("w", encoding="utf-8", newline="") as export):
            journal.export(export, form)
    bundle.write(desk.folder / "support.zip", bundle.sections(scenes.ten_states().tiles, talk.getvalue, "\n".join(said)))


def _leaks(ears: Ears, folder: Path) -> list[str]:
    return [str(leak) for leak in scan(folder, Secrets(ears.secrets))]


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
    _leave_everything(desk, said, talk)
    assert _leaks(ears, desk.folder) == []


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
    _leave_everything(desk, told, talk)
    assert _leaks(ears, desk.folder) == []
