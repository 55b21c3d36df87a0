"""What a scenario writes: three pipes that its parent empties, keeping the head and the tail of each.

Neither the disk nor the parent's memory fills up however much is written, and what was written before a crash is kept.
"""

from __future__ import annotations

import os
from contextlib import suppress

from .text import decoded, joined

#: Bytes taken from a pipe at once, and how often before others get their turn.
CHUNK = 64 * 1024
AT_ONCE = 16
NAMES = ("stdout", "stderr", "log")


class Stream:
    """One pipe. `limit` in bytes: the first and the last half of that are kept."""

    def __init__(self, limit: int) -> None:
        self.source, self.sink = os.pipe()
        os.set_blocking(self.source, False)
        self._half = max(1, limit // 2)
        self._head = bytearray()
        self._tail = bytearray()
        self._missing = 0
        self.open = True

    def take(self) -> None:
        """Take in what is there; at the end of the pipe it is closed."""
        for _ in range(AT_ONCE):
            try:
                data = os.read(self.source, CHUNK)
            except BlockingIOError:
                return
            if not data:
                self.close()
                return
            self._keep(data)

    def close(self) -> None:
        """Take no more."""
        if self.open:
            self.open = False
            os.close(self.source)

    def text(self) -> str:
        """What was kept, with a line that says how much is left out."""
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

    def hand_over(self) -> None:
        """Parent: only the child writes from now on."""
        for sink in self.sinks:
            os.close(sink)

    def forget_sources(self) -> None:
        """Child: only the parent reads."""
        for stream in self._streams.values():
            with suppress(OSError):
                os.close(stream.source)

    def sources(self) -> dict[int, Stream]:
        """Streams that are still open, by the file descriptor that says when there is something to take."""
        return {stream.source: stream for stream in self._streams.values() if stream.open}

    def finish(self) -> dict[str, str]:
        """Take in the rest, close all, and return the texts by name. All writers have ended."""
        for stream in self._streams.values():
            if stream.open:
                stream.take()
            stream.close()
        return {name: stream.text() for name, stream in self._streams.items()}
