"""What a run that could not import a test file says, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import dask_matrix, write_set

SET = {
    "test_misspelt.py": "from dask.distribted import Client\n\n\ndef test_x():\n    assert Client\n",
    "test_holds.py": "def test_holds():\n    pass\n",
}


def test_a_typo_in_an_import_of_dask_is_not_a_run_without_errors(real_data: Path, tmp_path: Path) -> None:
    """The file may be at fault as well as Dask: exit code 1, and among what errored in ``--json``."""
    (tmp_path / "data").mkdir()
    for kept in ("environments", "locks", "pytest", "index"):
        (tmp_path / "data" / kept).symlink_to(real_data / kept)
    tests = write_set(tmp_path / "set", SET)
    done = dask_matrix("run", "--release", "2025.2.0", "--scenarios", tests, "--json", data=tmp_path / "data")
    assert done.returncode == 1, done.stderr
    assert "because of something of Dask's; their tests count as failed there if the file imports in" in done.stderr
    (errored,) = json.loads(done.stdout)["errored"]
    assert errored["scenario"] == "misspelt"
    assert errored["cause"] == "in collection: ModuleNotFoundError: No module named 'dask.distribted'"
