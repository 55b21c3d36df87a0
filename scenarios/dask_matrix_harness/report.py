"""The report of one execution: its phases and its evidence, sent by the child through a pipe, which needs no disk.

Each message is a line of JSON. Where a scenario has closed the pipe, the messages go to a spare file instead.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from .streams import Pipe

#: The phase of a child that has run its test and is about to send the evidence.
END = "end"
#: Exit code of a child that could send its evidence in no way.
UNREPORTED = 97
#: Longest message that the parent waits for the end of, in bytes.
MESSAGE_LIMIT = 64 * 2**20
#: The fields of the evidence.
FIELDS = {"outcome", "phase", "reason", "exception", "traceback", "warnings", "seconds"}

# Taken when this is imported: a scenario may replace any of them and not put it back.
_exit, _fstat, _getpid, _write = os._exit, os.fstat, os.getpid, os.write
_encode = json.JSONEncoder().encode


class Reporter:
    """The child's end. `sink` is the pipe's file descriptor, `spare` the file in its place."""

    def __init__(self, sink: int, spare: Path) -> None:
        self._sink = sink
        self._spare = spare
        self._pipe = _fstat(sink)
        self._owner = _getpid()
        #: The phase that was reported last.
        self.phase = "setup"

    @property
    def is_owner(self) -> bool:
        """Whether this is the child itself, not a fork that the scenario made."""
        return _getpid() == self._owner

    def begin(self, phase: str, clock: float) -> None:
        """Report that `phase` begins at `clock`, in seconds of `time.perf_counter`."""
        self.phase = phase
        with suppress(OSError):  # the evidence says it again
            self._send({"phase": phase, "clock": clock})

    def send(self, evidence: dict[str, Any]) -> None:
        """Report the evidence. Raises `OSError` if there is no way, `TypeError` or `ValueError` if it is no JSON."""
        self._send({"evidence": evidence})

    def end(self, *, reported: bool) -> NoReturn:
        """End this process at once, whatever the scenario left."""
        _exit((0 if reported else UNREPORTED) if self.is_owner else 1)

    def _send(self, message: dict[str, Any]) -> None:
        line = f"\n{_encode(message)}\n".encode()
        try:
            self._write(line)
        except OSError:
            with open(self._spare, "ab") as file:
                file.write(line)

    def _write(self, line: bytes) -> None:
        now = _fstat(self._sink)
        if (now.st_dev, now.st_ino) != (self._pipe.st_dev, self._pipe.st_ino):
            raise OSError("the scenario closed the pipe, and its number stands for something else")
        rest = memoryview(line)
        while rest:
            rest = rest[_write(self._sink, rest) :]


class Report(Pipe):
    """The parent's end."""

    def __init__(self) -> None:
        super().__init__()
        self._unfinished = bytearray()
        self._evidence: dict[str, Any] | None = None
        #: The last phase reported and when it began; `None` where none was.
        self.phase: tuple[str, float] | None = None
        #: When the first phase began.
        self.beginning: float | None = None

    def evidence(self, spare: Path) -> dict[str, Any] | None:
        """The evidence; None if none was sent, not even to the file `spare`."""
        if self._evidence is None:
            with suppress(OSError):
                self._keep(b"\n" + spare.read_bytes())
        return self._evidence

    def _keep(self, data: bytes) -> None:
        self._unfinished += data
        if b"\n" in data:
            *lines, self._unfinished = self._unfinished.split(b"\n")
            for line in lines:
                self._understand(bytes(line))
        if len(self._unfinished) > MESSAGE_LIMIT:
            self._unfinished.clear()

    def _understand(self, line: bytes) -> None:
        """Take in one message; anything else was written by the scenario."""
        try:
            message = json.loads(line)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        evidence, phase, clock = (message.get(name) for name in ("evidence", "phase", "clock"))
        if isinstance(evidence, dict) and evidence.keys() == FIELDS:
            self._evidence = evidence
        elif isinstance(phase, str) and isinstance(clock, float):
            self.phase = phase, clock
            if self.beginning is None and phase != END:
                self.beginning = clock
