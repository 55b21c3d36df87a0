"""Cached access to the store for the web: only what has changed is read again."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.domain.upgrades.columns import ColumnSets
from dask_matrix.domain.upgrades.context import Context
from dask_matrix.domain.upgrades.upgrade import upgrade
from dask_matrix.domain.verdicts.known_failures import today
from dask_matrix.web.matrix_cache import CachedMatrix, PastMatrix, load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.records.records import Warned
    from dask_matrix.domain.surface.timeline import Timeline
    from dask_matrix.domain.upgrades.answer import Answer, Question
    from dask_matrix.domain.verdicts.known_failures import KnownFailure
    from dask_matrix.store.matrix_contents import PastContents
    from dask_matrix.store.store import Freshness, Store

LIVE_FOR = timedelta(minutes=2)
"""A run without a recorded end counts as live until its newest result is this old."""
MAX_PAST_MATRICES = 4
"""Number of past matrices kept in memory, the most recently requested ones."""


def day_of(store: Store) -> date:
    """Return the day of the newest evidence, which makes an export reproducible; today if there is no evidence."""
    newest = store.freshness().newest
    return newest.astimezone(UTC).date() if newest else today()


class Reader:
    """Reads one store for concurrent requests. ``day`` returns the current day, by which known failures expire.

    ``surfaces`` reads the surfaces if they are not in the store.
    """

    def __init__(
        self,
        store: Store,
        context: Context | None = None,
        day: Callable[[], date] = today,
        surfaces: Callable[[], Timeline] | None = None,
    ) -> None:
        self.store, self.context, self.day = store, context or Context(), day
        self._cached: CachedMatrix | None = None
        self._past: OrderedDict[datetime, tuple[PastContents, PastMatrix]] = OrderedDict()
        self._load_lock, self._past_lock, self._surface_lock = Lock(), Lock(), Lock()
        self._surfaces: tuple[str, Timeline] | None = None
        self._other_surfaces = surfaces

    @property
    def known(self) -> tuple[KnownFailure, ...]:
        """The known failures."""
        return self.context.known

    def matrix(self, at: datetime | None = None) -> Matrix:
        """Return the complete matrix as it is, or as it was at a moment."""
        return self._at(at).matrix

    def encoded_rows(self, at: datetime | None = None, *, history: bool = False) -> EncodedRows:
        """Return the matrix with the strip of each row; ``history`` adds every commit that was run, and is not cached."""
        if not history:
            return self._at(at).encoded_rows
        return EncodedRows.of(self.context.applied_to(self.store.matrix(at, history=True), self.day_of(at)))

    def day_of(self, at: datetime | None) -> date:
        """Return the day of a moment; the current day for None."""
        return at.date() if at else self.day()

    def column_sets(self, at: datetime | None = None) -> ColumnSets:
        """Return the matrix by columns."""
        return self.current().column_sets if at is None else ColumnSets(self.matrix(at))

    def warnings(
        self, column_sets: ColumnSets, environment: str, at: datetime | None = None
    ) -> Mapping[str, tuple[Warned, ...]]:
        """Return scenario id -> the warnings of its deciding result in an environment, now or at a moment."""
        if at is None:
            return self.current().evidence.warnings(environment)
        cells = column_sets.matrix.cells.items()
        return self.store.warnings_of([cell.result for (_, key), cell in cells if key == environment and cell.result])

    def upgrade(self, question: Question) -> Answer:
        """Answer an upgrade question; raise what `dask_matrix.domain.upgrades.upgrade.upgrade` raises."""
        found = self.current()
        return upgrade(found.column_sets, question, found.evidence)

    def surface_timeline(self) -> Timeline:
        """Return the surfaces of all releases, side by side; read again only when there is another observation."""
        with self._surface_lock:
            observed = "" if self._other_surfaces else self.store.observed_surfaces()
            if self._surfaces is None or self._surfaces[0] != observed:
                read = self._other_surfaces or self.store.surface_timeline
                self._surfaces = observed, read()
            return self._surfaces[1]

    def freshness(self) -> Freshness:
        """Return the number of results and the time of the newest."""
        return self.current().present.freshness

    def is_live(self) -> bool:
        """Whether results are coming in."""
        return _is_live(self.freshness())

    def current(self) -> CachedMatrix:
        """Return the cached matrix, up to date with the store; one thread reloads it while the others wait."""
        found = self._if_current()
        if found is None:
            with self._load_lock:
                found = self._if_current()  # another thread may have loaded it meanwhile
                if found is None:
                    found = self._cached = load(self.store, self.context, self.day(), self._cached)
        return found

    def _if_current(self) -> CachedMatrix | None:
        """Return the cached matrix if it is still up to date."""
        found = self._cached
        same = found is not None and (found.revision, found.day) == (self.store.revision, self.day())
        return found if same else None

    def _at(self, at: datetime | None) -> CachedMatrix | PastMatrix:
        """Return the cached matrix, current or of a moment.

        That of a moment may change too: results recorded before it may arrive late, and it may be in the future.
        """
        if at is None:
            return self.current()
        at = at.astimezone(UTC)
        with self._past_lock:
            past, then = self._update_past(at, self._past.pop(at, None))
            self._past[at] = past, then
            while len(self._past) > MAX_PAST_MATRICES:
                self._past.popitem(last=False)
        return then

    def _update_past(
        self, at: datetime, before: tuple[PastContents, PastMatrix] | None
    ) -> tuple[PastContents, PastMatrix]:
        """Bring the matrix of a moment up to date; what was derived from an identical matrix is reused."""
        present = self.current().present
        if before and before[0].revision == present.revision:
            return before
        past = self.store.past_contents(at, present, before[0] if before else None)
        if before and before[0].matrix is past.matrix:
            return past, before[1]
        return past, PastMatrix(self.context.applied_to(past.matrix, at.date()))


def _is_live(freshness: Freshness) -> bool:
    newest = freshness.newest_unfinished
    return newest is not None and datetime.now(UTC) - newest < LIVE_FOR
