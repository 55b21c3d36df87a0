"""Detect test files whose import ends the harness, and describe the failure for its next start (docs/records.md)."""

from __future__ import annotations

import signal
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

IMPORTING = "importing"
STACKS = "importing.stacks"
DEADLINE = "Timeout ("
"""First characters of what faulthandler writes on a timeout."""
LIMIT = 64 * 1024
"""Maximum number of characters kept of the stacks; longer text is cut in the middle."""


@dataclass(frozen=True)
class BrokenFile:
    """A test file (POSIX path within the scenario folder) and how importing it ended the harness."""

    file: str
    outcome: str
    reason: str
    traceback: str

    def fields(self) -> dict[str, str]:
        """Fields of the job's ``broken`` entry for this file."""
        return {name: value for name, value in asdict(self).items() if name != "file"}


def broken_file(scratch: Path, code: int, timeout: float) -> BrokenFile | None:
    """Return the file that the harness was importing when it exited with ``code``; None if there was none."""
    file = _text(scratch / IMPORTING).strip()
    if not file:
        return None
    stacks = _text(scratch / STACKS)
    if stacks.startswith(DEADLINE):
        return BrokenFile(file, "timed-out", f"did not finish within {timeout:g} s", shortened(stacks))
    reason = f"signal {signal_name(-code)}" if code < 0 else f"exit code {code}"
    return BrokenFile(file, "crashed", reason, shortened(stacks))


def shortened(text: str) -> str:
    """Return a text; above the limit, its head and tail with a note of how much was left out."""
    if len(text) <= LIMIT:
        return text
    half = LIMIT // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"


def signal_name(number: int) -> str:
    """Return the name of a signal number (SIGSEGV for 11), or the number if it has no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _text(path: Path) -> str:
    """Return the content of a file; empty if it does not exist."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
