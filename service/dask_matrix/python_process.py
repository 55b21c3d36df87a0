"""How a Python process of our own is started: with nothing on its path but what is installed."""

from __future__ import annotations

import sys


def python_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module: no folder of the user's, and no `PYTHON*` variable, changes what it imports.

    `-P` leaves the current folder out of `sys.path`, `-E` ignores the variables
    (https://docs.python.org/3/using/cmdline.html).
    """
    return [sys.executable, "-E", "-P", "-m", module, *arguments]
