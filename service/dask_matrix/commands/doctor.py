"""`dask-matrix doctor`: what is found on this machine."""

from __future__ import annotations

import json

from dask_matrix.commands import options
from dask_matrix.commands.driver import notes, workplace_of


def doctor(data: options.Data = None, as_json: options.Json = False) -> None:
    """Say what dask-matrix finds on this machine: index, interpreters, folders."""
    from dask_matrix.collect.workspace.doctor import examine

    found = examine(workplace_of(data))
    notes(found.notes)
    print(json.dumps(found.as_json(), indent=1) if as_json else "\n".join(found.lines()))
