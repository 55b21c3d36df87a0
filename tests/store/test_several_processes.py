"""Several processes write to one database at once while others read it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

from dask_matrix.domain.records.records import Record
from dask_matrix.store.database import _enable_write_ahead_log
from dask_matrix.store.matrix_contents import CurrentContents
from dask_matrix.store.store import Store
from tests.postgres import NewDatabase
from tests.store.snapshots.test_snapshot import run
from tests.store.test_matrix_contents import ROWS, environment, result, scenario, told

WRITERS, EACH = 3, 12
WRITES = """\
import sys
from dask_matrix.domain.records.records import parse_lines
from dask_matrix.store.store import Store
print("ready", flush=True)
sys.stdin.buffer.readline()
with Store.open(sys.argv[1]) as store:
    for line in sys.stdin.buffer:
        assert not store.ingest(parse_lines([line])).rejected
"""
"""Says that it is there, waits for a line, opens a store, and takes each further line in a transaction of its own."""


def writer(url: str) -> subprocess.Popen[bytes]:
    """Start a process that writes to a database what it is told."""
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", WRITES, url]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ)


def lines(number: int) -> bytes:
    """Return what one of several writers writes: results of its own, in cells that the others write to as well; one twice."""
    common: list[Record] = [run("r"), environment(), *map(scenario, ROWS)]
    outcome = "failed" if number % 2 else "passed"
    own: list[Record] = [result(1000 * number + each, ROWS[each % len(ROWS)], outcome=outcome) for each in range(EACH)]
    return b"".join(record.encode() for record in [*common, *own, own[0]])


def test_processes_that_write_at_once_lose_nothing(new_bare: NewDatabase) -> None:
    """They make the tables at the same moment, and write to the same cells; each result is counted once, under its own number."""
    url = new_bare()
    with ExitStack() as stack:
        writers = [stack.enter_context(writer(url)) for _ in range(WRITERS)]
        for each in writers:
            assert each.stdout
            assert each.stdout.readline() == b"ready\n"
        for number, each in enumerate(writers):
            assert each.stdin
            each.stdin.write(b"go\n" + lines(number))
            each.stdin.close()
        assert [each.wait() for each in writers] == [0] * WRITERS
    with Store.open(url) as store:
        whole = store.current_contents()
        assert whole.freshness.results == WRITERS * EACH
        assert sum(cell.executions for cell in whole.matrix.cells.values()) == WRITERS * EACH
        arrivals = store.runs.after("r", 0, 2 * WRITERS * EACH).arrivals
        assert len({each.number for each in arrivals}) == len(arrivals) == WRITERS * EACH


def test_a_reader_that_follows_while_others_write_knows_all_in_the_end(url: str) -> None:
    """What it reads at any moment is one state: as many executions as there are results."""
    kept: CurrentContents | None = None
    with Store.open(url) as store, writer(url) as one, writer(url) as other:
        for number, each in enumerate((one, other)):
            assert each.stdin
            each.stdin.write(b"go\n" + lines(number))
            each.stdin.close()
        while one.poll() is None or other.poll() is None:
            kept = store.current_contents(kept)
            assert sum(cell.executions for cell in kept.matrix.cells.values()) == kept.freshness.results
        assert (one.returncode, other.returncode) == (0, 0)
        kept, whole = store.current_contents(kept), store.current_contents()
        assert told(kept) == told(whole)
        assert whole.freshness.results == 2 * EACH


def test_a_new_file_that_another_process_writes_to_is_waited_for(tmp_path: Path) -> None:
    """Though SQLite itself refuses at once to begin a write-ahead log meanwhile."""
    path, refused = tmp_path / "matrix.sqlite", []
    with closing(sqlite3.connect(path, isolation_level=None)) as other, closing(sqlite3.connect(path)) as ours:

        class Cursor(sqlite3.Cursor):
            def execute(self, statement: str) -> sqlite3.Cursor:  # type: ignore[override]
                try:
                    return super().execute(statement)
                except sqlite3.OperationalError as error:
                    refused.append(str(error))
                    other.execute("COMMIT")  # the other ends, once it has been in the way
                    raise

        other.execute("BEGIN IMMEDIATE")
        _enable_write_ahead_log(ours.cursor(Cursor), sqlite3)
        assert refused == ["database is locked"]
        assert ours.execute("PRAGMA journal_mode").fetchone() == ("wal",)
