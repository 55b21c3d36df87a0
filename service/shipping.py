"""Writes the snapshot that ships from a data folder, and says what is in it."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from service.collect import catalog
from service.collect.recorder import commit_of
from service.store import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from service.collect.workplace import Workplace
    from service.store.shipped import Snapshot


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
