"""Where evidence is asked for: a server, a data folder, or the snapshot that ships, in that order."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dask_matrix import places
from dask_matrix.collect.workspace.context import beliefs
from dask_matrix.collect.workspace.workspace import Workplace
from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.environments.release import Release, UnknownRelease
from dask_matrix.domain.errors import EvidenceUnreachable
from dask_matrix.domain.verdicts.known_failures import today
from dask_matrix.store.snapshots.location import BadSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.upgrades.answer import Answer, Question
    from dask_matrix.domain.upgrades.columns import Sides
    from dask_matrix.domain.upgrades.upgrade import Backing


@dataclass(frozen=True)
class Asked:
    """Who is to be asked, as far as that is said. ``scenarios`` is the set whose known.toml and matrix.toml count."""

    server: str = ""
    data: Path | None = None
    snapshot: bool = False
    scenarios: Path | None = None


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
        """Return the answer; raise what `dask_matrix.domain.upgrades.upgrade.upgrade` raises."""
        from dask_matrix.domain.upgrades.upgrade import upgrade

        return upgrade(self.sides, question, self.backing).told_by(self.name)

    def covered(self) -> frozenset[str]:
        """Return the dotted names that any scenario covers."""
        return frozenset(name for row in self.sides.matrix.scenarios for name in row.covers)

    def speaks_of(self, question: Question) -> bool:
        """Whether both releases of a question have a column in its lane, on its Python."""
        python = Python.parse(question.python) if question.python else None
        try:
            ends = (Release.parse(question.start), self.sides.named(question.target))
        except UnknownRelease:
            return False
        return all(self.sides.columns(each, question.lane, python) for each in ends)


@contextmanager
def opened(question: Question, asked: Asked) -> Iterator[Source]:
    """Give whom to ask: who is named, else the data folder if it knows both releases, else the snapshot.

    Raises EvidenceUnreachable.
    """
    if asked.server:
        import stamina

        from dask_matrix.client import Matrix

        stamina.instrumentation.set_on_retry_hooks([])  # the error at the end says enough
        with Matrix(asked.server) as matrix:
            yield matrix
    else:
        with ExitStack() as stack:
            yield _held(question, asked, stack)


def _held(question: Question, asked: Asked, stack: ExitStack) -> Held:
    workplace = Workplace.of(asked.data, asked.scenarios)
    own = None if asked.snapshot else _own(workplace, stack)
    if asked.data and own is None:
        raise EvidenceUnreachable(f"There is no evidence in {asked.data}: `dask-matrix run --data` puts some there.")
    if own and (asked.data or own.speaks_of(question)):
        return own
    try:
        return _shipped(workplace)
    except (BadSnapshot, OSError) as error:
        if own:
            return own
        raise EvidenceUnreachable(f"No evidence to answer from. {error}") from None


def _own(workplace: Workplace, stack: ExitStack) -> Held | None:
    """Return what a data folder holds, if there is a database in it at all: asking makes none. It stays open meanwhile."""
    path = Path(workplace.places.database.partition("///")[2])
    if not path.exists() or not path.stat().st_size:
        return None
    from dask_matrix.store.database import DatabaseTooNew, DatabaseUnreachable
    from dask_matrix.store.store import Store
    from dask_matrix.store.upgrade_evidence import held

    try:
        store = stack.enter_context(Store.open(workplace.places.database))
        return Held(*held(store, beliefs(workplace), today()), f"the data folder {path.parent}")
    except (DatabaseTooNew, DatabaseUnreachable) as error:
        raise EvidenceUnreachable(str(error)) from None


def _shipped(workplace: Workplace) -> Held:
    from dask_matrix.store.snapshots.digest import held

    sides, backing, head = held(places.snapshot(), places.cache(), beliefs(workplace), today())
    return Held(sides, backing, f"the snapshot of {head.made_at:%Y-%m-%d} that ships with dask-matrix")
