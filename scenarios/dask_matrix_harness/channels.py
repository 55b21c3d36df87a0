"""All pipes of one execution: its output and its report."""

from __future__ import annotations

import os
from contextlib import suppress

from .report import Report
from .streams import Pipe, Stream

#: The streams of output.
NAMES = ("stdout", "stderr", "log")


class Channels:
    """Standard output, standard error, the log and the report of one execution. `limit` in bytes, for each of the first."""

    def __init__(self, limit: int) -> None:
        self._streams = {name: Stream(limit) for name in NAMES}
        self.report = Report()
        self._pipes: list[Pipe] = [*self._streams.values(), self.report]

    @property
    def sinks(self) -> list[int]:
        """The file descriptors to write to, in the order of `NAMES`, then the report's."""
        return [pipe.sink for pipe in self._pipes]

    def close_sinks(self) -> None:
        """Parent: close the write ends, which the child uses."""
        for sink in self.sinks:
            os.close(sink)

    def close_sources(self) -> None:
        """Child: close the read ends, which the parent uses."""
        for pipe in self._pipes:
            with suppress(OSError):
                os.close(pipe.source)

    def sources(self) -> dict[int, Pipe]:
        """Read end -> pipe, for open pipes."""
        return {pipe.source: pipe for pipe in self._pipes if pipe.open}

    def finish(self) -> dict[str, str]:
        """Read the rest, close all, and return the output by name; call it when all writers have ended."""
        for pipe in self._pipes:
            if pipe.open:
                pipe.read_available()
            pipe.close()
        return {name: stream.text() for name, stream in self._streams.items()}
