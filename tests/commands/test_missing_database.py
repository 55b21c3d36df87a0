"""A database that is gone beside its records is told, with the command that makes it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from dask_matrix.places import Places
from tests.conftest import dask_matrix
from tests.store.test_store import BATCH


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with records, whose database was deleted."""
    records = Places(tmp_path / "a%20b?").records
    records.mkdir(parents=True)
    (records / "x.jsonl").write_bytes(b"".join(record.encode() for record in BATCH))
    return records.parent


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("show",), 2), (("check", "--from", "2025.2.0", "--to", "2026.1.0"), 4), (("serve", "--port", "0"), 2)],
)
def test_a_command_that_reads_says_how_to_make_the_database_again(
    data: Path, arguments: tuple[str, ...], code: int
) -> None:
    """And makes none itself."""
    told = dask_matrix(*arguments, "--data", data)
    assert told.returncode == code
    assert f"dask-matrix rebuild --data '{data}'" in told.stderr
    assert "Traceback" not in told.stderr
    assert not Places(data).database.exists()
