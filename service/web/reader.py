"""The store as the web reads it: the present matrix and its freshness are kept until the store changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.domain.matrix import Matrix
    from service.store.store import Freshness, Store

LIVE_FOR = timedelta(minutes=2)
"""A run is taken to go on while its newest result is younger than this."""


@dataclass(frozen=True)
class _Kept:
    revision: int
    matrix: Matrix
    freshness: Freshness


class Reader:
    """Reads one store for many requests at once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._kept: _Kept | None = None

    def matrix(self, at: datetime | None = None) -> Matrix:
        """Return the whole matrix as it is, or as it was at a moment."""
        return self.store.matrix(at) if at else self._present().matrix

    def freshness(self) -> Freshness:
        """Return how many results there are and when the newest came."""
        return self._present().freshness

    def is_live(self) -> bool:
        """Whether results are coming in."""
        newest = self.freshness().newest_result
        return newest is not None and datetime.now(UTC) - newest < LIVE_FOR

    def _present(self) -> _Kept:
        revision = self.store.revision  # read first: what is read after it is at least as new
        kept = self._kept
        if kept is None or kept.revision != revision:
            kept = self._kept = _Kept(revision, self.store.matrix(), self.store.freshness())
        return kept
