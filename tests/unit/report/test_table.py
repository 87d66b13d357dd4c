"""The table of runs: every column that the product knows, and nothing that a spreadsheet would run."""

import csv
import io

from station.model.facts import KEYS
from station.report.table import FIXED, columns, write


def rows_of(bench):
    stream = io.StringIO(newline="")
    count = write(bench.told(), stream)
    rows = list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))
    assert len(rows) == count
    return rows


def test_every_known_fact_has_its_value_source_and_time_column(bench):
    bench.done("111")
    (row,) = rows_of(bench)

    assert len(columns([])) == len(FIXED) + 3 * len(KEYS)
    assert set(columns([])) < set(row)
    assert row["unit.build"] == "22621.1303"
    assert row["unit.build source"] == "mtp"
    assert row["unit.build time"].startswith("2026-03-01T")


def test_facts_of_the_open_families_get_columns_of_their_own(bench):
    bench.done("111")
    assert rows_of(bench)[0]["attested.page source"] == "person"


def test_wanted_and_observed_stand_side_by_side_and_what_is_unknown_is_empty(bench):
    bench.done_at_the_second_try("111")
    bench.failed("222")
    second, first = rows_of(bench)

    assert (first["outcome"], first["first-pass"], first["retries"], first["fault"]) == ("done", "no", "1", "")
    assert (second["outcome"], second["step"], second["fault"]) == ("failed", "enrol", "autopilot.other-tenant")
    assert second["tenant.enrolled"] == ""
    assert second["finished"] == ""


def test_no_cell_is_taken_for_a_formula(bench):
    bench.done("=1+1", operator="@SUM(A1)")
    (row,) = rows_of(bench)

    assert row["serial"] == "'=1+1"
    assert row["operator"] == "'@SUM(A1)"
