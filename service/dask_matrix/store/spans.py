"""Extend the spans of environments by new results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from dask_matrix.store import models
from dask_matrix.store.rows import batches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from dask_matrix.domain.records.records import ResultRecord

NAMES = ("results", "oldest", "newest", "at")
"""The columns of a span: number of results, first and last begin, when the newest was recorded."""


class Spans:
    """Collects the spans of new results by environment."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._found: dict[str, list[Any]] = {}

    def add(self, results: Iterable[ResultRecord]) -> None:
        """Include new results."""
        for record in results:
            span = [1, record.started, record.started, record.at]
            self._found[record.environment] = _union(self._found.get(record.environment), span)

    def write(self, revision: int) -> None:
        """Add them to those in the table; ``revision`` is the one that does."""
        table, found = models.Span, self._found
        for keys in batches(list(found)):
            known = select(table.environment, *(getattr(table, name) for name in NAMES))
            for key, *span in self.session.execute(known.where(table.environment.in_(keys))):
                found[key] = _union(found[key], span)
            self.session.execute(delete(table).where(table.environment.in_(keys)))
        rows = [
            {"environment": key, **dict(zip(NAMES, span, strict=True)), "revision": revision}
            for key, span in found.items()
        ]
        if rows:
            self.session.execute(insert(table), rows)
        found.clear()


def _union(one: list[Any] | None, other: list[Any]) -> list[Any]:
    """Return the union of two spans."""
    if one is None:
        return other
    return [one[0] + other[0], min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])]
