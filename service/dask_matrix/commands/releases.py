"""`dask-matrix releases`: list the releases on the package index."""

from __future__ import annotations

import json

from dask_matrix.commands import options
from dask_matrix.commands.driver import print_notes, workspace_of


def releases(data: options.Data = None, as_json: options.Json = False) -> None:
    """List the releases on the package index. Shows upload time, supported Pythons and whether a release is yanked."""
    index = workspace_of(data).index
    found = [
        {
            "release": str(each.release),
            "released_at": each.released_at.isoformat(),
            "requires_python": str(each.requires_python),
            "yanked": each.yanked,
        }
        for each in index.releases().values()
    ]
    print_notes(index.notes)
    if as_json:
        print(json.dumps(found, indent=1))
        return
    for each in found:
        yanked = "  yanked" if each["yanked"] else ""
        print(f"{each['release']:12} {str(each['released_at'])[:16]} UTC  Python {each['requires_python']}{yanked}")
