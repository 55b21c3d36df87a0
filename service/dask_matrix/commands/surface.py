"""`dask-matrix surface`: what the API surface changes between two releases, or the history of one name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from dask_matrix.commands import options
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.surface.change import Narrowing

if TYPE_CHECKING:
    from dask_matrix.domain.surface.timeline import Timeline


def surface(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Dotted names: their history, or with --to, what changes of them."),
    ] = None,
    start: Annotated[str, typer.Option("--from", help="Release to compare from.")] = "",
    end: Annotated[str, typer.Option("--to", help="Release to compare to.")] = "",
    private: Annotated[
        bool, typer.Option("--private", help="List names with an underscore, and imported helpers, too.")
    ] = False,
    added: Annotated[bool, typer.Option("--added", help="List what is new, too.")] = False,
    snapshot: options.Snapshot = False,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """List the names, signatures, settings, commands and requirements that change between two releases.

    Without --from and --to, print the history of each NAME: since when, until when, with which signatures.
    """
    from dask_matrix.commands.surface_source import open_timeline

    _check(start, end, names)
    timeline = open_timeline(data, {start, end} - {""}, shipped=snapshot)
    if end:
        _print_comparison(timeline, (start, end), Narrowing(tuple(names or ()), private=private, added=added), as_json)
    else:
        _print_histories(timeline, names or [], as_json)


def _print_comparison(timeline: Timeline, ends: tuple[str, str], narrowing: Narrowing, as_json: bool) -> None:
    from dask_matrix.domain.surface.comparison import compare
    from dask_matrix.tell.surface import told_comparison

    comparison = compare(timeline, *ends, narrowing)
    if as_json:
        from dask_matrix.domain.surface.answer import SurfaceAnswer

        print(SurfaceAnswer.of(comparison).model_dump_json())
    else:
        print(told_comparison(comparison))


def _print_histories(timeline: Timeline, names: list[str], as_json: bool) -> None:
    from dask_matrix.domain.surface.names import known_history
    from dask_matrix.tell.surface import told_history

    histories = [known_history(timeline, name) for name in names]
    if as_json:
        from dask_matrix.domain.surface.answer import NameAnswer

        print(json.dumps([NameAnswer.of(each).model_dump(mode="json") for each in histories]))
    else:
        print("\n\n".join(map(told_history, histories)))


def _check(start: str, end: str, names: list[str] | None) -> None:
    if bool(start) != bool(end):
        raise DaskMatrixError("A comparison needs two releases: --from and --to.")
    if not end and not names:
        raise DaskMatrixError("Nothing to look up: write a NAME such as dask.array.from_array, or --from and --to.")
