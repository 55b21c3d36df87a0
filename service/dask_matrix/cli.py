"""The ``dask-matrix`` command. Exit codes: 0 done, 1 some work could not be done, 2 wrong usage, 130 interrupted.

`check` and `bisect` have their own. 5 is a mistake of ours, whatever the command.
"""

from __future__ import annotations

import sys
import traceback
from importlib.metadata import version as installed_version
from io import TextIOWrapper
from typing import Annotated

import typer

from dask_matrix.commands import bisect, check, doctor, export, plan, rebuild, releases, run, scenarios, serve, show
from dask_matrix.commands.exit_codes import GOES_ON, USAGE
from dask_matrix.commands.server import INTERRUPTED
from dask_matrix.domain.errors import DaskMatrixError

OURS = 5

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
    """Run the command; errors a user can mend are one paragraph on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character still gets the rest
    try:
        app(prog_name="dask-matrix")
    except (DaskMatrixError, OSError) as error:  # an OSError names its file: a data folder that can't be used, say
        print(f"dask-matrix: {error}", file=sys.stderr)
        sys.exit(USAGE)
    except KeyboardInterrupt:
        print(GOES_ON, file=sys.stderr)
        sys.exit(INTERRUPTED)
    except Exception:  # noqa: BLE001 - Python would exit with 1, which says something else
        traceback.print_exc()
        print("dask-matrix: a mistake of ours, not of yours; please report it with the lines above.", file=sys.stderr)
        sys.exit(OURS)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"dask-matrix {installed_version('dask-matrix')}")
        raise typer.Exit


@app.callback()
def dask_matrix(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What breaks, and what gets fixed, if I move from this Dask release to that one?"""
