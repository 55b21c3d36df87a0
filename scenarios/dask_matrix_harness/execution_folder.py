"""The scratch folder of one execution: the child's working folders, and files that it leaves for the parent."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: The phase of a child that has run its test and is about to write the evidence.
END = "end"


@dataclass(frozen=True)
class ExecutionFolder:
    """Paths within one folder of the scratch space. The parent makes it and removes it."""

    root: Path

    @property
    def work(self) -> Path:
        """The child's current directory."""
        return self.root / "work"

    @property
    def tmp(self) -> Path:
        """The child's folder for temporary files; short, since sockets live in it."""
        return self.root / "tmp"

    @property
    def stacks(self) -> Path:
        """Stacks of all threads, written by faulthandler on a crash or when the parent asks."""
        return self.root / "stacks"

    @property
    def tasks(self) -> Path:
        """Tasks of the schedulers in the child, written when the parent asks."""
        return self.root / "tasks"

    def make(self) -> None:
        """Create the folder and the child's working folders."""
        self.work.mkdir(parents=True)
        self.tmp.mkdir()

    def remove(self) -> None:
        """Remove everything, including read-only folders."""
        shutil.rmtree(self.root, ignore_errors=True)
        if self.root.exists():
            for path in [self.root, *self.root.rglob("*")]:
                if path.is_dir() and not path.is_symlink():
                    path.chmod(0o700)
            shutil.rmtree(self.root, ignore_errors=True)

    def note_phase(self, phase: str, clock: float) -> None:
        """Child: record that `phase` begins at `clock`, in seconds of `time.perf_counter`."""
        with (self.root / "phases").open("a", encoding="utf-8") as file:
            file.write(f"{phase} {clock}\n")

    def phase(self) -> tuple[str, float | None]:
        """Parent: the child's last phase, and when it began."""
        try:
            name, clock = (self.root / "phases").read_text(encoding="utf-8").splitlines()[-1].split()
        except (OSError, IndexError, ValueError):
            return "setup", None
        return name, float(clock)

    def beginning(self) -> float | None:
        """Parent: when the child's first phase began."""
        try:
            line, end, _ = (self.root / "phases").read_text(encoding="utf-8").partition("\n")
        except OSError:
            return None
        return float(line.split()[1]) if end else None

    def leave_evidence(self, evidence: dict[str, Any]) -> None:
        """Child: write the evidence atomically."""
        unfinished = self.root / "evidence.part"
        unfinished.write_text(json.dumps(evidence), encoding="utf-8")
        unfinished.replace(self.root / "evidence")

    def evidence(self) -> dict[str, Any] | None:
        """Parent: the child's evidence; None if it was not written."""
        try:
            found: dict[str, Any] = json.loads((self.root / "evidence").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found
