"""Pipes from the child to the parent, and a scenario's output in three of them, of which head and tail are kept.

However much is written, it fills neither the disk nor the parent's memory; output before a crash is kept.
"""

from __future__ import annotations

import os

from .text_limits import decoded, joined

#: Bytes per read of a pipe, and reads before other pipes get their turn.
CHUNK = 64 * 1024
READS_PER_TURN = 16


class Pipe:
    """One pipe: the child writes to `sink`, the parent reads from `source`."""

    def __init__(self) -> None:
        self.source, self.sink = os.pipe()
        os.set_blocking(self.source, False)
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

    def _keep(self, data: bytes) -> None:
        raise NotImplementedError


class Stream(Pipe):
    """Output. Of `limit` bytes, half are kept from the beginning and half from the end."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._half = max(1, limit // 2)
        self._head = bytearray()
        self._tail = bytearray()
        self._missing = 0

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
