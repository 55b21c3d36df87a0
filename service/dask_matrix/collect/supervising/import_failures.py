"""Files of tests whose import ends the harness: how that is recognised, and what is said of it (docs/records.md)."""

from __future__ import annotations

import signal
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

IMPORTING = "importing"
STACKS = "importing.stacks"
DEADLINE = "Timeout ("
"""How faulthandler begins what it writes when time is up."""
LIMIT = 64 * 1024
"""Characters kept of the stacks, half of them from the head."""


@dataclass(frozen=True)
class BrokenFile:
    """A file, posix path within the scenario folder, and how importing it ended the harness."""

    file: str
    outcome: str
    reason: str
    traceback: str

    def fields(self) -> dict[str, str]:
        """What the job says of it under its name."""
        return {name: value for name, value in asdict(self).items() if name != "file"}


def broken_file(scratch: Path, code: int, timeout: float) -> BrokenFile | None:
    """Return the file that a harness, ended with ``code``, was importing; None if it was importing none."""
    file = _text(scratch / IMPORTING).strip()
    if not file:
        return None
    stacks = _text(scratch / STACKS)
    if stacks.startswith(DEADLINE):
        return BrokenFile(file, "timed-out", f"no end within {timeout:g} s", shortened(stacks))
    reason = f"signal {signal_name(-code)}" if code < 0 else f"exit code {code}"
    return BrokenFile(file, "crashed", reason, shortened(stacks))


def shortened(text: str) -> str:
    """Return head and tail of a text over the limit, and between them how much is left out."""
    if len(text) <= LIMIT:
        return text
    half = LIMIT // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"


def signal_name(number: int) -> str:
    """Return SIGSEGV for 11; a number without a name as it is."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _text(path: Path) -> str:
    """Return what a file holds; nothing if there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
