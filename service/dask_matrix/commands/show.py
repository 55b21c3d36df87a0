"""`dask-matrix show`: print the matrix on a terminal."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Annotated

import typer

from dask_matrix.commands import options
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.records.outcome import Verdict


def show(
    area: Annotated[str, typer.Option(help="Show only this area.")] = "",
    q: Annotated[
        str,
        typer.Option(
            "-q", help="Show only scenarios with these words, or terms such as area:io, is:turning, -verdict:pass."
        ),
    ] = "",
    verdict: Annotated[
        Verdict | None, typer.Option(help="Show only scenarios with this verdict on some release.")
    ] = None,
    start: Annotated[str, typer.Option("--from", help="First release; latest is the newest one.")] = "",
    end: Annotated[str, typer.Option("--to", help="Last release; latest is the newest one.")] = "",
    python: Annotated[str, typer.Option(help="Show only this Python.")] = "",
    lane: Annotated[Lane | None, typer.Option(help="Show only this lane.")] = None,
    changes: Annotated[bool, typer.Option("--changes", help="Show only scenarios whose verdict changes.")] = False,
    last: Annotated[
        int, typer.Option(min=0, help="Show only the last N of these releases; 0 means all.", metavar="N")
    ] = 0,
    history: Annotated[bool, typer.Option("--history", help="Show every commit that was run, not only main.")] = False,
    snapshot: options.Snapshot = False,
    scenarios: options.KnownIn = None,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """Print the matrix. --json prints the same object as GET /api/v1/matrix."""
    from rich.console import Console

    from dask_matrix.commands.evidence import evidence_source, show_options
    from dask_matrix.commands.terminal import print_matrix
    from dask_matrix.domain.environments.release import named
    from dask_matrix.domain.matrix.encoded_rows import EncodedRows
    from dask_matrix.domain.matrix.selection import Selection
    from dask_matrix.domain.verdicts.known_failures import today
    from dask_matrix.store.store import Store

    selection = Selection(
        area=area,
        q=q,
        verdict=verdict,
        python=Python.parse(python) if python else None,
        lane=lane,
        changes=changes,
        last=last,
    )
    source = evidence_source(data, scenarios, shipped=snapshot)
    with Store.open(source.database) as store:
        whole = source.context.applied_to(store.matrix(history=history), today())
    tested = [each.release for each in whole.environments]
    selection = replace(
        selection, start=named(start, tested) if start else None, end=named(end, tested) if end else None
    )
    if area and whole.scenarios and area not in whole.areas():
        raise UnknownName("area", area, sorted(whole.areas()))
    part = EncodedRows.of(whole).select(selection)
    if as_json:
        print(json.dumps(part.columnar()))
    elif not whole.environments:
        print("No results yet. Run `dask-matrix run --tag quick`, or use --snapshot.")
    elif whole.scenarios and not (part.matrix.environments and part.matrix.scenarios):
        print(f"No scenario or environment matches {show_options(selection)}.")
    else:
        print_matrix(part, Console(width=None if sys.stdout.isatty() else 200))
        if source.snapshot_of:
            print(f"\nThe snapshot that ships with dask-matrix, made {source.snapshot_of:%Y-%m-%d %H:%M} UTC.")
