"""Surfaces that ship are those that were written, and a damaged file says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dask_matrix.domain.surface.timeline import Timeline
from dask_matrix.store.snapshots.location import BadSnapshot
from dask_matrix.store.snapshots.surfaces import SURFACES, load, write
from dask_matrix.store.store import Store
from tests.store.test_surfaces import BATCH


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    """Return the surfaces of two releases."""
    with Store.open(tmp_path / "matrix.sqlite") as store:
        store.ingest(BATCH)
        return store.surface_timeline(tmp_path / "own-cache")


def test_what_was_written_is_read_whatever_the_cache_holds(timeline: Timeline, tmp_path: Path) -> None:
    """Made once, then from the cache."""
    assert write(tmp_path, timeline) == (tmp_path / SURFACES).stat().st_size
    for _ in range(2):
        found = load(tmp_path, tmp_path / "cache")
        assert found.columns == timeline.columns
        same = [json.dumps(each.surface(1).content, sort_keys=True) for each in (found, timeline)]
        assert same[0] == same[1]


def test_a_snapshot_without_the_file_has_no_surfaces(tmp_path: Path) -> None:
    """As those that were made before surfaces were observed."""
    assert load(tmp_path, tmp_path / "cache").columns == ()


@pytest.mark.parametrize("content", [b"", b"not xz", b"\xfd7zXZ\0\0"])
def test_a_damaged_file_is_told_with_what_to_do(content: bytes, tmp_path: Path) -> None:
    """And nothing is cached."""
    (tmp_path / SURFACES).write_bytes(content)
    with pytest.raises(BadSnapshot, match="Download the folder again"):
        load(tmp_path, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*.sqlite"))
