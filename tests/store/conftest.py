"""Fixtures for tests of the store, which run on SQLite and PostgreSQL."""

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


def rebuild_from(url: str, folder: Path, batch: Sequence[Record]) -> None:
    """Rebuild a database from one record file with these records."""
    folder.mkdir()
    (folder / "x.jsonl").write_bytes(b"".join(record.encode() for record in batch))
    rebuild(url, folder)


def plan_for_results(connection: Connection, statement: str, values: Any) -> list[str]:
    """Return the lines of a statement's query plan that access the results table."""
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        explain = "EXPLAIN (COSTS OFF)"  # small tables get a sequential or bitmap scan otherwise
        connection.exec_driver_sql("SET enable_seqscan = off")
        connection.exec_driver_sql("SET enable_bitmapscan = off")
    plan = [row[-1].strip(" ->") for row in connection.exec_driver_sql(f"{explain} {statement}", values)]
    return [line for line in plan if re.match(r"(SEARCH|SCAN) results|.*Scan.* on results", line)]
