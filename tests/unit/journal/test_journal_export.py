"""The record as text, and the command line's `journal verify|export`."""

import argparse
import csv
import io
import json
import sqlite3
from contextlib import closing

import pytest

from station.cli import journal as command
from station.cli.context import Context
from station.journal import Journal
from station.model.errors import JournalError, NotFound, UsageError
from station.model.events import Noted, RunStarted


@pytest.fixture
def written(file, clock, draft):
    with Journal.open(str(file), "bench-1", clock) as journal:
        journal.append(draft(RunStarted("autopilot", "blue", "Zoé"), unit="U1", run="r1", slot=1),
                       draft(Noted("=2+2", {"quo\"te": "a,b\nc"}), unit="=cmd|' /C calc'!A0", run="r1"),
                       draft("other", unit="U2", run="r2"))
        return journal.heads()


@pytest.fixture
def holobench(file):
    def call(*words, json_too=False):
        parser = argparse.ArgumentParser()
        command.add_parser(parser.add_subparsers(dest="command"))
        args = parser.parse_args(["journal", *words, "--journal", str(file), *(["--json"] if json_too else [])])
        context = Context(json=args.json, out=io.StringIO(), err=io.StringIO())
        return command.run(args, context), context.out.getvalue(), context.err.getvalue()
    return call


def test_ndjson_keeps_every_field_of_every_event(written, holobench):
    status, out, _ = holobench("export")
    lines = [json.loads(line) for line in out.splitlines()]

    assert status == 0
    assert [line["seq"] for line in lines] == [1, 2, 3]
    assert lines[0]["body"]["operator"] == "Zoé"
    assert lines[1]["body"]["about"] == {"quo\"te": "a,b\nc"}
    assert set(lines[0]) == {"station", "seq", "at", "unit", "run", "slot", "kind", "body", "hash"}


def test_csv_has_the_same_columns_and_runs_nothing_in_a_spreadsheet(written, holobench, tmp_path):
    out = tmp_path / "record.csv"
    status, said, _ = holobench("export", "-o", str(out))
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))

    assert status == 0
    assert "3 rows" in said
    assert [r["seq"] for r in rows] == ["1", "2", "3"]
    assert rows[1]["unit"] == "'=cmd|' /C calc'!A0"
    assert json.loads(rows[1]["body"])["about"] == {"quo\"te": "a,b\nc"}


def test_an_export_is_narrowed_by_run_and_unit(written, holobench):
    assert len(holobench("export", "--run", "r1")[1].splitlines()) == 2
    assert len(holobench("export", "--unit", "U2")[1].splitlines()) == 1


def test_an_export_that_cannot_be_written_leaves_no_half_file(written, holobench, tmp_path):
    with pytest.raises(JournalError, match=r"journal\.export-failed"):
        holobench("export", "-o", str(tmp_path / "nowhere" / "out.ndjson"))
    assert list(tmp_path.glob("**/*.part")) == []


def test_a_sound_record_verifies_with_status_0_and_prints_its_heads(written, holobench):
    status, out, err = holobench("verify")

    assert (status, err) == (0, "")
    assert str(written[0]) in out
    assert holobench("verify", "--anchor", str(written[0]))[0] == 0


def test_a_broken_record_ends_with_status_1_the_row_and_the_cure(written, holobench, file):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE event SET body = replace(body, 'other', 'another') WHERE seq = 3")
        connection.commit()
    status, out, err = holobench("verify", json_too=True)

    assert status == 1
    assert json.loads(out)["sound"] is False
    assert json.loads(out)["findings"][0]["seq"] == 3
    assert json.loads(err)["error"]["code"] == "journal.chain-broken"
    assert json.loads(err)["error"]["cure"]


def test_verifying_changes_nothing_on_disk(written, holobench, file):
    before = file.read_bytes()
    holobench("verify")

    assert file.read_bytes() == before


def test_a_mistyped_anchor_is_a_mistake_of_usage(written, holobench):
    with pytest.raises(UsageError, match=r"journal\.bad-anchor"):
        holobench("verify", "--anchor", "bench-1:7")


def test_a_record_that_is_not_there_is_not_found(holobench):
    with pytest.raises(NotFound, match=r"journal\.missing"):
        holobench("verify")
