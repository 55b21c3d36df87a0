"""Where the command starts: as `dask-matrix`, and as `python -m dask_matrix`."""

from __future__ import annotations

import os
import sys

from dask_matrix.python_process import python_command


def main() -> None:
    """Run the command with our own modules: `PYTHONPATH` is for the project under test, never for us."""
    if os.environ.get("PYTHONPATH") and not sys.flags.ignore_environment:
        command = python_command("dask_matrix", *sys.argv[1:])
        os.execv(command[0], command)
    from dask_matrix.cli import main as run_command_line  # noqa: PLC0415 - not before the path is ours

    run_command_line()


if __name__ == "__main__":
    main()
