"""Secrets never enter the record, by whatever way they come; what is no secret passes unharmed."""

import base64
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.journal.secrecy import MARK, without_secrets
from station.model.events import Ended, Faulted, Noted, Observed, Result, RunStarted
from station.model.facts import Fact
from station.model.words import Link

JWT = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (
    b'{"typ":"JWT","alg":"RS256"}', b'{"aud":"https://graph.microsoft.com","sub":"someone"}', b"signature" * 20))
SECRETS = {
    "access token": (JWT, JWT[-12:]),
    "refresh token": ("0.AXoA" + "Ab3_-" * 60, "Ab3_-Ab3_-"),
    "refresh token of a personal account": ("M.C546_BAY.0.U." + "-Ab3!*" * 30, "-Ab3!*-Ab3!*"),
    "client secret": ("abc8Q~" + "aB3_.-~x" * 4 + "Zz", "aB3_.-~x"),
    "private key": ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----", "MIIEvQ"),
    "header": ("Authorization: Bearer " + "q8" * 20, "q8q8q8"),
    "form": ("grant_type=password&password=Hunter2hunter2&scope=x", "Hunter2"),
    "signed URL": ("https://blob/x?sv=2023&sig=abcDEF123%2B456", "abcDEF"),
    "Wi-Fi profile": ("<keyMaterial>bench passphrase</keyMaterial>", "passphrase"),
    "server address": ("postgresql+psycopg://bench:hunter2@server/db", "hunter2"),
}
"""What a service or a file may quote, and a part of it that must not come through."""


@pytest.mark.parametrize(("secret", "kernel"), SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_is_not_found_in_the_file_however_it_was_handed_in(secret, kernel, file, journal, draft, clock):
    bodies = (Noted("graph", {"answer": f"error: {secret} was refused"}), Faulted("graph.refused", secret),
              Ended("k", Result.FAILED, "graph.refused", f"…{secret}…"),
              RunStarted("autopilot", "blue", options={"note": secret}),
              Observed((Fact("tenant.error", secret, Link.GRAPH, clock.now()),)))
    for body in bodies:
        journal.append(draft(body))
        journal.append_later(draft(body))
    journal.close()
    with closing(sqlite3.connect(file)) as connection:
        stored = "\n".join(body for (body,) in connection.execute("SELECT body FROM event"))

    assert kernel not in stored
    assert stored.count(MARK) >= 2 * len(bodies)


@pytest.mark.parametrize("name", ["password", "Wi-Fi passphrase", "client_secret", "accessToken", "pre-shared-key", "PIN"])
def test_a_value_that_is_named_as_a_secret_is_taken_out_whatever_it_looks_like(name):
    assert without_secrets({name.removeprefix("Wi-Fi "): "abc"}) == {name.removeprefix("Wi-Fi "): MARK}


def test_what_subscribers_hear_is_what_is_stored(journal, draft):
    heard = []
    journal.subscribe(heard.extend)
    written = journal.append(draft(Noted("graph", {"header": f"Bearer {JWT}"})))

    assert tuple(heard) == written == journal.events()
    assert MARK in written[0].body.about["header"]


@pytest.mark.parametrize("plain", [
    "HOLOLENS-6RMKVO", "012345678901", "Error 80180014: device not supported", "request-id 8b1d8f1c-38f6-4a64-b6d1-d8e9a3f1a001",
    "https://graph.microsoft.com/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities?$top=5", "wifi-secret-name",
    "sha256:" + "ab" * 32, "the basic settings of the unit", "autopilot/1.0.3", "C:\\Users\\bench\\Documents\\hash.csv",
])
def test_what_is_no_secret_passes_unharmed(plain):
    assert without_secrets({"detail": plain}) == {"detail": plain}


NAMES = st.text(max_size=8).map("note {}".format)


@given(st.dictionaries(NAMES, st.text(max_size=30).filter(lambda t: "=" not in t), max_size=4))
def test_ordinary_values_pass_unharmed(values):
    assert without_secrets(values) == values
