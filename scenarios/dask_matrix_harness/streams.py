"""Capture a scenario's output through three pipes, of which the parent keeps the head and the tail.

However much is written, it fills neither the disk nor the parent's memory; output before a crash is kept.
"""

from __future__ import annotations

import os
from contextlib import suppress

from .text_limits import decoded, joined

#: Bytes per read of a pipe, and reads before other pipes get their turn.
CHUNK = 64 * 1024
READS_PER_TURN = 16
NAMES = ("stdout", "stderr", "log")


class Stream:
    """One pipe. Of `limit` bytes, half are kept from the beginning of the output and half from its end."""

    def __init__(self, limit: int) -> None:
        self.source, self.sink = os.pipe()
        os.set_blocking(self.source, False)
        self._half = max(1, limit // 2)
        self._head = bytearray()
        self._tail = bytearray()
        self._missing = 0
        self.open = True

    def read_available(self) -> None:
        """Read what is available; close the pipe at its end."""
        for _ in range(READS_PER_TURN):
            try:
                data = os.read(self.source, CHUNK)
            except BlockingIOError:
                return
            if not data:
                self.close()
                return
            self._keep(data)

    def close(self) -> None:
        """Stop reading."""
        if self.open:
            self.open = False
            os.close(self.source)

    def text(self) -> str:
        """The output, with a line in place of what was left out."""
        if not self._missing:
            return decoded(bytes(self._head + self._tail))
        return joined(decoded(bytes(self._head)), self._missing, decoded(bytes(self._tail)))

    def _keep(self, data: bytes) -> None:
        room = self._half - len(self._head)
        self._head += data[:room]
        self._tail += data[room:] if room > 0 else data
        surplus = len(self._tail) - self._half
        if surplus > 0:
            del self._tail[:surplus]
            self._missing += surplus


class Streams:
    """Standard output, standard error and the log of one execution. `limit` in bytes, for each."""

    def __init__(self, limit: int) -> None:
        self._streams = {name: Stream(limit) for name in NAMES}

    @property
    def sinks(self) -> list[int]:
        """The file descriptors to write to, in the order of `NAMES`."""
        return [stream.sink for stream in self._streams.values()]

    def close_sinks(self) -> None:
        """Parent: close the write ends, which the child uses."""
        for sink in self.sinks:
            os.close(sink)

    def close_sources(self) -> None:
        """Child: close the read ends, which the parent uses."""
        for stream in self._streams.values():
            with suppress(OSError):
                os.close(stream.source)

    def sources(self) -> dict[int, Stream]:
        """Read end -> stream, for open streams."""
        return {stream.source: stream for stream in self._streams.values() if stream.open}

    def finish(self) -> dict[str, str]:
        """Read the rest, close all, and return the texts by name; call it when all writers have ended."""
        for stream in self._streams.values():
            if stream.open:
                stream.read_available()
            stream.close()
        return {name: stream.text() for name, stream in self._streams.items()}
