"""Importing a file of tests may end the whole process: leave word which file it was, see docs/records.md."""

from __future__ import annotations

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .scenario import Settled

#: Files of the scratch folder.
NAME = "importing"
STACKS = "importing.stacks"


class Importing:
    """Watches over the import of files of `tests`, each for at most `timeout` seconds.

    `broken` says of files, posix paths within `tests`, how their import ended the harness before.
    """

    def __init__(self, tests: Path, scratch: Path, timeout: float, broken: dict[str, dict[str, str]]) -> None:
        self._tests = tests
        self._scratch = scratch
        self._timeout = timeout
        self._broken = broken

    @contextmanager
    def of(self, path: Path) -> Iterator[None]:
        """Around the import of `path`."""
        name, stacks = self._scratch / NAME, self._scratch / STACKS
        name.write_text(f"{self._relative(path)}\n", encoding="utf-8")
        with stacks.open("w", encoding="utf-8") as file:
            faulthandler.enable(file=file)
            faulthandler.dump_traceback_later(self._timeout, exit=True, file=file)
            try:
                yield
            finally:
                faulthandler.cancel_dump_traceback_later()
                faulthandler.disable()
                name.unlink(missing_ok=True)
                stacks.unlink(missing_ok=True)

    def settled(self, path: Path) -> Settled | None:
        """The result of the file `path` if importing it is known to end the harness."""
        known = self._broken.get(self._relative(path))
        if known is None:
            return None
        return Settled(known["outcome"], known["reason"], None, known["traceback"])

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._tests).as_posix() if self._tests in path.parents else path.name


class EndsTheHarness(ImportError):
    """A file is not imported again, since that ended the harness; the text says how."""
