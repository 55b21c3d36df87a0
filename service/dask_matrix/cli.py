"""The ``dask-matrix`` command. Exit codes: 0 success, 1 some work failed, 2 usage error, 130 interrupted.

`check` and `bisect` define their own. 5 is an internal error in every command.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from importlib.metadata import version as installed_version
from io import TextIOWrapper
from typing import Annotated, NoReturn

import typer

from dask_matrix.commands import bisect, check, doctor, export, plan, rebuild, releases, run, scenarios, serve, show
from dask_matrix.commands.background_server import INTERRUPTED
from dask_matrix.commands.exit_codes import INTERRUPTED_MESSAGE, USAGE
from dask_matrix.domain.errors import DaskMatrixError

INTERNAL_ERROR = 5

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(scenarios.app, name="scenarios")
app.command()(check.check)
app.command()(show.show)
app.command()(serve.serve)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": False})(run.run)
app.command()(plan.plan)
app.command()(bisect.bisect)
app.command()(releases.releases)
app.command()(export.export)
app.command()(rebuild.rebuild)
app.command()(doctor.doctor)


def main() -> None:
    """Run the command; print errors that the user can fix as one paragraph on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # print what the terminal's encoding can show
    try:
        app(prog_name="dask-matrix")
    except SystemExit as ended:
        if _is_stdout_closed(ended):
            _end_quietly()
        raise
    except (DaskMatrixError, OSError) as error:  # an OSError names its file, such as an unusable data folder
        print(f"dask-matrix: {error}", file=sys.stderr)
        sys.exit(error.exit_code if isinstance(error, DaskMatrixError) else USAGE)
    except KeyboardInterrupt:
        print(INTERRUPTED_MESSAGE, file=sys.stderr)
        sys.exit(INTERRUPTED)
    except Exception:  # noqa: BLE001 - Python would exit with 1, which means something else
        traceback.print_exc()
        print("dask-matrix: internal error; please report it with the traceback above.", file=sys.stderr)
        sys.exit(INTERNAL_ERROR)


def _is_stdout_closed(ended: SystemExit) -> bool:
    """Whether nobody reads the output any more: Typer has told so (with exit code 1), or the rest cannot be written."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return True
    return isinstance(ended.__context__, BrokenPipeError)


def _end_quietly() -> NoReturn:
    """End as git and ls do when nobody reads the output any more: by SIGPIPE, without a word, whatever is buffered."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGPIPE)
    os._exit(128 + signal.SIGPIPE)  # the signal is blocked


def _version(requested: bool) -> None:
    if requested:
        print(f"dask-matrix {installed_version('dask-matrix')}")
        raise typer.Exit


@app.callback()
def dask_matrix(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """See what breaks and what gets fixed when you upgrade Dask, and the test runs that prove it."""
