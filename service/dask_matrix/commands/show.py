"""`dask-matrix show`: the matrix in a terminal."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from dask_matrix.commands import options
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.records.outcome import Verdict


def show(
    area: Annotated[str, typer.Option(help="Only this area.")] = "",
    q: Annotated[
        str,
        typer.Option(
            "-q", help="Only scenarios with these words, or terms such as area:io, is:turning, -verdict:pass."
        ),
    ] = "",
    verdict: Annotated[Verdict | None, typer.Option(help="Only scenarios that have this verdict somewhere.")] = None,
    start: Annotated[str, typer.Option("--from", help="First release.")] = "",
    end: Annotated[str, typer.Option("--to", help="Last release.")] = "",
    python: Annotated[str, typer.Option(help="Only this Python.")] = "",
    lane: Annotated[Lane | None, typer.Option(help="Only this lane.")] = None,
    changes: Annotated[bool, typer.Option("--changes", help="Only scenarios that turn somewhere.")] = False,
    last: Annotated[int, typer.Option(min=0, help="Only the last so many releases of those; 0 is all.")] = 0,
    history: Annotated[bool, typer.Option("--history", help="All commits that were run, not only main.")] = False,
    snapshot: options.Snapshot = False,
    scenarios: options.KnownIn = None,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """Print the matrix; with --json the very object of GET /api/v1/matrix."""
    from dask_matrix.commands.evidence import asked, shown
    from dask_matrix.commands.terminal import print_matrix
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.encoded_rows import Strips
    from dask_matrix.domain.matrix.selection import Selection
    from dask_matrix.domain.verdicts.known_failures import today
    from dask_matrix.store.store import Store

    selection = Selection(
        area=area,
        q=q,
        verdict=verdict,
        start=Release.parse(start) if start else None,
        end=Release.parse(end) if end else None,
        python=Python.parse(python) if python else None,
        lane=lane,
        changes=changes,
        last=last,
    )
    what = shown(data, scenarios, shipped=snapshot)
    with Store.open(what.database) as store:
        whole = store.matrix(history=history).listing(what.beliefs.known, today())
    if area and whole.scenarios and area not in whole.areas():
        raise UnknownName("area", area, sorted(whole.areas()))
    part = Strips.of(whole).select(selection)
    if as_json:
        print(json.dumps(part.columnar()))
    elif not whole.environments:
        print("Nothing to show. `dask-matrix run --tag quick` fills the matrix.")
    elif whole.scenarios and not (part.matrix.environments and part.matrix.scenarios):
        print(f"No row or column answers to {asked(selection)}.")
    else:
        print_matrix(part, Console(width=None if sys.stdout.isatty() else 200))
        if what.snapshot_of:
            print(f"\nThe snapshot that ships with dask-matrix, made {what.snapshot_of:%Y-%m-%d %H:%M} UTC.")
