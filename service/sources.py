"""Where evidence is asked for: a server, a data folder, or the snapshot that ships, in that order."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from service import places
from service.collect.beliefs import beliefs
from service.collect.workplace import Workplace
from service.domain.errors import EvidenceUnreachable
from service.domain.known import today
from service.domain.release import Release
from service.store.shipped import BadSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.domain.answer import Answer, Question
    from service.domain.sides import Sides
    from service.domain.upgrade import Backing


class Source(Protocol):
    """Whoever answers questions about upgrades."""

    def answer(self, question: Question) -> Answer:
        """Return the answer, which names where it came from."""

    def covered(self) -> frozenset[str]:
        """Return the dotted names that any scenario covers."""


class Held:
    """Evidence on this machine, read whole; ``name`` says which."""

    def __init__(self, sides: Sides, backing: Backing, name: str) -> None:
        self.sides, self.backing, self.name = sides, backing, name

    def answer(self, question: Question) -> Answer:
        """Return the answer; raise what `service.domain.upgrade.upgrade` raises."""
        from service.domain.upgrade import upgrade

        answer = upgrade(self.sides, question, self.backing)
        return answer.model_copy(update={"evidence": answer.evidence.model_copy(update={"source": self.name})})

    def covered(self) -> frozenset[str]:
        """Return the dotted names that any scenario covers."""
        return frozenset(name for row in self.sides.matrix.scenarios for name in row.covers)

    def speaks_of(self, *releases: str) -> bool:
        """Whether there is a column for each of some releases."""
        return {Release.parse(each) for each in releases} <= set(self.sides.releases)


@contextmanager
def opened(
    question: Question, server: str, data: Path | None, scenarios: Path | None, *, snapshot: bool
) -> Iterator[Source]:
    """Give whom to ask: the server if one is named, else the data folder if it knows both releases, else the snapshot.

    Raises EvidenceUnreachable.
    """
    if server:
        from service.client import Matrix

        with Matrix(server) as matrix:
            yield matrix
    else:
        yield _held(question, data, scenarios, snapshot=snapshot)


def _held(question: Question, data: Path | None, scenarios: Path | None, *, snapshot: bool) -> Held:
    workplace = Workplace.of(data, scenarios)
    own = None if snapshot else _own(workplace)
    if own and (data or own.speaks_of(question.start, question.target)):
        return own
    try:
        return _shipped(workplace)
    except BadSnapshot as error:
        if own:
            return own
        raise EvidenceUnreachable(f"No evidence to answer from. {error}") from None


def _own(workplace: Workplace) -> Held | None:
    """Return what a data folder holds, if there is a database in it at all: asking makes none."""
    path = Path(workplace.places.database.partition("///")[2])
    if not path.exists():
        return None
    from service.store.held import held
    from service.store.store import Store

    with Store.open(workplace.places.database) as store:
        return Held(*held(store, beliefs(workplace), today()), f"the data folder {path.parent}")


def _shipped(workplace: Workplace) -> Held:
    from service.store.digest import held

    sides, backing, head = held(places.snapshot(), places.cache(), beliefs(workplace), today())
    return Held(sides, backing, f"the snapshot of {head.made_at:%Y-%m-%d} that ships with dask-matrix")
