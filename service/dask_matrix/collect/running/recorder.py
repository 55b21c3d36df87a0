"""Writes the records that collect itself makes: runs and their ends, environments, refusals, installations."""

from __future__ import annotations

import getpass
import os
import secrets
import socket
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from dask_matrix.collect.supervising.import_failures import shortened
from dask_matrix.domain.records.records import (
    EndRecord,
    EnvironmentRecord,
    InstallationRecord,
    PairFields,
    RefusalRecord,
    RunRecord,
)

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.collect.environments.installation import Installed
    from dask_matrix.collect.environments.resolution import Described
    from dask_matrix.domain.records.records import Record, RefusalPhase
    from dask_matrix.domain.records.run_end import How

RUN_FILE = "run.jsonl"
"""The file in a run's folder that holds its own records: the first line describes it, the last says how it ended."""


def new_run() -> str:
    """Return an id for a run; ids sort by time: ``20250422T183237-9f3a``."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


@dataclass(frozen=True)
class Recorder:
    """Appends records of one run to a file, each line in one write."""

    path: Path
    run: str

    def write(self, record: Record) -> None:
        """Append a record; it is on its way to the disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            rest = memoryview(record.encode())
            while rest:
                rest = rest[os.write(handle, rest) :]
        finally:
            os.close(handle)

    @classmethod
    def of_run(cls, records: Path, run: str) -> Recorder:
        """Return what writes the records of a run itself, below the folder of all records."""
        return cls(records / run / RUN_FILE, run)

    def begin(self, scenario_set: Path, environments: int) -> bool:
        """Describe the run, its first record, unless that was done; say whether it was done now."""
        if self.path.exists():
            return False
        self.describe_run(scenario_set, environments)
        return True

    def describe_run(self, scenario_set: Path, environments: int) -> None:
        """Say who runs what, where, from which commit, and in how many environments there may be something to do."""
        self.write(
            RunRecord(
                id=self.run,
                run=self.run,
                at=datetime.now(UTC),
                who=_user(),
                host=socket.gethostname(),
                commit=commit_of(scenario_set),
                scenario_set=scenario_set.name,
                tool=version("dask-matrix"),
                environments=environments,
            )
        )

    def describe(self, described: Described) -> None:
        """Say what an environment is, and, where it cannot be had, why."""
        spec, indexed = described.wanted.spec, described.wanted.indexed
        self.write(
            EnvironmentRecord(
                id=secrets.token_hex(12),
                run=self.run,
                at=datetime.now(UTC),
                key=described.key,
                release=str(spec.release),
                python=str(spec.python),
                python_full=described.interpreter.version if described.interpreter else None,
                lane=spec.lane,
                platform=described.platform,
                released_at=indexed.released_at,
                cutoff=datetime.fromisoformat(described.cutoff) if described.cutoff else None,
                lock=described.lock,
                pair=PairFields.of(spec.release.pair) if spec.release.pair else None,
            )
        )
        if described.refusal:
            self.refuse(described.key, described.refusal.phase, described.refusal.message)

    def refuse(self, key: str, phase: RefusalPhase, message: str) -> None:
        """Say that an environment cannot be had, and why."""
        at = datetime.now(UTC)
        self.write(
            RefusalRecord(id=secrets.token_hex(12), run=self.run, at=at, environment=key, phase=phase, message=message)
        )

    def installed(self, key: str, installed: Installed) -> None:
        """Say that an environment was installed just now, with what was said meanwhile."""
        self.write(
            InstallationRecord(
                id=secrets.token_hex(12),
                run=self.run,
                at=datetime.now(UTC),
                environment=key,
                log=shortened(installed.log),
                seconds=round(installed.seconds, 3),
            )
        )

    def end(self, how: How) -> None:
        """Say that the run has ended, and how."""
        self.write(EndRecord(id=secrets.token_hex(12), run=self.run, at=datetime.now(UTC), how=how))


def commit_of(folder: Path) -> str | None:
    """Return the commit a folder is at, with ``+dirty`` if it has changes; None outside git."""
    head = _git(folder, "rev-parse", "HEAD")
    return f"{head}{'+dirty' if _git(folder, 'status', '--porcelain', '--', '.') else ''}" if head else None


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
