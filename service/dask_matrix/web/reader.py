"""The store as the web reads it: what has been read is kept, and only what changes is read again."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from dask_matrix.domain.matrix.encoded_rows import Strips
from dask_matrix.domain.upgrades.columns import Sides
from dask_matrix.domain.upgrades.context import Beliefs
from dask_matrix.domain.upgrades.upgrade import upgrade
from dask_matrix.domain.verdicts.known_failures import today
from dask_matrix.web.matrix_cache import Kept, Then, kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.records.records import Warned
    from dask_matrix.domain.upgrades.answer import Answer, Question
    from dask_matrix.domain.verdicts.known_failures import Known
    from dask_matrix.store.matrix_contents import Past
    from dask_matrix.store.store import Freshness, Store

LIVE_FOR = timedelta(minutes=2)
"""A run that has not said that it ended is taken to go on while its newest result is younger than this."""
MOMENTS = 4
"""How many matrices as they were at a moment are kept, those asked for last."""


def day_of(store: Store) -> date:
    """Return the day of the newest evidence: what is said as of it is the same whenever it is said."""
    newest = store.freshness().newest
    return newest.astimezone(UTC).date() if newest else today()


class Reader:
    """Reads one store for many requests at once. ``day`` tells the day, by which known failures expire."""

    def __init__(self, store: Store, beliefs: Beliefs | None = None, day: Callable[[], date] = today) -> None:
        self.store, self.beliefs, self.day = store, beliefs or Beliefs(), day
        self._kept: Kept | None = None
        self._moments: OrderedDict[datetime, tuple[Past, Then]] = OrderedDict()
        self._reading, self._looking_back = Lock(), Lock()

    @property
    def known(self) -> tuple[Known, ...]:
        """The failures that are known."""
        return self.beliefs.known

    def matrix(self, at: datetime | None = None) -> Matrix:
        """Return the whole matrix as it is, or as it was at a moment."""
        return self._at(at).matrix

    def strips(self, at: datetime | None = None, *, history: bool = False) -> Strips:
        """Return the same with the strip of each row; in its ``history`` with all commits that were run, which is read anew."""
        if not history:
            return self._at(at).strips
        return Strips.of(self.store.matrix(at, history=True).listing(self.known, self.day_of(at)))

    def day_of(self, at: datetime | None) -> date:
        """Return the day on which things are looked at: the present one, or that of a moment."""
        return at.date() if at else self.day()

    def sides(self, at: datetime | None = None) -> Sides:
        """Return the same by columns."""
        return self.kept().sides if at is None else Sides(self.matrix(at))

    def warnings(self, sides: Sides, environment: str, at: datetime | None = None) -> Mapping[str, tuple[Warned, ...]]:
        """Return scenario id -> the warnings beside its verdict in an environment, as it is or was at a moment."""
        if at is None:
            return self.kept().backing.warnings(environment)
        cells = sides.matrix.cells.items()
        return self.store.warnings_of([cell.result for (_, key), cell in cells if key == environment and cell.result])

    def upgrade(self, question: Question) -> Answer:
        """Return what is known of a move between two releases; raise what `dask_matrix.domain.upgrades.upgrade.upgrade` raises."""
        found = self.kept()
        return upgrade(found.sides, question, found.backing)

    def freshness(self) -> Freshness:
        """Return how many results there are and when the newest came."""
        return self.kept().present.freshness

    def is_live(self) -> bool:
        """Whether results are coming in."""
        return _is_live(self.freshness())

    def kept(self) -> Kept:
        """Return all that is kept, caught up with the store: read once, by whoever asks first, while the others wait."""
        found = self._current()
        if found is None:
            with self._reading:
                found = self._current()  # someone else may have read it meanwhile
                if found is None:
                    found = self._kept = kept(self.store, self.beliefs, self.day(), self._kept)
        return found

    def _current(self) -> Kept | None:
        """Return what is kept if it is still so."""
        found = self._kept
        same = found is not None and (found.revision, found.day) == (self.store.revision, self.day())
        return found if same else None

    def _at(self, at: datetime | None) -> Kept | Then:
        """Return what is kept of the present, or of a moment.

        That changes too: results that were recorded before it may arrive late, and a moment may lie ahead.
        """
        if at is None:
            return self.kept()
        at = at.astimezone(UTC)
        with self._looking_back:
            past, then = self._look_back(at, self._moments.pop(at, None))
            self._moments[at] = past, then
            while len(self._moments) > MOMENTS:
                self._moments.popitem(last=False)
        return then

    def _look_back(self, at: datetime, before: tuple[Past, Then] | None) -> tuple[Past, Then]:
        """Catch up with what is known of a moment; what was made of the very same matrix stays."""
        present = self.kept().present
        if before and before[0].revision == present.revision:
            return before
        past = self.store.past(at, present, before[0] if before else None)
        if before and before[0].matrix is past.matrix:
            return past, before[1]
        return past, Then(past.matrix.listing(self.known, at.date()))


def _is_live(freshness: Freshness) -> bool:
    newest = freshness.coming
    return newest is not None and datetime.now(UTC) - newest < LIVE_FOR
