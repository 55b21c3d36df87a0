"""Write down which test file is being imported, in case the import kills the process (see docs/records.md)."""

from __future__ import annotations

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .scenario import PresetResult

#: File names in the scratch folder.
NAME = "importing"
STACKS = "importing.stacks"


class ImportGuard:
    """Guards the import of files in `tests`, each limited to `timeout` seconds.

    `broken` maps files, as posix paths within `tests`, to how their import killed the harness before.
    """

    def __init__(self, tests: Path, scratch: Path, timeout: float, broken: dict[str, dict[str, str]]) -> None:
        self._tests = tests
        self._scratch = scratch
        self._timeout = timeout
        self._broken = broken

    @contextmanager
    def of(self, path: Path) -> Iterator[None]:
        """Guard the import of `path`."""
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

    def preset(self, path: Path) -> PresetResult | None:
        """The result of the file `path` if importing it is known to kill the harness, else None."""
        known = self._broken.get(self._relative(path))
        if known is None:
            return None
        return PresetResult(known["outcome"], known["reason"], None, known["traceback"])

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._tests).as_posix() if self._tests in path.parents else path.name


class FileNotImported(ImportError):
    """A file was not imported because that killed the harness before; the text says how."""
