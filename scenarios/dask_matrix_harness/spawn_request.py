"""The request to a fresh interpreter to execute one test (isolation `spawn`), passed as a JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SpawnRequest:
    """One test for a fresh interpreter to execute, by pytest's node id.

    `job` is the harness's job file, `arguments` are pytest's, `sinks` the file descriptors of
    stdout, stderr, log and report.
    """

    job: str
    node: str
    folder: str
    arguments: list[str]
    sinks: list[int]
    parent: int

    @classmethod
    def read(cls, path: Path) -> SpawnRequest:
        """The request in the file `path`."""
        fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(**fields)

    def save(self, path: Path) -> None:
        """Write the request to the file `path`."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
