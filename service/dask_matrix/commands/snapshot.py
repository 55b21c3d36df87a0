"""Write a snapshot of a data folder and print what it contains."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dask_matrix import __version__
from dask_matrix.collect.running.recorder import commit_of
from dask_matrix.collect.scenario_set import catalog
from dask_matrix.store.snapshots import snapshot, surfaces
from dask_matrix.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.collect.workspace.workspace import Workspace
    from dask_matrix.store.snapshots.location import Snapshot


def export_snapshot(workspace: Workspace, folder: Path) -> Snapshot:
    """Write a snapshot of the current results in a data folder; return its description."""
    tests = catalog.read(workspace.tests)
    head = snapshot.write(
        folder,
        workspace.places.records,
        tests.fingerprints,
        commit=commit_of(workspace.tests),
        tool=__version__,
    )
    snapshot.write_verdicts(folder)
    _write_surfaces(workspace, folder)
    counts = head.counts
    content = (
        f"{counts['results']:,} results of {counts['scenarios']:,} scenarios in {counts['environments']:,} environments"
    )
    size = snapshot.size(folder)
    print(f"{folder}: {content}, {size / 1e6:.2f} MB.", file=sys.stderr)
    if size > snapshot.MAX_SIZE:
        print(
            f"dask-matrix: the snapshot exceeds {snapshot.MAX_SIZE / 1e6:.0f} MB even with some texts left out.",
            file=sys.stderr,
        )
    return head


def _write_surfaces(workspace: Workspace, folder: Path) -> None:
    """Write the surfaces of a data folder beside its results; leave those that are there if it has none."""
    with Store.open(workspace.places.database) as store:
        timeline = store.surface_timeline()
    if timeline.columns:
        size = surfaces.write(folder, timeline)
        print(f"{folder}: {len(timeline.columns)} surfaces, {size / 1e6:.2f} MB.", file=sys.stderr)
