"""The job file of one session, and the commands that start a session with it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dask_matrix.collect.files import write_atomically
from dask_matrix.python_process import python_command

JOB = "DASK_MATRIX_JOB"
"""Environment variable with the path of a session's job file."""


@dataclass(frozen=True)
class SessionJob:
    """Input of a session. Paths are absolute; ``harness`` is the job of the harness (docs/records.md)."""

    label: str
    key: str
    run: str
    interpreter: str
    lock: str
    folder: str
    pytest_folder: str
    harness_folder: str
    scratch: str
    records: str
    pytest_arguments: tuple[str, ...]
    harness: dict[str, Any]
    environments_limit: int = 50 * 2**30

    def save(self, path: Path) -> Path:
        """Write the job to a file; return its path."""
        write_atomically(path, json.dumps(asdict(self), indent=1))
        return path

    @classmethod
    def load(cls, path: Path) -> SessionJob:
        """Read a job from a file."""
        values = json.loads(path.read_text(encoding="utf-8"))
        return cls(**values | {"pytest_arguments": tuple(values["pytest_arguments"])})


def nox_command(job: Path) -> list[str]:
    """Return the command that runs a job in its nox session."""
    label = SessionJob.load(job).label
    noxfile = Path(__file__).parents[1] / "running" / "nox_sessions.py"
    return python_command("nox", "--no-color", "-f", str(noxfile), "-s", f"scenarios({label})")


def plain_command(job: Path) -> list[str]:
    """Return the command that runs a job without nox, for use inside a nox session."""
    return python_command("dask_matrix.collect.running.install_and_run", str(job))


def job_environ(job: Path) -> dict[str, str]:
    """Return the environment variables of a session, including the path of its job."""
    return {name: value for name, value in os.environ.items() if not name.startswith("NOX")} | {JOB: str(job)}
