"""Keep and query the surfaces of environments."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.records.records import release_of
from dask_matrix.domain.surface.surface import Surface
from dask_matrix.domain.surface.timeline import SurfaceColumn, Timeline
from dask_matrix.store import models

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LEVEL = 6
"""Of zlib: beyond it, a surface takes twice as long to pack, and is hardly smaller."""


def packed(content: Mapping[str, Any]) -> bytes:
    """Return the content of a surface record as it is kept."""
    return zlib.compress(json.dumps(content, sort_keys=True, separators=(",", ":")).encode(), LEVEL)


def is_observed(session: Session, environment: str, version: int) -> bool:
    """Whether an environment's surface is known, as seen by the current observing code or a newer one."""
    table = models.Observation
    query = select(table.environment).where(table.environment == environment, table.version >= version)
    return session.scalar(query.limit(1)) is not None


def observed(session: Session) -> list[tuple[SurfaceColumn, str]]:
    """Return the environments that the matrix shows of published releases, in order, each with the id of its surface."""
    table, observation = models.Environment, models.Observation
    chosen = (
        table.release,
        table.python,
        table.lane,
        table.platform,
        table.key,
        observation.config,
        observation.surface,
    )
    query = (
        select(*chosen)
        .join(observation, observation.environment == table.key)
        .join(models.Surface, models.Surface.id == observation.surface)  # its record may have been rejected
        .where(table.pair.is_(None))
        .order_by(table.at, table.key)
    )
    newest = {(*row[:4], row.config): row for row in session.execute(query)}
    return sorted(((_column(row), row.surface) for row in newest.values()), key=lambda each: each[0])


def _column(row: Any) -> SurfaceColumn:
    return SurfaceColumn(release_of(row.release, None), Python.parse(row.python), Lane(row.lane), row.key, row.config)


def timeline(session: Session) -> Timeline:
    """Return the surfaces of all observed environments, side by side."""
    return Timeline.of((column, _surface(session, surface)) for column, surface in observed(session))


def _surface(session: Session, identity: str) -> Surface:
    row = session.get_one(models.Surface, identity)
    session.expunge(row)  # not all are in memory at once
    return Surface(json.loads(zlib.decompress(row.content)))
