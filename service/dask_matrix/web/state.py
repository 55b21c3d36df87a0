"""The state that all responses depend on besides their address. Read before each response, so it must be cheap."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from dask_matrix.web.reader import LIVE_FOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.domain.verdicts.known_failures import KnownFailure
    from dask_matrix.web.reader import Reader

MIN_RESULTS_TO_FREEZE = 20_000
"""Results; with fewer, garbage collection takes no time."""
RUNS = 20
"""The newest runs, checked for being live."""


@dataclass(frozen=True)
class StateToken:
    """The state as clients compare it: ``id`` differs whenever the state does. ``live``: results are coming in."""

    id: str
    revision: int
    live: bool


@dataclass(frozen=True)
class _StoreState:
    """The store at a revision, and the moments at which it or one of its runs stops counting as live without new activity."""

    revision: int
    idle_at: tuple[datetime, ...]
    live_until: datetime | None = None


class State:
    """The state of a reader's store, plus what is ``fixed`` while the server runs, as a text that changes with either."""

    def __init__(self, reader: Reader, *fixed: object) -> None:
        self.reader = reader
        self._fixed = f"{' '.join(map(str, fixed))} {_digest(reader.known)}"
        self._last: _StoreState | None = None
        self._frozen_at = 0

    def cached(self) -> str | None:
        """Return the state without blocking; None if the store changed or the database is remote: then it must be read."""
        last = self._last
        return (
            self._text(last)
            if last is not None and last.revision == self.reader.store.revision_without_waiting()
            else None
        )

    def current(self) -> str:
        """Read and return the state. Raises DatabaseUnreachable."""
        return self._text(self._read())

    def _read(self) -> _StoreState:
        matrix = self.reader.current()
        freshness = matrix.present.freshness
        activity = {
            freshness.newest_unfinished,
            *(run.newest for run in self.reader.store.runs.page(RUNS) if not run.end),
        }
        live_until = freshness.newest_unfinished + LIVE_FOR if freshness.newest_unfinished else None
        last = self._last = _StoreState(
            matrix.revision, tuple(each + LIVE_FOR for each in activity if each), live_until
        )
        self._freeze_heap(freshness.results)
        return last

    def token(self) -> StateToken:
        """Return the state for clients: one small query, more if the store changed. Raises DatabaseUnreachable."""
        last = self._last
        if last is None or last.revision != self.reader.store.revision:
            last = self._read()
        live = last.live_until is not None and datetime.now(UTC) < last.live_until
        return StateToken(sha256(self._text(last).encode()).hexdigest()[:16], last.revision, live)

    def _freeze_heap(self, results: int) -> None:
        """Exclude the cached matrix from garbage collection; again when it has doubled.

        The collector would scan all of it every few pages, and delay the response to such a page.
        """
        if results >= max(2 * self._frozen_at, MIN_RESULTS_TO_FREEZE):
            self._frozen_at = results
            gc.collect()
            gc.freeze()

    def _text(self, last: _StoreState) -> str:
        now = datetime.now(UTC)
        live = sum(now < each for each in last.idle_at)
        return f"{self._fixed} {last.revision} {live} {self.reader.day()}"  # known failures expire, and ages grow


def _digest(known: Iterable[KnownFailure]) -> str:
    """Return a digest of the known failures."""
    entries = [
        (each.scenario, str(each.releases), sorted(each.lanes), each.issue, each.reason, str(each.expires))
        for each in known
    ]
    return sha256(str(entries).encode()).hexdigest()[:16]
