"""The store as the web reads it: the present matrix and what follows from it are kept until the store changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from service.domain.beliefs import Beliefs
from service.domain.known import today
from service.domain.upgrade import upgrade
from service.store.held import held

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.domain.answer import Answer, Question
    from service.domain.known import Known
    from service.domain.matrix import Matrix
    from service.domain.sides import Sides
    from service.domain.upgrade import Backing
    from service.store.store import Freshness, Store

LIVE_FOR = timedelta(minutes=2)
"""A run is taken to go on while its newest result is younger than this."""


@dataclass(frozen=True)
class _Kept:
    revision: int
    day: date
    sides: Sides
    backing: Backing
    freshness: Freshness


def day_of(store: Store) -> date:
    """Return the day of the newest evidence: what is said as of it is the same whenever it is said."""
    newest = store.freshness().newest
    return newest.astimezone(UTC).date() if newest else today()


class Reader:
    """Reads one store for many requests at once. ``day`` tells the day, by which known failures expire."""

    def __init__(self, store: Store, beliefs: Beliefs | None = None, day: Callable[[], date] = today) -> None:
        self.store, self.beliefs, self.day = store, beliefs or Beliefs(), day
        self._kept: _Kept | None = None

    @property
    def known(self) -> tuple[Known, ...]:
        """The failures that are known."""
        return self.beliefs.known

    def matrix(self, at: datetime | None = None) -> Matrix:
        """Return the whole matrix as it is, or as it was at a moment."""
        return self.store.matrix(at).listing(self.known, at.date()) if at else self._present().sides.matrix

    def upgrade(self, question: Question) -> Answer:
        """Return what is known of a move between two releases; raise what `service.domain.upgrade.upgrade` raises."""
        kept = self._present()
        return upgrade(kept.sides, question, kept.backing)

    def freshness(self) -> Freshness:
        """Return how many results there are and when the newest came."""
        return self._present().freshness

    def state(self) -> str:
        """Return what all answers depend on; expired entries, and so the day, only where there are entries."""
        told = [
            (each.scenario, str(each.releases), sorted(each.lanes), each.issue, each.reason, str(each.expires))
            for each in self.known
        ]
        return f"{self.store.revision} {self.is_live()} {self.day() if told else ''} {told}"

    def is_live(self) -> bool:
        """Whether results are coming in."""
        newest = self.freshness().newest_result
        return newest is not None and datetime.now(UTC) - newest < LIVE_FOR

    def _present(self) -> _Kept:
        revision, day = self.store.revision, self.day()  # read first: what is read after it is at least as new
        kept = self._kept
        if kept is None or (kept.revision, kept.day) != (revision, day):
            kept = self._kept = _Kept(revision, day, *held(self.store, self.beliefs, day), self.store.freshness())
        return kept
