"""Import one module and tell what went wrong or what could be noticed."""

from __future__ import annotations

import importlib
import os
import re
import sys
import threading
import warnings
from typing import Any

#: Bytes of output that an import may make before it is told.
_QUIET = 4096
_LONGEST = 500
_MOVED = re.compile(
    r"(?:moved|been renamed|is now|use)\s+(?:to\s+|in\s+|at\s+|from\s+|importing\s+)*[`'\"]?([A-Za-z_]\w*(?:\.\w+)+)",
    re.IGNORECASE,
)


def import_module(name: str, output: int) -> dict[str, Any]:
    """Import a module; return `{}` or what is told of it: `unknown` with `exception`, and `missing` (a package) or `moved`
    (where it says it went); `notes` of what its import did besides. `output`: descriptor of the file that holds stdout.
    """
    before = os.fstat(output).st_size, threading.active_count()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(name)
        failure = {}
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # noqa: BLE001 - any failure of an import is what is observed
        failure = {"unknown": explained(problem)}
    notes = _noticed(before, output)
    return {**failure, **({"notes": notes} if notes else {})}


def explained(problem: BaseException) -> dict[str, str]:
    """What an exception says: its text, the package that is missing, or where something has moved."""
    text = f"{type(problem).__name__}: {problem}"
    found = {"exception": text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."}
    moved = _MOVED.search(str(problem)) if isinstance(problem, ImportError) else None
    if isinstance(problem, ModuleNotFoundError) and problem.name:
        return {**found, "missing": problem.name}
    return {**found, "moved": moved.group(1)} if moved else found


def _noticed(before: tuple[int, int], output: int) -> list[str]:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    printed, started = os.fstat(output).st_size - before[0], threading.active_count() - before[1]
    notes = [f"its import prints {printed} bytes"] if printed > _QUIET else []
    return [*notes, *([f"its import starts {started} thread{'s' * (started > 1)}"] if started > 0 else [])]
