"""Measures a command: seconds, CPU seconds of all it started, the memory of its parents, how busy the cores were."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

EVERY = 0.1
"""Seconds between two looks."""


SOME_FAILED = (0, 1, 2)
"""Exit codes of those who did their work: pytest's and nox's 1, and asv's 2, say that something of it failed."""


@dataclass(frozen=True)
class Measured:
    """Wall-clock and CPU seconds; MiB of the harness's and of our own command's largest process; share of busy cores.

    ``busy`` covers the time from the first result to the last, and is None where no records were watched.
    """

    seconds: float
    cpu: float
    harness_mib: float = 0.0
    command_mib: float = 0.0
    busy: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it rounded."""
        return {name: round(value, 3) if value is not None else None for name, value in asdict(self).items()}


def measure(
    command: list[str],
    *,
    cwd: Path,
    environ: dict[str, str],
    log: Path,
    records: Path | None = None,
    accepted: tuple[int, ...] = SOME_FAILED,
) -> Measured:
    """Run a command to its end; exit if it fails, but not where tests do, which is what they are there for.

    ``records`` is a folder in which results appear as it goes on. ``accepted`` are the exit codes of work that was done.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    with log.open("ab") as output:
        output.write(f"\n$ {' '.join(command)}\n".encode())
        output.flush()
        process = subprocess.Popen(command, cwd=cwd, env=environ, stdout=output, stderr=subprocess.STDOUT)
        watch = _Watch(process.pid, records)
        code = process.wait()
    seconds = time.monotonic() - start
    watch.end()
    if code not in accepted:
        sys.exit(f"{' '.join(command)} ended with {code}; its output is in {log}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(seconds, cpu, watch.harness_mib, watch.command_mib, watch.busy)


class _Watch(threading.Thread):
    """Looks at the processes, the cores and the results while the command runs."""

    def __init__(self, pid: int, records: Path | None) -> None:
        super().__init__(daemon=True)
        self.pid, self.records = pid, records
        self.harness_mib = self.command_mib = 0.0
        self._looks: list[tuple[int, float, float]] = []
        self._over = threading.Event()
        self.start()

    def run(self) -> None:
        """Look again and again."""
        while not self._over.wait(EVERY):
            self._look_at_memory()
            if self.records is not None:
                times = psutil.cpu_times()
                self._looks.append((_size(self.records), time.monotonic(), times.idle + times.iowait))

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()

    @property
    def busy(self) -> float | None:
        """The share of the cores' time that was not idle, between the first and the last growth of the records."""
        grown = [i for i, (a, b) in enumerate(zip(self._looks, self._looks[1:], strict=False)) if b[0] > a[0]]
        if not grown or grown[0] == grown[-1]:
            return None
        (_, begin, idle), (_, end, idle_then) = self._looks[grown[0]], self._looks[grown[-1] + 1]
        return 1 - (idle_then - idle) / ((end - begin) * (os.cpu_count() or 1))

    def _look_at_memory(self) -> None:
        for process in _family(self.pid):
            try:
                line, size = " ".join(process.cmdline()), process.memory_info().rss / 2**20
            except psutil.Error:
                continue
            if "/dask_matrix_harness --job" in line:
                if "--job" not in _parent_line(process):  # a forked scenario has its parent's command line
                    self.harness_mib = max(self.harness_mib, size)
            elif "dask_matrix" in line:
                self.command_mib = max(self.command_mib, size)


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _parent_line(process: psutil.Process) -> list[str]:
    try:
        parent = process.parent()
        return parent.cmdline() if parent else []
    except psutil.Error:
        return []


def _size(records: Path) -> int:
    """Count the results so far."""
    return sum(path.read_bytes().count(b'"kind": "result"') for path in records.glob("*/*.jsonl"))
