"""The output of a session: appended to a file, its last lines kept in memory, so that a full disk hides no cause."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TAIL = 200
"""Lines kept in memory."""


class SessionLog:
    """The log of one session, in the file ``path``. ``lines`` are the last ones that the session wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: deque[str] = deque(maxlen=TAIL)

    def keep(self, source: IO[bytes]) -> None:
        """Read a session's output to its end; what the disk has no room for is left out of the file."""
        with source:
            for line in source:
                self.lines.append(line.decode(errors="replace").rstrip())
                with suppress(OSError), self.path.open("ab") as file:
                    file.write(line)
