"""The wire tells apart: never sent, answer lost, certificate not trusted; and trusts only what it is told to."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from pytest_httpserver import HTTPServer

from station.links.graph.wire import AnswerLost, HttpsWire, NotSent
from station.model.errors import LinkError, OverBudget


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def server(authority: trustme.CA) -> Iterator[HTTPServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as running:
        yield running


def test_an_answer_comes_with_lower_case_headers(server: HTTPServer, ca_file: Path) -> None:
    server.expect_request("/x", method="POST", data=b"{}").respond_with_data("yes", headers={"Retry-After": "3"})
    wire = HttpsWire(ca_file)
    answer = wire.send("POST", server.url_for("/x"), {}, b"{}", 10)
    wire.close()
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (200, b"yes", "3")


def test_a_stranger_is_not_trusted(server: HTTPServer, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    wire = HttpsWire(other)
    with pytest.raises(LinkError) as told:
        wire.send("GET", server.url_for("/x"), {}, None, 10)
    wire.close()
    assert told.value.code == "graph.certificate"


def test_a_redirect_is_not_followed_with_the_token(server: HTTPServer, ca_file: Path) -> None:
    server.expect_request("/x").respond_with_data("", status=302, headers={"Location": "https://elsewhere.test/"})
    wire = HttpsWire(ca_file)
    assert wire.send("GET", server.url_for("/x"), {"Authorization": "Bearer t"}, None, 10).status == 302
    wire.close()


def test_a_refused_connection_means_that_nothing_was_sent(ca_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    wire = HttpsWire(ca_file)
    with pytest.raises(NotSent):
        wire.send("POST", f"https://127.0.0.1:{port}/", {}, b"", 10)
    wire.close()


def test_a_connection_cut_after_the_request_means_that_the_answer_is_lost(authority: trustme.CA, ca_file: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def cut() -> None:
            raw, _ = listener.accept()
            with context.wrap_socket(raw, server_side=True) as secured:
                secured.recv(65536)
        thread = threading.Thread(target=cut)
        thread.start()
        wire = HttpsWire(ca_file)
        with pytest.raises(AnswerLost):
            wire.send("POST", f"https://127.0.0.1:{listener.getsockname()[1]}/", {}, b"{}", 10)
        thread.join(10)
        wire.close()


def test_nothing_is_sent_when_the_time_is_up(ca_file: Path) -> None:
    with pytest.raises(OverBudget):
        HttpsWire(ca_file).send("GET", "https://127.0.0.1:1/", {}, None, 0)


def test_without_a_ca_file_the_operating_system_judges(server: HTTPServer) -> None:
    wire = HttpsWire()
    with pytest.raises(LinkError) as told:
        wire.send("GET", server.url_for("/x"), {}, None, 10)
    wire.close()
    assert told.value.code == "graph.certificate"
