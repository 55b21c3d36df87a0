"""`dask-matrix rebuild`: make the database again from the record files."""

from __future__ import annotations

import json
import sys

import typer

from dask_matrix.commands import options
from dask_matrix.commands.driver import workspace_of
from dask_matrix.commands.exit_codes import DONE, NOT_ALL_DONE, print_rejected


def rebuild(data: options.Data = None, as_json: options.Json = False) -> None:
    """Rebuild the database from the record files. Answers stay the same."""
    from dask_matrix.store.rebuild import rebuild as rebuild_database

    places = workspace_of(data).places
    ingested, old_database = rebuild_database(places.database, places.records)
    count = ingested.accepted + ingested.duplicates
    if old_database:
        print(f"The database could not be opened and was renamed to {old_database}.", file=sys.stderr)
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
