"""The virtual tenant as a process of its own, and its behaviour as a server."""

import contextlib
import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import msal
import pytest
import requests

from station.practice.tenant import VirtualTenant


def _started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "station.practice.tenant", *arguments, "--while-stdin-open"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=20)
    return process.returncode, errors


def test_a_process_says_where_it_is_serves_and_ends_with_its_starter() -> None:
    process = _started("--speed", "60", "--populate", "3", "--faults", "throttle:1")
    assert process.stdout
    where = json.loads(process.stdout.readline())
    app = msal.ConfidentialClientApplication(
        where["client_id"], authority=where["authority"], instance_discovery=False, verify=where["ca_file"],
        client_credential={"private_key": where["private_key"], "public_certificate": where["certificate"]})
    token = app.acquire_token_for_client([f"{where['graph_url']}/.default"])["access_token"]
    url = f"{where['graph_url']}/v1.0/deviceManagement/windowsAutopilotDeviceIdentities"
    answers = [requests.get(url, headers={"Authorization": f"Bearer {token}"}, verify=where["ca_file"], timeout=10)
               for _ in range(2)]
    assert [a.status_code for a in answers] == [429, 200]
    assert len(answers[1].json()["value"]) == 3
    seen = requests.get(f"{where['base_url']}/practice/seen", verify=where["ca_file"], timeout=10).json()
    assert [r["status"] for r in seen["requests"]] == [429, 200]
    assert seen["violations"] == []
    assert _ended(process) == (0, "")


def test_a_process_refuses_an_unknown_fault() -> None:
    status, errors = _ended(_started("--faults", "nonsense"))
    assert status == 2
    assert "practice.unknown-quirk" in errors


def test_many_threads_with_kept_connections_all_get_their_own_answer(tenant: VirtualTenant,
                                                                     make_caller: Callable[..., Any]) -> None:
    serials = tenant.populate(200)
    wrong: list[str] = []

    def ask(mine: list[str]) -> None:
        caller = make_caller(tenant)
        for serial in mine:
            rows = caller.get(f"/deviceManagement/windowsAutopilotDeviceIdentities?$filter=serialNumber eq '{serial}'")["value"]
            if [r["serialNumber"] for r in rows] != [serial]:
                wrong.append(serial)

    threads = [threading.Thread(target=ask, args=(serials[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(tenant.requests) == 200


def test_stopping_closes_open_connections_and_leaves_no_thread(make_caller: Callable[..., Any]) -> None:
    before = set(threading.enumerate())
    tenant = VirtualTenant().start()
    caller = make_caller(tenant)
    caller.get("/me")
    tenant.stop()
    tenant.stop()
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(tenant.base_url.rpartition(":")[2])), timeout=10)


@pytest.mark.parametrize("sent", [b"\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"\x00" * 40])
def test_what_is_no_http_ends_that_connection_only(tenant: VirtualTenant, graph: Any, sent: bytes) -> None:
    context = ssl.create_default_context(cafile=tenant.ca_file)
    port = int(tenant.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as raw, context.wrap_socket(raw, server_hostname="localhost") as secured:
        secured.sendall(sent + b"\r\n\r\n")
        secured.settimeout(10)
        with contextlib.suppress(OSError):
            assert secured.recv(10) == b""
    assert graph.get("/me")["displayName"] == "Bench Lead"


def test_a_body_above_the_cap_is_413(tenant: VirtualTenant, graph: Any) -> None:
    body = {"importedWindowsAutopilotDeviceIdentities": [{"serialNumber": "1", "hardwareIdentifier": "T0EA" * 1_100_000}]}
    try:
        status = graph.call("POST", "/deviceManagement/importedWindowsAutopilotDeviceIdentities/import", body).status_code
    except requests.ConnectionError:
        status = 413      # the server closed while the body was still under way
    assert status == 413
    assert graph.get("/deviceManagement/importedWindowsAutopilotDeviceIdentities")["value"] == []
