"""Records: JSON lines appended to one file, each with a single write, so that a killed harness never tears one."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .text import storable

#: Version of the contract in docs/records.md.
VERSION = 1


def now() -> str:
    """The present moment, ISO 8601, UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Records:
    """The record file of one start of the harness, open for appending."""

    def __init__(self, path: Path, run: str) -> None:
        self._run = run
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        self._end_torn_line()

    def append(self, kind: str, fields: dict[str, Any]) -> None:
        """Write one record of its own identity."""
        self._write(kind, uuid.uuid4().hex, fields)

    def append_once(self, kind: str, fields: dict[str, Any]) -> None:
        """Write one record whose identity is its content: written again, it is the same record."""
        content = json.dumps([VERSION, kind, storable(fields)], sort_keys=True)
        self._write(kind, hashlib.sha256(content.encode()).hexdigest()[:32], fields)

    def close(self) -> None:
        """Close the file; a child does it first of all, since only the parent writes records."""
        os.close(self._file)

    def _write(self, kind: str, identity: str, fields: dict[str, Any]) -> None:
        record = {"v": VERSION, "kind": kind, "id": identity, "at": now(), "run": self._run, **storable(fields)}
        line = json.dumps(record).encode() + b"\n"
        written = os.write(self._file, line)
        if written != len(line):
            raise OSError(f"only {written} of {len(line)} bytes of a record could be written")

    def _end_torn_line(self) -> None:
        """A disk that was full may have left half a line; the next record must not be glued to it."""
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, b"\n")
