"""Write the records of a run that do not come from the harness: run, end, environments, refusals, installations."""

from __future__ import annotations

import getpass
import os
import secrets
import socket
import subprocess
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dask_matrix import __version__
from dask_matrix.collect.scenario_set.names import scenario_set_name
from dask_matrix.collect.supervising.import_failures import shortened
from dask_matrix.domain.records.records import (
    EndRecord,
    EnvironmentRecord,
    InstallationRecord,
    PairFields,
    RefusalRecord,
    RunRecord,
)
from dask_matrix.domain.redaction import without_secrets

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

    from dask_matrix.collect.environments.installation import Installed
    from dask_matrix.collect.environments.resolution import ResolvedEnvironment
    from dask_matrix.domain.records.records import Record, RefusalPhase
    from dask_matrix.domain.records.run_end import EndStatus

_ONE_AT_A_TIME = threading.Lock()
"""Held while a record is written: only the last writer may take back what it could not write whole."""
RUN_FILE = "run.jsonl"
"""The file in a run's folder that holds its own records: the first line describes it, the last says how it ended."""


def new_run() -> str:
    """Return an id for a run; ids sort by time: ``20250422T183237-9f3a``."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


@dataclass(frozen=True)
class Recorder:
    """Appends records of one run to a file, each line whole or not at all."""

    path: Path
    run: str

    def write(self, record: Record) -> None:
        """Append a record; it is handed to the operating system when this returns. Raises OSError, as on a full disk."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _ONE_AT_A_TIME, self.path.open("a+b", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            try:
                _write_all(file, _missing_end(file, end) + record.encode())
            except OSError as error:
                file.truncate(end)
                raise OSError(error.errno, error.strerror, str(self.path)) from None

    @classmethod
    def of_run(cls, records: Path, run: str) -> Recorder:
        """Return the recorder of a run's own file, in the folder of all records."""
        return cls(records / run / RUN_FILE, run)

    def begin(self, scenario_set: Path, environments: int) -> bool:
        """Write the run record unless the file exists; return whether it was written."""
        if self.path.exists():
            return False
        self.record_run(scenario_set, environments)
        return True

    def record_run(self, scenario_set: Path, environments: int) -> None:
        """Record who runs what, where, at which commit, and how many environments may have work."""
        self.write(
            RunRecord(
                id=self.run,
                run=self.run,
                at=datetime.now(UTC),
                who=_user(),
                host=socket.gethostname(),
                commit=commit_of(scenario_set),
                scenario_set=scenario_set_name(scenario_set),
                tool=__version__,
                environments=environments,
            )
        )

    def record_environment(self, resolved: ResolvedEnvironment) -> None:
        """Record an environment and, if it cannot be installed, its refusal."""
        spec, indexed = resolved.selected.spec, resolved.selected.indexed
        self.write(
            EnvironmentRecord(
                id=secrets.token_hex(12),
                run=self.run,
                at=datetime.now(UTC),
                key=resolved.key,
                release=str(spec.release),
                python=str(spec.python),
                python_full=resolved.interpreter.version if resolved.interpreter else None,
                lane=spec.lane,
                platform=resolved.platform,
                released_at=indexed.released_at,
                cutoff=datetime.fromisoformat(resolved.cutoff) if resolved.cutoff else None,
                lock=without_secrets(resolved.lock),
                pair=PairFields.of(spec.release.pair) if spec.release.pair else None,
            )
        )
        if resolved.refusal:
            self.record_refusal(resolved.key, resolved.refusal.phase, resolved.refusal.message)

    def record_refusal(self, key: str, phase: RefusalPhase, message: str) -> None:
        """Record that an environment cannot be installed, and why."""
        at = datetime.now(UTC)
        self.write(
            RefusalRecord(id=secrets.token_hex(12), run=self.run, at=at, environment=key, phase=phase, message=message)
        )

    def record_installation(self, key: str, installed: Installed) -> None:
        """Record that an environment was installed now, with the installer's output."""
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

    def record_end(self, how: EndStatus) -> None:
        """Record that the run has ended, and how."""
        self.write(EndRecord(id=secrets.token_hex(12), run=self.run, at=datetime.now(UTC), how=how))


def _missing_end(file: FileIO, end: int) -> bytes:
    """Return the line end that a killed writer did not write, so that a record starts on a line of its own."""
    file.seek(max(0, end - 1))
    return b"" if file.read(1) in {b"", b"\n"} else b"\n"


def _write_all(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def commit_of(folder: Path) -> str | None:
    """Return the git commit of a folder, with ``+dirty`` if it has changes; None outside git."""
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
