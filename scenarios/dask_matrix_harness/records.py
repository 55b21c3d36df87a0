"""Write records: JSON lines appended to one file, each whole or not at all, whether the harness is killed or the disk full."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .text_limits import storable

#: Version of the format in docs/records.md.
VERSION = 1


def now() -> str:
    """The current time, ISO 8601, UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Records:
    """The record file of one start of the harness, open for appending."""

    def __init__(self, path: Path, run: str) -> None:
        self._run = run
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        self._end_torn_line()

    def append(self, kind: str, fields: dict[str, Any]) -> None:
        """Write a record with a new random id."""
        self._write(kind, uuid.uuid4().hex, fields)

    def append_once(self, kind: str, fields: dict[str, Any]) -> str:
        """Write a record whose id is a hash of its content, so that repetitions are duplicates; return the id."""
        content = json.dumps([VERSION, kind, storable(fields)], sort_keys=True)
        identity = hashlib.sha256(content.encode()).hexdigest()[:32]
        self._write(kind, identity, fields)
        return identity

    def close(self) -> None:
        """Close the file. A child does so first, since only the parent writes records."""
        os.close(self._file)

    def _write(self, kind: str, identity: str, fields: dict[str, Any]) -> None:
        record = {"v": VERSION, "kind": kind, "id": identity, "at": now(), "run": self._run, **storable(fields)}
        self._write_whole(json.dumps(record).encode() + b"\n")

    def _write_whole(self, line: bytes) -> None:
        """Write a line, by one write if the disk takes it; raises `OSError` with the file's name, and leaves no part of the line."""
        size = os.fstat(self._file).st_size
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as problem:
            os.ftruncate(self._file, size)
            raise OSError(problem.errno, problem.strerror, str(self._path)) from None

    def _end_torn_line(self) -> None:
        """End a line that a full disk left incomplete, so that the next record starts on its own line."""
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            self._write_whole(b"\n")
