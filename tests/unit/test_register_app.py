"""The admin's script against a stand-in for the Azure CLI: it asks for exactly the product's scopes, and a dry run is dry."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from station.links.graph import routes

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "register-app.sh"
pytestmark = pytest.mark.skipif(shutil.which("bash") is None or sys.platform == "win32", reason="a script for Bash")

AZ = '''#!{python}
import json, sys
words = sys.argv[1:]
with open("{log}", "a") as log:
    log.write(json.dumps(words) + "\\n")
line = " ".join(words)
if line.startswith("cloud show"): print("https://graph.microsoft.com/")
elif line.startswith("account show"): print("tenant-1")
elif line.startswith("ad app create"): print("client-1")
elif line.startswith("ad sp show") and "oauth2PermissionScopes" in line: print("id-of-" + line.split("value=='")[1].split("'")[0])
elif line.startswith("ad sp show"): print("principal-1")
elif "resourceOperations" in line:
    print(json.dumps([{{"id": f"op-{{n}}", "resourceName": r, "actionName": a}} for n, (r, a) in enumerate([
        ("Enrollment programs", "Read device"), ("Enrollment programs", "Create device"), ("Managed devices", "Read"),
        ("Managed devices", "Delete"), ("Remote tasks", "Wipe")])]))
elif "roleDefinitions" in line and "post" in words: print("role-1")
'''


def _run(tmp_path: Path, *options: str) -> tuple[list[list[str]], subprocess.CompletedProcess[str]]:
    log, az = tmp_path / "log", tmp_path / "az"
    az.write_text(AZ.format(python=sys.executable, log=log), encoding="utf-8")
    az.chmod(0o755)
    done = subprocess.run(["bash", str(SCRIPT), *options], capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"})
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else [], done


def _asked(calls: list[list[str]]) -> set[str]:
    return {word.removeprefix("id-of-").removesuffix("=Scope") for call in calls if call[:4] == ["ad", "app", "permission", "add"]
            for word in call if word.startswith("id-of-")}


def test_the_script_asks_for_exactly_what_the_product_needs(tmp_path: Path) -> None:
    calls, done = _run(tmp_path)
    assert done.returncode == 0, done.stderr
    assert _asked(calls) == {*routes.LOOK, *routes.REGISTER, *routes.CHECK, *routes.DELETE_OBJECT}
    assert 'client = "client-1"' in done.stdout


def test_without_returns_nothing_that_deletes_is_asked_for(tmp_path: Path) -> None:
    calls, _ = _run(tmp_path, "--no-returns")
    assert _asked(calls) == {*routes.LOOK, *routes.REGISTER, *routes.CHECK}
    assert "op-3" not in json.dumps(calls)
    assert "op-4" not in json.dumps(calls)


def test_the_right_to_act_in_the_directory_can_be_left_out_alone(tmp_path: Path) -> None:
    calls, _ = _run(tmp_path, "--no-entra-delete")
    assert _asked(calls) == {*routes.LOOK, *routes.REGISTER, *routes.CHECK, *routes.RETURN}


def test_the_guide_names_for_each_purpose_what_the_product_asks_for() -> None:
    rows = {cells[0].strip(): _scopes(cells[1]) for cells in _tables() if len(cells) == 2}
    look = set(routes.LOOK)
    assert rows["look"] == look
    assert rows["register headsets"] == set(routes.REGISTER) - look
    assert rows["check the tenant"] == set(routes.CHECK) - look
    assert rows["return headsets"] == set(routes.RETURN) - look
    assert rows["delete Entra objects that a return leaves behind"] == set(routes.DELETE_OBJECT) - set(routes.RETURN)
    assert rows["create a missing group"] == set(routes.PREPARE_TENANT) - set(routes.REGISTER)


def test_the_guide_names_every_permission_that_is_another_one_for_an_app_alone() -> None:
    other = {route.scopes[0]: set(route.app_scopes or ()) for route in routes.ROUTES.values()
             if route.app_scopes is not None and route.app_scopes != route.scopes}
    told = {cells[0].strip(): _scopes(cells[1]) for cells in _tables() if len(cells) == 2}
    assert other
    assert {scope: told[scope] for scope in other} == other


def _tables() -> list[list[str]]:
    guide = (SCRIPT.parents[1] / "docs" / "tenant-setup.md").read_text(encoding="utf-8")
    return [line.strip("|\n ").split(" | ") for line in guide.splitlines() if line.startswith("|")]


def _scopes(text: str) -> set[str]:
    return {word for word in re.findall(r"[A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)+", text)}


def test_a_dry_run_shows_and_changes_nothing(tmp_path: Path) -> None:
    calls, done = _run(tmp_path, "--dry-run", "--group", "group-1")
    assert done.returncode == 0, done.stderr
    verbs = re.compile(r"\b(create|add|update|admin-consent|post)\b")
    assert not [call for call in calls if verbs.search(" ".join(call))]
    assert "+ az ad app create" in done.stderr


def test_a_permission_that_the_tenant_names_otherwise_is_told_and_never_guessed(tmp_path: Path) -> None:
    calls, done = _run(tmp_path)
    assert "Intune has no permission called Enrollment programs/Sync device" in done.stderr
    made = next(call for call in calls if "--body" in call and "roleDefinitions" in " ".join(call))
    body = json.loads(made[made.index("--body") + 1])
    assert body["rolePermissions"][0]["resourceActions"][0]["allowedResourceActions"] == ["op-0", "op-2", "op-1", "op-3", "op-4"]


def test_the_group_of_the_bench_gets_app_and_role(tmp_path: Path) -> None:
    calls, _ = _run(tmp_path, "--group", "group-1")
    bodies = [json.loads(call[call.index("--body") + 1]) for call in calls if "--body" in call]
    assert {"principalId": "group-1", "resourceId": "principal-1", "appRoleId": "00000000-0000-0000-0000-000000000000"} in bodies
    assert any(b.get("members") == ["group-1"] for b in bodies)


def test_an_unknown_option_shows_how_to_use_it(tmp_path: Path) -> None:
    _, done = _run(tmp_path, "--nonsense")
    assert done.returncode == 2
    assert "--dry-run" in done.stdout
