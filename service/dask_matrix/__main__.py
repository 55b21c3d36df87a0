"""Entry point of `dask-matrix` and `python -m dask_matrix`."""

from __future__ import annotations

import os
import sys

from dask_matrix.python_process import python_command


def main() -> None:
    """Run the command, ignoring `PYTHONPATH`: it is meant for the project under test."""
    if os.environ.get("PYTHONPATH") and not sys.flags.ignore_environment:
        command = python_command("dask_matrix", *sys.argv[1:])
        os.execv(command[0], command)
    from dask_matrix.cli import main as run_command_line  # noqa: PLC0415 - only after PYTHONPATH is off sys.path

    run_command_line()


if __name__ == "__main__":
    main()
