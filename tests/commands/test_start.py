"""A command imports what it uses and nothing else, so that it starts fast."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dask_matrix.cli import COMMANDS
from dask_matrix.collect.index.settings import index_settings
from tests.conftest import dask_matrix, environ

NETWORK = {"bs4", "pypi_simple", "requests", "httpx2", "urllib3"}
DATABASE = {"sqlalchemy", "alembic", "sqlite3"}
FREE = {*sys.stdlib_module_names, "dask_matrix", "packaging", "__main__"}
"""What help may import besides what Typer itself does."""


COMMAND = "import dask_matrix.__main__; dask_matrix.__main__.main()"


def imported(*words: str, data: Path, code: str = COMMAND) -> set[str]:
    """Return the modules that a Python process has imported by its end; by default, the command's."""
    told = "import atexit, sys; atexit.register(lambda: print('imported:', *sys.modules, file=sys.stderr));"
    done = subprocess.run(
        [sys.executable, "-E", "-P", "-c", told + code, *words],
        env=environ(data),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in {0, 1, 3}, done.stderr
    return set(done.stderr.rpartition("imported: ")[2].split())


def packages(modules: set[str]) -> set[str]:
    """Return the top-level names of modules."""
    return {name.partition(".")[0] for name in modules}


@pytest.fixture(scope="module")
def of_typer(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the packages that Typer imports by itself."""
    return packages(imported(data=tmp_path_factory.mktemp("data"), code="import typer.core"))


@pytest.mark.parametrize("words", [["--version"], ["--help"], *([name, "--help"] for name in COMMANDS)], ids=" ".join)
def test_help_needs_typer_and_nothing_else(words: list[str], of_typer: set[str], tmp_path: Path) -> None:
    """Whatever the command itself would import when it runs."""
    assert packages(imported(*words, data=tmp_path)) - of_typer <= FREE


def test_a_misspelt_command_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """Though none of them is loaded."""
    done = dask_matrix("chekc", data=tmp_path)
    assert (done.returncode, "No such command 'chekc'. Did you mean 'check'?" in done.stderr) == (2, True)


def test_the_version_needs_no_command(tmp_path: Path) -> None:
    """Nor the metadata of what is installed."""
    found = imported("--version", data=tmp_path)
    assert not {f"dask_matrix.commands.{name}" for name in COMMANDS} & found
    assert "importlib.metadata" not in found


def test_a_command_does_not_wait_for_the_others(tmp_path: Path) -> None:
    """Only its own module is imported."""
    found = imported("show", "--help", data=tmp_path)
    assert {name for name in COMMANDS if f"dask_matrix.commands.{name}" in found} == {"show"}


def test_an_answer_from_the_snapshot_needs_neither_network_nor_database(tmp_path: Path) -> None:
    """Also beside a data folder that has asked the package index before."""
    (tmp_path / "index" / index_settings().digest).mkdir(parents=True)
    words = ("check", "--snapshot", "--from", "2025.2.0", "--to", "2025.4.1")
    imported(*words, data=tmp_path)  # unpacks the snapshot, if none did
    found = imported(*words, data=tmp_path)
    assert not packages(found) & (NETWORK | DATABASE)
    assert "dask_matrix.store.snapshots.digest" in found
