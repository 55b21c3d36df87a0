"""Choose the evidence for `show`, `serve` and `export`: a data folder or the snapshot that ships with dask-matrix."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dask_matrix import places
from dask_matrix.collect.workspace.context import context
from dask_matrix.collect.workspace.workspace import Workspace
from dask_matrix.commands.sources import recorded_database
from dask_matrix.store.snapshots import snapshot, surfaces

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from dask_matrix.domain.matrix.selection import Selection
    from dask_matrix.domain.surface.timeline import Timeline
    from dask_matrix.domain.upgrades.context import Context


@dataclass(frozen=True)
class EvidenceSource:
    """A database, its context, and of a snapshot when it was made, and what reads its surfaces."""

    database: Path
    context: Context
    snapshot_of: datetime | None = None
    surfaces: Callable[[], Timeline] | None = None


def show_options(selection: Selection) -> str:
    """Return the options of `show` that produce a selection."""
    values = {
        "--area": selection.area,
        "-q": selection.q,
        "--verdict": selection.verdict,
        "--from": selection.start,
        "--to": selection.end,
        "--python": selection.python,
        "--lane": selection.lane,
        "--last": selection.last,
    }
    words = [word for option, value in values.items() if value for word in (option, str(value))]
    return shlex.join([*words, *(["--changes"] if selection.changes else [])])


def evidence_source(
    data: Path | None, scenarios: Path | None, *, shipped: bool, during_run: bool = False
) -> EvidenceSource:
    """Return the evidence to show; ``during_run``: of a run that makes the database if it is missing.

    Raises BadSnapshot, DatabaseMissing, or InvalidConfig for known.toml or matrix.toml.
    """
    workspace = Workspace.of(data, scenarios)
    workspace_context = context(workspace)
    if not shipped:
        database = workspace.places.database if during_run else recorded_database(workspace.places)
        return EvidenceSource(database, workspace_context)
    database, head = snapshot.database(places.snapshot(), places.cache())
    shipped_surfaces = partial(surfaces.load, places.snapshot(), places.cache())
    return EvidenceSource(database, workspace_context, head.made_at, shipped_surfaces)
