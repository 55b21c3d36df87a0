"""List the nox sessions quickly, from the cached package index."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING

from dask_matrix.collect.workspace.selection import all_environments
from dask_matrix.collect.workspace.workspace import Workspace
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Iterator


def all_sessions() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (label, tags) of every environment in matrix.toml, and of those named on nox's command line.

    The matrix may show environments that no set lists (`dask-matrix run --python 3.13`), and prints their sessions.

    If the releases are unknown (no network yet, an invalid matrix.toml), the reason is printed and no sessions for
    environments are listed; all other sessions still work.
    """
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # nox prints log messages of all libraries
    workspace = Workspace.of()
    try:
        selected = all_environments(workspace.config, workspace.cached_index, workspace.cached_git)
    except DaskMatrixError as error:
        print(f"No sessions for environments: {error}", file=sys.stderr)
        return
    listed = {each.spec.label: each.tags for each in selected}
    named = re.findall(r"\bscenarios\(([^()]*)\)", " ".join(sys.argv))
    yield from (dict.fromkeys(named, ()) | listed).items()
