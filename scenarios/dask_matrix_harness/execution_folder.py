"""The scratch folder of one execution: the child's working folders, and files that it leaves for the parent."""

from __future__ import annotations

import errno
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

#: Bytes that a disk must have room for: with less, a failure says nothing about the scenario.
PROBE_SIZE = 2**20
#: Errors of the disk itself, which no scenario is to blame for.
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)


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
    def spare(self) -> Path:
        """What the child reports where it has no pipe for it any more."""
        return self.root / "report"

    @property
    def tasks(self) -> Path:
        """Tasks of the schedulers in the child, written when the parent asks."""
        return self.root / "tasks"

    def make(self, scenario: str) -> None:
        """Create the folder and the child's working folders; note whose they are, should it kill the harness."""
        self.work.mkdir(parents=True)
        self.tmp.mkdir()
        with suppress(OSError):  # a full disk is no trouble for what needs none
            (self.root / "scenario").write_text(scenario, encoding="utf-8")

    def remove(self) -> None:
        """Remove everything, including read-only folders."""
        shutil.rmtree(self.root, ignore_errors=True)
        if self.root.exists():
            for path in [self.root, *self.root.rglob("*")]:
                if path.is_dir() and not path.is_symlink():
                    path.chmod(0o700)
            shutil.rmtree(self.root, ignore_errors=True)

    def trouble(self) -> str:
        """Why nothing can be written here, such as a full disk; `""` if it can, or if only this process cannot."""
        probe = self.root / "probe"
        try:
            with probe.open("wb", buffering=0) as file:
                written = file.write(bytes(PROBE_SIZE))
                return "" if written == PROBE_SIZE else f"cannot write to {self.root.parent}: the disk is full"
        except OSError as problem:
            return f"cannot write to {self.root.parent}: {problem.strerror}" if problem.errno in OF_THE_DISK else ""
        finally:
            with suppress(OSError):
                probe.unlink()
