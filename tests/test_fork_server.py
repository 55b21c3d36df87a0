"""A forked command is the command: what it answers, and how it ends."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .conftest import command_line, environ, fork_server


@pytest.mark.parametrize("arguments", [("show",), ("nonsense",)], ids=" ".join)
def test_a_forked_command_answers_as_a_process_of_its_own(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """Output, messages and exit code."""
    forked = fork_server().run(arguments, environ(tmp_path / "data"), tmp_path, 60)
    own = subprocess.run(
        command_line(*arguments),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environ(tmp_path / "data"),
    )
    assert (forked.returncode, forked.stdout, forked.stderr) == (own.returncode, own.stdout, own.stderr)


def test_a_command_leaves_nothing_to_the_next(tmp_path: Path) -> None:
    """Neither its variables nor its folder."""
    run = fork_server().run
    before = run(("show",), environ(tmp_path), None, 60)
    assert run(("show", "--snapshot"), environ(tmp_path, DASK_MATRIX_SNAPSHOT="gone"), tmp_path, 60).returncode == 2
    assert run(("show",), environ(tmp_path), None, 60).stdout == before.stdout


def test_a_command_that_does_not_end_is_killed(tmp_path: Path) -> None:
    """And the next one runs."""
    with pytest.raises(subprocess.TimeoutExpired):
        fork_server().run(("serve", "--port", "0"), environ(tmp_path), None, 0.1)
    assert fork_server().run(("--version",), environ(tmp_path), None, 60).returncode == 0
