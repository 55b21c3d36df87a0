"""The store on either database: its rules hold on both."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from dask_matrix.domain.records.records import Record
from dask_matrix.store.rebuild import rebuild
from dask_matrix.store.store import Store


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Return an empty store."""
    with Store.open(url) as opened:
        yield opened


def make_again(url: str, folder: Path, batch: Sequence[Record]) -> None:
    """Make a database from a record file that holds nothing else."""
    folder.mkdir()
    (folder / "x.jsonl").write_bytes(b"".join(record.encode() for record in batch))
    rebuild(url, folder)


def plan_for_results(connection: Connection, statement: str, values: Any) -> list[str]:
    """Return how a database would find rows among the results for a statement, be they few or many."""
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        explain = "EXPLAIN (COSTS OFF)"  # of few rows it would rather read all, or collect them in a bitmap first
        connection.exec_driver_sql("SET enable_seqscan = off")
        connection.exec_driver_sql("SET enable_bitmapscan = off")
    plan = [row[-1].strip(" ->") for row in connection.exec_driver_sql(f"{explain} {statement}", values)]
    return [line for line in plan if re.match(r"(SEARCH|SCAN) results|.*Scan.* on results", line)]
