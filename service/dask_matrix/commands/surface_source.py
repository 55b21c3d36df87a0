"""Find the surfaces that answer a question: those of the data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix import places
from dask_matrix.domain.errors import EvidenceUnreachable

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.domain.surface.timeline import Timeline


def open_timeline(data: Path | None) -> Timeline:
    """Return the surfaces that runs recorded in a data folder; raise EvidenceUnreachable if there are none."""
    from dask_matrix.commands.sources import recorded_database
    from dask_matrix.store.store import Store

    found = places.Places((data or places.default_data()).resolve())
    path = recorded_database(found)
    if path.exists() and path.stat().st_size:
        with Store.open(path) as store:
            timeline = store.surface_timeline(places.cache())
        if timeline.columns:
            return timeline
    raise EvidenceUnreachable(
        f"No surface is recorded in {found.data}. Run `dask-matrix run --release V` for each release first."
    )
