"""The first paint must not wait for the database libraries."""

import subprocess
import sys

HEAVY = ("sqlalchemy", "alembic", "psycopg")


def modules_after(code, *words):
    told = subprocess.run([sys.executable, "-c", f"{code}\nimport sys; print(*sorted(sys.modules))", *words],
                          capture_output=True, text=True, check=True, timeout=60)
    return {m.partition(".")[0] for m in told.stdout.split()}


def test_importing_the_journal_imports_no_database_library():
    assert modules_after("import station.journal, station.journal.journal, station.cli.journal").isdisjoint(HEAVY)


def test_opening_an_up_to_date_record_does_not_import_alembic(file, clock):
    from station.journal import Journal

    Journal.open(str(file), "bench-1", clock).close()
    opened = ("import sys; from station.journal import Journal; from station.model.timing import WallClock\n"
              "Journal.open(sys.argv[1], 'bench-1', WallClock()).close()")
    loaded = modules_after(opened, str(file))

    assert "sqlalchemy" in loaded
    assert "alembic" not in loaded
