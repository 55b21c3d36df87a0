"""The first `check` uses the verdicts that ship, and answers as it does from the records alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from dask_matrix import places
from dask_matrix.store.snapshots import snapshot, surfaces
from tests.conftest import dask_matrix

QUESTIONS = (
    ("--from", "2025.2.0", "--to", "2025.4.1"),
    ("--from", "2023.3.0", "--to", "latest", "--profile", "dataframe + files"),
    ("--from", "2024.8.0", "--to", "2026.8.0", "--accept", "known"),
)
PROGRESS = "dask-matrix: unpacking the snapshot for its first use; this takes some seconds, once.\n"


def asked(cache: Path, data: Path, **changes: str) -> list[tuple[int, Any, str]]:
    """Return the exit code, answer and messages of each question, asked with an empty cache."""
    variables = {"XDG_CACHE_HOME": str(cache), **changes}
    done = [dask_matrix("check", *each, "--snapshot", "--json", data=data, **variables) for each in QUESTIONS]
    return [(each.returncode, each.stdout and json.loads(each.stdout), each.stderr) for each in done]


def test_a_first_check_of_the_snapshot_that_ships_is_that_of_its_records(tmp_path: Path) -> None:
    """Each answer whole, and all that answers are made from to the byte; one line says that something is unpacked."""
    shipped = places.bundled("snapshot")
    ours = asked(tmp_path / "ours", tmp_path / "none")
    (kept,) = (tmp_path / "ours" / "dask-matrix").iterdir()
    assert kept.suffix == ".json", (
        "a database was made: the verdicts in snapshot/ are not of this version; run `nox -s verdicts`"
    )
    shutil.copytree(shipped, tmp_path / "bare", ignore=shutil.ignore_patterns("verdicts*"))
    derived = asked(tmp_path / "theirs", tmp_path / "none", DASK_MATRIX_SNAPSHOT=str(tmp_path / "bare"))
    same = kept.read_bytes() == (tmp_path / "theirs" / "dask-matrix" / kept.name).read_bytes()
    assert same, "the verdicts in snapshot/ are no longer those of its records; run `nox -s verdicts`"
    assert ours == derived
    assert [each[2].count(PROGRESS) for each in ours] == [1, 0, 0]
    assert all(each[0] in {0, 1, 3} for each in ours)


def test_the_snapshot_that_ships_is_small_enough() -> None:
    """All its files together, but for the surfaces, which have a limit of their own."""
    folder = places.bundled("snapshot")
    others = [path for path in folder.iterdir() if path.name != surfaces.SURFACES]
    assert sum(path.stat().st_size for path in others) == snapshot.size(folder) <= snapshot.MAX_SIZE
    assert (folder / surfaces.SURFACES).stat().st_size <= surfaces.MAX_SIZE
