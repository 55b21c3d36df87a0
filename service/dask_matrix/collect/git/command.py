"""Calls git, apart from whatever repository the caller stands in."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

OF_A_REPOSITORY = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_QUARANTINE_PATH",
)
"""Variables by which git hands one repository on to what it starts: a hook of another one may have started us."""
PATIENT = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60")
"""A server that says nothing for a minute is not waited for."""


class GitTrouble(DaskMatrixError):
    """git could not do what it was asked; the message is what it said."""


def environ(variables: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables that git runs in: nobody is asked for a password, and it speaks English."""
    kept = {name: value for name, value in variables.items() if name not in OF_A_REPOSITORY}
    return kept | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def git(folder: Path | None, *arguments: str, stdin: str | None = None) -> str:
    """Return what git says of the repository in a git directory, or of none; raise GitTrouble."""
    where = [f"--git-dir={folder}"] if folder else []
    command = ["git", *PATIENT, *where, *arguments]
    try:
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, errors="replace", env=environ(), check=False
        )
    except OSError as error:
        raise GitTrouble(f"git can't be started: {error.strerror}. Commits of Dask need it; install it.") from None
    if done.returncode:
        said = done.stderr.strip() or f"exit code {done.returncode}"
        raise GitTrouble(f"git {_verb(arguments)} could not do its work in {folder or 'no repository'}: {said}")
    return done.stdout


def _verb(arguments: Sequence[str]) -> str:
    """Return what git was asked to do: the first word that is no option, nor the value of one."""
    values = {number + 1 for number, each in enumerate(arguments) if each == "-c"}
    return next(each for number, each in enumerate(arguments) if number not in values and not each.startswith("-"))
