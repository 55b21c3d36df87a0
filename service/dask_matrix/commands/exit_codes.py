"""Exit codes that commands share. `check` and `bisect` define more."""

from __future__ import annotations

DONE, NOT_ALL_DONE, USAGE, INTERNAL_ERROR = 0, 1, 2, 5
INTERRUPTED = 130
"""After Ctrl-C."""
INTERRUPTED_MESSAGE = "Interrupted. Finished results are kept; run the same command again to continue."
