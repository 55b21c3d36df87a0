"""Follows one session: starts its process, counts what it records, and ends it when the run stops."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

from dask_matrix.collect.supervising.progress import Report, Stage, Step
from dask_matrix.domain.records.records import (
    CollectionRecord,
    Record,
    RefusalRecord,
    Rejection,
    ResultRecord,
    parse_lines,
)

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

POLL = 0.2
"""Seconds between two looks at a session's records."""
GRACE = 5.0
"""Seconds a session gets to end by itself once it is told to stop."""


class Watch:
    """Counts what a session's file of records gains, and reports it; tells by ``underway`` that its scenarios execute.

    It reads the file by itself: whichever process takes the records into the store, nothing escapes it.
    """

    def __init__(
        self, label: str, records: Path, report: Report, underway: threading.Event, stage: Stage = Stage.RUNNING
    ) -> None:
        self.label, self.records, self.report, self.underway = label, records, report, underway
        self.stage = stage
        self.done = self.total = self.matched = 0
        self.refusal = ""
        self._read = records.stat().st_size if records.exists() else 0  # what an earlier session of this run left

    def look(self) -> None:
        """Note what has come since the last look, up to the last finished line."""
        if not self.records.exists():
            return
        with self.records.open("rb") as file:
            file.seek(self._read)
            chunk = file.read()
        whole = chunk[: chunk.rfind(b"\n") + 1]
        self._read += len(whole)
        for record in parse_lines(whole.splitlines(keepends=True)):
            self._see(record)

    def _see(self, record: Record | Rejection) -> None:
        if isinstance(record, RefusalRecord):
            self.refusal = record.message
        elif isinstance(record, CollectionRecord):
            self.total, self.matched = record.to_run, record.selected
            self.underway.set()
        elif isinstance(record, ResultRecord):
            self.done += 1
        else:
            return
        self.report(Step(self.label, self.stage, self.done, max(self.done, self.total)))


def follow(
    command: list[str], environ: dict[str, str], log: Path, look: Callable[[], None], stop: threading.Event
) -> int:
    """Run a session, looking at its records meanwhile and once more at its end; return its exit code.

    Its output is added to ``log``. When ``stop`` is set it is ended with all it started.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environ,
            start_new_session=True,
        )
    try:
        while process.poll() is None and not stop.wait(POLL):
            look()
    finally:
        _end(process)
    look()
    return process.returncode


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a session that has not ended: politely, so that the harness ends its children, then surely."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        try:
            os.killpg(process.pid, how)
            process.wait(GRACE)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
