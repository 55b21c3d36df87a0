"""Command line of dask-matrix's own Python processes: they import installed packages only."""

from __future__ import annotations

import sys


def python_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module, unaffected by the current folder and `PYTHON*` variables.

    `-P` keeps the current folder out of `sys.path`, `-E` ignores the variables; `-B`, which writes no bytecode, is
    passed on (https://docs.python.org/3/using/cmdline.html).
    """
    bytecode = ["-B"] if sys.dont_write_bytecode else []
    return [sys.executable, "-E", "-P", *bytecode, "-m", module, *arguments]
