"""Find the surfaces that answer a question: those of the data folder, else those that ship with dask-matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix import places
from dask_matrix.domain.environments.release import LATEST, Release
from dask_matrix.domain.errors import DaskMatrixError, EvidenceUnreachable

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from dask_matrix.domain.surface.timeline import Timeline


def open_timeline(data: Path | None, releases: Collection[str], *, shipped: bool) -> Timeline:
    """Return the surfaces that runs recorded in a data folder, if they have all ``releases``, else the shipped ones.

    With ``data``, only those of the folder count; with ``shipped``, only the others. Raises EvidenceUnreachable.
    """
    if data and shipped:
        raise DaskMatrixError("Give only one of --data and --snapshot: each selects a source of evidence.")
    own = None if shipped else _recorded(places.Places((data or places.default_data()).resolve()))
    if own is not None and (data or _has_all(own, releases)):
        return own
    if data is None:
        from dask_matrix.store.snapshots.surfaces import load

        found = load(places.snapshot(), places.cache())
        if found.columns:
            return found
    if own is not None:
        return own
    where = "ships with dask-matrix" if shipped else f"is recorded in {data or places.default_data()}"
    raise EvidenceUnreachable(f"No surface {where}. Run `dask-matrix run --release V` for each release first.")


def _recorded(found: places.Places) -> Timeline | None:
    """Return the surfaces of a data folder, None if there are none; nothing is created."""
    from dask_matrix.commands.sources import recorded_database

    path = recorded_database(found)
    if not path.exists() or not path.stat().st_size:
        return None
    from dask_matrix.store.store import Store

    with Store.open(path) as store:
        timeline = store.surface_timeline(places.cache())
    return timeline if timeline.columns else None


def _has_all(timeline: Timeline, releases: Collection[str]) -> bool:
    """Whether each release has a surface; a question about no release in particular wants as many as there are."""
    known = {each.release for each in timeline.columns}
    return bool(releases) and all(text != LATEST and Release.parse(text) in known for text in releases)
