"""What all answers depend on besides their address, told before each of them and therefore as cheaply as can be."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from dask_matrix.web.reader import LIVE_FOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.domain.verdicts.known_failures import Known
    from dask_matrix.web.reader import Reader

WORTH_SPARING = 20_000
"""Results; with fewer of them the garbage collector is done in no time."""
RUNS = 20
"""The runs begun last, of which some may go on."""


@dataclass(frozen=True)
class Sign:
    """The state for those who wait for another: ``word`` is another one whenever the state is. ``live``: results come in."""

    word: str
    revision: int
    live: bool


@dataclass(frozen=True)
class _Seen:
    """The store at a revision, and the moments at which, without another sign of life, it or one of its runs is taken to rest."""

    revision: int
    rests: tuple[datetime, ...]
    live_until: datetime | None = None


class State:
    """The state of a reader's store, and of what is ``fixed`` while the server runs, as a text that changes with it."""

    def __init__(self, reader: Reader, *fixed: object) -> None:
        self.reader = reader
        self._fixed = f"{' '.join(map(str, fixed))} {_digest(reader.known)}"
        self._seen: _Seen | None = None
        self._spared = 0

    def at_once(self) -> str | None:
        """Return the state; None where something came in, or the database is elsewhere, so that it has to be waited for."""
        seen = self._seen
        return self._text(seen) if seen is not None and seen.revision == self.reader.store.glance() else None

    def told(self) -> str:
        """Return the state, read anew. Raises DatabaseUnreachable."""
        return self._text(self._look())

    def _look(self) -> _Seen:
        found = self.reader.kept()
        fresh = found.present.freshness
        signs = {fresh.coming, *(run.newest for run in self.reader.store.runs.page(RUNS) if not run.end)}
        live_until = fresh.coming + LIVE_FOR if fresh.coming else None
        seen = self._seen = _Seen(found.revision, tuple(each + LIVE_FOR for each in signs if each), live_until)
        self._spare(fresh.results)
        return seen

    def sign(self) -> Sign:
        """Return a sign of the state: one lean query, and more where something came in. Raises DatabaseUnreachable."""
        seen = self._seen
        if seen is None or seen.revision != self.reader.store.revision:
            seen = self._look()
        live = seen.live_until is not None and datetime.now(UTC) < seen.live_until
        return Sign(sha256(self._text(seen).encode()).hexdigest()[:16], seen.revision, live)

    def _spare(self, results: int) -> None:
        """Let the garbage collector pass over what a reader keeps; again when that has doubled.

        It would look through all of it every few pages, and whoever asks for such a page would wait for that.
        """
        if results >= max(2 * self._spared, WORTH_SPARING):
            self._spared = results
            gc.collect()
            gc.freeze()

    def _text(self, seen: _Seen) -> str:
        now = datetime.now(UTC)
        live = sum(now < each for each in seen.rests)
        return f"{self._fixed} {seen.revision} {live} {self.reader.day()}"  # entries expire, and all gets older


def _digest(known: Iterable[Known]) -> str:
    """Return a digest of the failures that are known."""
    told = [
        (each.scenario, str(each.releases), sorted(each.lanes), each.issue, each.reason, str(each.expires))
        for each in known
    ]
    return sha256(str(told).encode()).hexdigest()[:16]
