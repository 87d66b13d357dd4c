"""`holobench report`: what was asked for, as files that are there in full or not at all; labels to a printer's raw port."""

import argparse
import csv
import io
import json
import socket
import threading

import pytest

from station.cli import report as command
from station.cli.context import Context
from station.model.errors import JournalError, LinkError, NotFound, UsageError
from station.model.faults import catalogue
from station.model.timing import Deadline
from station.report.printing import send


@pytest.fixture
def holobench(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "PATHS", {bench.path.key: bench.path})

    def call(*words, language="en"):
        parser = argparse.ArgumentParser()
        command.add_parser(parser.add_subparsers(dest="command"))
        args = parser.parse_args(["report", *words, "--journal", str(tmp_path / "journal.sqlite")])
        context = Context(json=args.json, language=language, out=io.StringIO(), err=io.StringIO())
        return command.run(args, context), context.out.getvalue()
    return call


def test_without_a_file_it_lists_the_runs_oldest_first(bench, holobench):
    bench.done("111")
    bench.failed("222")
    status, out = holobench("--json")
    *runs, figures = [json.loads(line) for line in out.splitlines()]

    assert status == 0
    assert [(r["serial"], r["outcome"]) for r in runs] == [("111", "done"), ("222", "failed")]
    assert figures["summary"]["first_pass"] == 0.5


def test_a_unit_is_named_by_its_serial_and_a_run_by_its_id(bench, holobench):
    run = bench.done("111")
    bench.done("222")

    for name in ("111", run, "usb:111"):
        assert [json.loads(line).get("serial") for line in holobench(name, "--json")[1].splitlines()][:-1] == ["111"]


def test_only_the_latest_run_of_each_unit_where_that_is_asked(bench, holobench):
    bench.done("222")
    bench.now = bench.now.replace(hour=20)
    bench.failed("333")
    bench.begin("333")

    def runs(*words):
        return len(holobench("--json", *words)[1].splitlines()) - 1

    assert runs("--latest") == 2
    assert runs("--since", "2026-03-01T20:00") == 2
    assert runs("--until", "2026-03-01T20:00") == 1


@pytest.mark.parametrize(("name", "holds"), [
    ("unit.html", "Certificate of provisioning"), ("unit.zpl", "^XA"), ("unit.svg", "<svg"), ("unit.csv", "111"),
])
def test_the_ending_of_the_file_says_what_is_made(bench, holobench, tmp_path, name, holds):
    bench.done("111")
    holobench("111", "-o", str(tmp_path / name))

    assert holds in (tmp_path / name).read_text(encoding="utf-8-sig")
    assert list(tmp_path.glob("*.part")) == []


def test_a_batch_is_one_table(bench, holobench, tmp_path):
    for serial in ("111", "222", "333"):
        bench.done(serial)
    holobench("-o", str(tmp_path / "batch.csv"))
    with (tmp_path / "batch.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert [row["serial"] for row in csv.DictReader(stream)] == ["111", "222", "333"]


@pytest.mark.parametrize(("words", "code", "kind"), [
    (("999",), "report.no-run", NotFound),
    (("-o", "x.docx"), "report.unknown-format", UsageError),
    (("-o", "x.svg"), "report.one-label", UsageError),
    (("-o", "/nowhere/at/all.html"), "report.not-written", JournalError),
    (("--print", "host:none"), "report.bad-printer", UsageError),
])
def test_each_mistake_is_told_apart(bench, holobench, words, code, kind):
    bench.done("111")
    bench.done("222")
    with pytest.raises(kind) as caught:
        holobench(*words)
    assert caught.value.code == code
    assert code in catalogue()


def test_labels_reach_the_raw_port_of_a_printer_whole(bench, holobench):
    bench.done("111")
    got = []
    with socket.create_server(("127.0.0.1", 0)) as printer:
        def take():
            connection, _ = printer.accept()
            with connection:
                while data := connection.recv(4096):
                    got.append(data)

        thread = threading.Thread(target=take)
        thread.start()
        holobench("111", "--print", f"127.0.0.1:{printer.getsockname()[1]}")
        thread.join(10)

    job = b"".join(got).decode()
    assert job.startswith("^XA")
    assert job.rstrip().endswith("^XZ")


def test_a_printer_that_is_off_is_an_error_with_its_cure():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(LinkError, match=r"report\.printer-unreachable"):
        send("^XA^XZ", "127.0.0.1", Deadline(5), port)
