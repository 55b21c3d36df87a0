"""`dask-matrix rebuild`: make the database again from the record files."""

from __future__ import annotations

import gc
import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from dask_matrix.commands import options
from dask_matrix.commands.driver import workspace_of
from dask_matrix.commands.exit_codes import DONE, NOT_ALL_DONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINE_EVERY = 0.1
"""Where there is no terminal, a line is printed for each such part of the work."""


def rebuild(data: options.Data = None, as_json: options.Json = False) -> None:
    """Rebuild the database from the record files. Answers stay the same."""
    from dask_matrix.commands.conclusion import print_rejected
    from dask_matrix.store.rebuild import rebuild as rebuild_database

    places = workspace_of(data).places
    gc.freeze()  # what was imported stays: looking for garbage in it again and again took an eighth of the time
    with _progress() as progress:
        ingested, old_database = rebuild_database(places.database, places.records, progress)
    count = ingested.accepted + ingested.duplicates
    if old_database:
        print(f"The old database could not be used and was renamed to {old_database}.", file=sys.stderr)
    if as_json:
        bad = [{"line": line.line, "reason": line.reason} for line in ingested.rejected]
        print(
            json.dumps(
                {"records": count, "rejected": bad, "set_aside": str(old_database) if old_database else None}, indent=1
            )
        )
    else:
        print(f"{count} records read from {places.records}.")
    raise typer.Exit(NOT_ALL_DONE if print_rejected(ingested.rejected) else DONE)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows how many of how many bytes are read: a bar on a terminal, plain lines elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain_lines()
        return
    columns = (TextColumn("records"), BarColumn(bar_width=24), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plain_lines() -> Callable[[int, int], None]:
    shown = 0.0

    def show(done: int, total: int) -> None:
        nonlocal shown
        if done / total >= shown + LINE_EVERY or done == total:
            shown = done / total
            print(f"records: {done / 1e6:.0f} of {total / 1e6:.0f} MB read", file=sys.stderr, flush=True)

    return show
