"""`dask-matrix rebuild`: the database again, from the record files."""

from __future__ import annotations

import json
import sys

import typer

from dask_matrix.commands import options
from dask_matrix.commands.driver import workplace_of
from dask_matrix.commands.exit_codes import DONE, NOT_ALL_DONE, rejected


def rebuild(data: options.Data = None, as_json: options.Json = False) -> None:
    """Make the database again from the record files: the same answers, from the truth."""
    from dask_matrix.store.rebuild import rebuild as rebuild_database

    places = workplace_of(data).places
    taken, aside = rebuild_database(places.database, places.records)
    many = taken.accepted + taken.duplicates
    if aside:
        print(f"The database could not be opened and was set aside as {aside}.", file=sys.stderr)
    if as_json:
        bad = [{"line": line.line, "reason": line.reason} for line in taken.rejected]
        print(json.dumps({"records": many, "rejected": bad, "set_aside": str(aside) if aside else None}, indent=1))
    else:
        print(f"{many} records taken from {places.records}.")
    raise typer.Exit(NOT_ALL_DONE if rejected(taken.rejected) else DONE)
