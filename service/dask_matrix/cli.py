"""The ``dask-matrix`` command. Exit codes: 0 success, 1 some work failed, 2 usage error, 130 interrupted.

`check` and `bisect` define their own. 5 is an internal error in every command.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from dask_matrix import __version__
from dask_matrix.commands.exit_codes import INTERNAL_ERROR, INTERRUPTED, INTERRUPTED_MESSAGE, USAGE
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS = (
    *("check", "surface", "show", "serve", "run", "plan", "bisect", "releases", "export", "rebuild", "doctor"),
    "scenarios",
)
"""The modules of `dask_matrix.commands` that are commands, in the order of the help."""


class LoadedWhenCalled(Mapping[str, Any]):
    """The commands by name. The module of each is imported when it is asked for, so that none waits for the others."""

    def __getitem__(self, name: str) -> Any:
        if name not in COMMANDS:
            raise KeyError(name)
        module = import_module(f"dask_matrix.commands.{name}")
        app = getattr(module, "app", None)
        if app is None:
            app = typer.Typer(add_completion=False, rich_markup_mode=None)
            app.command(name)(getattr(module, name))
        return typer.main.get_command(app)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class CommandGroup(TyperGroup):
    """The command with its commands, see `LoadedWhenCalled`."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        commands: Any = LoadedWhenCalled()  # Typer only reads it
        self.commands = commands

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - Typer's signature
        """Return the names in the order of the help; loads nothing."""
        return list(COMMANDS)


app = typer.Typer(
    cls=CommandGroup,
    context_settings={"default_map": {"help": False}},  # else it is None, and Typer imports pydantic to coerce that
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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
        print(f"dask-matrix {__version__}")
        raise typer.Exit


@app.callback()
def dask_matrix(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """See what breaks and what gets fixed when you upgrade Dask, and the test runs that prove it."""
