"""Entry point of `dask-matrix` and `python -m dask_matrix`."""

from __future__ import annotations

import os
import sys

from dask_matrix.python_process import python_command


def main() -> None:
    """Run the command line, in a new process if this one could import modules of the user's project."""
    if _imports_from_the_project():
        command = python_command("dask_matrix", *sys.argv[1:])
        os.execv(command[0], command)
    from dask_matrix.cli import main as run_command_line  # noqa: PLC0415 - not before the path is clean

    run_command_line()


def _imports_from_the_project() -> bool:
    """Whether `PYTHONPATH` or the current folder is on `sys.path`, unless dask-matrix itself is installed there."""
    added = [] if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if not sys.flags.safe_path and sys.path[:1] == [os.getcwd()]:  # noqa: PTH109 - nothing else is imported yet
        added.append(sys.path[0])
    folders = {os.path.realpath(folder) for folder in added if folder}
    return bool(folders) and os.path.dirname(os.path.dirname(os.path.realpath(__file__))) not in folders  # noqa: PTH120


if __name__ == "__main__":
    main()
