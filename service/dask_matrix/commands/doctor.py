"""`dask-matrix doctor`: index, interpreters and folders found on this machine."""

from __future__ import annotations

import json

from dask_matrix.commands import options
from dask_matrix.commands.driver import print_notes, workspace_of


def doctor(data: options.Data = None, as_json: options.Json = False) -> None:
    """Show the package index, interpreters and folders in use."""
    from dask_matrix.collect.workspace.doctor import inspect_machine

    found = inspect_machine(workspace_of(data))
    print_notes(found.notes)
    print(json.dumps(found.as_json(), indent=1) if as_json else "\n".join(found.lines()))
