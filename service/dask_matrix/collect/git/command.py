"""Run git, independent of any repository around the current folder."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

REPOSITORY_VARIABLES = (
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
"""Variables that point git at a repository. They are set if a git hook of another repository started us."""
SLOW_SERVER_LIMITS = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60")
"""Give up on a server that sends almost nothing for a minute."""


class GitFailed(DaskMatrixError):
    """git failed; the message contains git's own."""


def git_environ(variables: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment variables for git: no password prompts, messages in English."""
    inherited = {name: value for name, value in variables.items() if name not in REPOSITORY_VARIABLES}
    return inherited | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def git(folder: Path | None, *arguments: str, stdin: str | None = None) -> str:
    """Run git, in a git directory if ``folder`` is given, and return its stdout; raise GitFailed."""
    git_dir = [f"--git-dir={folder}"] if folder else []
    command = ["git", *SLOW_SERVER_LIMITS, *git_dir, *arguments]
    try:
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, errors="replace", env=git_environ(), check=False
        )
    except OSError as error:
        raise GitFailed(f"Cannot run git: {error.strerror}. Install git; testing commits of Dask needs it.") from None
    if done.returncode:
        message = done.stderr.strip() or f"exit code {done.returncode}"
        place = f" in {folder}" if folder else ""
        raise GitFailed(f"git {_subcommand(arguments)} failed{place}: {message}")
    return done.stdout


def _subcommand(arguments: Sequence[str]) -> str:
    """Return the first argument that is neither an option nor the value of ``-c``."""
    values = {number + 1 for number, each in enumerate(arguments) if each == "-c"}
    return next(each for number, each in enumerate(arguments) if number not in values and not each.startswith("-"))
