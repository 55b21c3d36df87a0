"""What a fresh interpreter is told to execute."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Single:
    """What a fresh interpreter is to execute: one test, by pytest's node id.

    `job` is the file of the harness's job, `arguments` are pytest's, `sinks` file descriptors for stdout, stderr and
    the log.
    """

    job: str
    node: str
    folder: str
    arguments: list[str]
    sinks: list[int]
    parent: int

    @classmethod
    def read(cls, path: Path) -> Single:
        """The single test of the file `path`."""
        fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(**fields)

    def save(self, path: Path) -> None:
        """Write it where `read` finds it."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
