"""Writes the snapshot that ships from a data folder, and says what is in it."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from dask_matrix.collect.running.recorder import commit_of
from dask_matrix.collect.scenario_set import catalog
from dask_matrix.store.snapshots import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.collect.workspace.workspace import Workplace
    from dask_matrix.store.snapshots.location import Snapshot


def export_snapshot(workplace: Workplace, folder: Path) -> Snapshot:
    """Write a snapshot of what counts in a data folder; say what of the scenario set has no evidence in it."""
    tests = catalog.read(workplace.tests)
    head = snapshot.write(
        folder,
        workplace.places.records,
        tests.fingerprints,
        commit=commit_of(workplace.tests),
        tool=version("dask-matrix"),
    )
    counts = head.counts
    told = (
        f"{counts['results']:,} results of {counts['scenarios']:,} scenarios in {counts['environments']:,} environments"
    )
    print(f"{folder}: {told}, {head.bytes / 1e6:.2f} MB.", file=sys.stderr)
    if head.bytes > snapshot.AIM:
        print(f"dask-matrix: that is over {snapshot.AIM / 1e6:.0f} MB, even without some texts.", file=sys.stderr)
    return head
