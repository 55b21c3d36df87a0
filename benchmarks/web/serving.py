"""The server that is measured: the command `serve` as a process of its own, on a store that is made up."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from dask_matrix.store.store import Store
from web import generated

ROOT = Path(__file__).parents[2]
DATABASE = "matrix.sqlite"


@dataclass
class Site:
    """A running server, and the store behind it, open to write."""

    url: str
    process: psutil.Process
    store: Store
    cells: list[tuple[str, str]]
    written: int = 0

    def change(self) -> None:
        """Let one more result come in, each time of another cell, by another process than the server."""
        scenario, environment = self.cells[self.written * 7919 % len(self.cells)]
        now = datetime.now(UTC)
        name = f"new-{now.timestamp()}-{self.written}"
        self.store.ingest([generated.result(scenario, environment, "passed", now, name)])
        self.written += 1

    def cpu(self) -> float:
        """Return the CPU seconds that the server has used."""
        used = self.process.cpu_times()
        return float(used.user + used.system)

    def mib(self) -> float:
        """Return what the server holds in memory."""
        return round(self.process.memory_info().rss / 2**20, 1)


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """Serve the store in a data folder on a free port."""
    command = [sys.executable, "-m", "dask_matrix", "serve", "--port", "0", "--data", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None  # noqa: S101 - asked for above
        said = process.stderr.readline()
        if (address := re.search(r"http://\S+", said)) is None:
            raise ChildProcessError(f"The server did not start: {said}{process.stderr.read()}")
        with Store.open(f"sqlite:///{folder / DATABASE}") as store:
            matrix = store.matrix()
            cells = list(matrix.cells)
            yield Site(address[0].rstrip("/"), psutil.Process(process.pid), store, cells)
    finally:
        process.terminate()
        process.wait()
