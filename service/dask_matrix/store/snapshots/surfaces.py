"""The surfaces that ship beside a snapshot's records: all releases in one tree, so that what does not change is there once."""

from __future__ import annotations

import hashlib
import json
import lzma
from typing import TYPE_CHECKING, Any

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.surface.timeline import SurfaceColumn, Timeline
from dask_matrix.store.snapshots.location import DIGEST_LENGTH, BadSnapshot
from dask_matrix.store.surface_cache import cached_timeline

if TYPE_CHECKING:
    from pathlib import Path

SURFACES = "surfaces.json.xz"
MAX_SIZE = 1_500_000
"""Bytes of the file above which an export warns."""


def write(folder: Path, timeline: Timeline) -> int:
    """Write the surfaces of a timeline into a snapshot's folder; return the size of the file in bytes."""
    content = {"v": 1, "columns": [_row(each) for each in timeline.columns], "tree": _plain(timeline.tree)}
    packed = lzma.compress(json.dumps(content, separators=(",", ":")).encode(), preset=9 | lzma.PRESET_EXTREME)
    (folder / SURFACES).write_bytes(packed)
    return len(packed)


def load(folder: Path, cache: Path) -> Timeline:
    """Return the surfaces of a snapshot, unpacked once into the cache folder; one without the file has none.

    Raises BadSnapshot.
    """
    path = folder / SURFACES
    if not path.exists():
        return Timeline((), {})
    packed = path.read_bytes()
    name = hashlib.sha256(packed).hexdigest()[:DIGEST_LENGTH]
    return cached_timeline(cache, name, lambda: _unpacked(path, packed))


def _unpacked(path: Path, packed: bytes) -> Timeline:
    try:
        content = json.loads(lzma.decompress(packed))
        columns = [
            SurfaceColumn(Release.parse(release), Python.parse(python), Lane(lane), environment, config)
            for release, python, lane, environment, config in content["columns"]
        ]
        return Timeline(columns, content["tree"])
    except (lzma.LZMAError, EOFError, ValueError, LookupError, TypeError) as error:
        raise BadSnapshot(f"Cannot read {path}: {error}. Download the folder again, or export it again.") from None


def _row(column: SurfaceColumn) -> list[str]:
    return [column.release.text, str(column.python), column.lane.value, column.environment, column.config]


def _plain(tree: Any) -> Any:
    """Return a tree as objects and lists, wherever it is kept."""
    return {name: _plain(each) for name, each in tree.items()} if hasattr(tree, "items") else tree
