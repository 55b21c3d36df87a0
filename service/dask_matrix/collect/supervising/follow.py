"""Follow one session: start its process, count the records it writes, and stop it when the run stops."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING

from dask_matrix.collect.supervising.progress import Report, Stage, Step
from dask_matrix.collect.supervising.tally import Tally
from dask_matrix.domain.records.records import (
    CollectionRecord,
    Record,
    RefusalRecord,
    Rejection,
    ResultRecord,
    parse_lines,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dask_matrix.collect.supervising.session_log import SessionLog

POLL = 0.2
"""Seconds between two reads of a session's records."""
GRACE = 5.0
"""Seconds a session gets to exit after SIGTERM."""


class SessionWatcher:
    """Count and report the records that a session adds to its file; set ``underway`` once scenarios are executing.

    It reads the file itself, since any process may ingest the records into the store.
    """

    def __init__(
        self, label: str, records: Path, report: Report, underway: threading.Event, stage: Stage = Stage.RUNNING
    ) -> None:
        self.label, self.records, self.report, self.underway = label, records, report, underway
        self.stage = stage
        self.done = self.total = self.matched = 0
        self.tally = Tally()
        self.refusal = ""
        self._read = records.stat().st_size if records.exists() else 0  # skip records of an earlier session of this run

    def poll(self) -> None:
        """Read new records up to the last complete line."""
        if not self.records.exists():
            return
        with self.records.open("rb") as file:
            file.seek(self._read)
            chunk = file.read()
        whole = chunk[: chunk.rfind(b"\n") + 1]
        self._read += len(whole)
        for record in parse_lines(whole.splitlines(keepends=True)):
            self._count(record)

    def _count(self, record: Record | Rejection) -> None:
        if isinstance(record, RefusalRecord):
            self.refusal = record.message
        elif isinstance(record, CollectionRecord):
            self.total, self.matched = record.to_run, record.selected
            self.underway.set()
        elif isinstance(record, ResultRecord):
            self.done += 1
            self.tally.add(self.label, record)
        else:
            return
        self.report(Step(self.label, self.stage, self.done, max(self.done, self.total)))


def follow(
    command: list[str], environ: dict[str, str], log: SessionLog, poll: Callable[[], None], stop: threading.Event
) -> int:
    """Run a session, calling ``poll`` regularly and once more at its end; return its exit code.

    When ``stop`` is set, the session and everything it started is terminated.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environ,
        start_new_session=True,
    )
    keeper = threading.Thread(target=log.keep, args=(process.stdout,), daemon=True)
    keeper.start()
    try:
        while process.poll() is None and not stop.wait(POLL):
            poll()
    finally:
        _terminate(process)
        keeper.join(GRACE)  # an orphan may hold the other end
    poll()
    return process.returncode


def _terminate(process: subprocess.Popen[bytes]) -> None:
    """Terminate a session that is still running: SIGTERM, so that the harness ends its children, then SIGKILL."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        try:
            os.killpg(process.pid, number)
            process.wait(GRACE)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
