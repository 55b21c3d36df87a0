"""Find the evidence that answers an upgrade question: a server, a data folder, or the snapshot, in that order."""

from __future__ import annotations

import shlex
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dask_matrix import places
from dask_matrix.collect.workspace.context import context
from dask_matrix.collect.workspace.workspace import Workspace
from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.environments.release import LATEST, Release, UnknownRelease, newest, version_of
from dask_matrix.domain.errors import DaskMatrixError, EvidenceUnreachable
from dask_matrix.domain.verdicts.known_failures import today
from dask_matrix.store.snapshots.location import BadSnapshot, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.upgrades.answer import Answer, Question
    from dask_matrix.domain.upgrades.columns import ColumnSets
    from dask_matrix.domain.upgrades.upgrade import UpgradeEvidence


@dataclass(frozen=True)
class EvidenceOptions:
    """Options that select evidence, empty if not given. known.toml and matrix.toml are read from ``scenarios``."""

    server: str = ""
    data: Path | None = None
    snapshot: bool = False
    scenarios: Path | None = None


class DatabaseMissing(DaskMatrixError):
    """A data folder has records, but not the database that is made from them."""


class Source(Protocol):
    """A source of answers to upgrade questions."""

    def answer(self, question: Question) -> Answer:
        """Return the answer, which names its source."""

    def covers(self) -> tuple[tuple[str, ...], ...]:
        """Return the dotted names that each scenario covers."""


class LocalEvidence:
    """Evidence on this machine, read completely; ``name`` is shown as its source."""

    def __init__(self, column_sets: ColumnSets, evidence: UpgradeEvidence, name: str) -> None:
        self.column_sets, self.evidence, self.name = column_sets, evidence, name

    def answer(self, question: Question) -> Answer:
        """Return the answer; raise what `dask_matrix.domain.upgrades.upgrade.upgrade` raises."""
        from dask_matrix.domain.upgrades.upgrade import upgrade

        return upgrade(self.column_sets, question, self.evidence).with_source(self.name)

    def covers(self) -> tuple[tuple[str, ...], ...]:
        """Return the dotted names that each scenario covers."""
        return tuple(row.covers for row in self.column_sets.matrix.scenarios)

    def has_releases_of(self, question: Question) -> bool:
        """Whether both releases of a question have a column in its lane and on its Python."""
        python = Python.parse(question.python) if question.python else None
        try:
            ends = (self.column_sets.find_release(question.start), self.column_sets.find_release(question.target))
        except UnknownRelease:
            return False
        return all(self.column_sets.columns(each, question.lane, python) for each in ends)


@contextmanager
def open_evidence(question: Question, options: EvidenceOptions) -> Iterator[Source]:
    """Yield the evidence that was named, else the data folder if it has both releases, else the snapshot.

    Raises EvidenceUnreachable.
    """
    if options.server:
        import stamina

        from dask_matrix.client import Matrix

        stamina.instrumentation.set_on_retry_hooks([])  # the final error is enough
        with Matrix(options.server) as matrix:
            yield matrix
    else:
        with ExitStack() as stack:
            yield _local_evidence(question, options, stack)


def _local_evidence(question: Question, options: EvidenceOptions, stack: ExitStack) -> LocalEvidence:
    workspace = Workspace.of(options.data, options.scenarios)
    own = None if options.snapshot else _data_folder_evidence(workspace, stack)
    if options.data and own is None:
        raise EvidenceUnreachable(f"No results in {options.data}. Run `dask-matrix run --data {options.data}` first.")
    if own and (options.data or (own.has_releases_of(question) and _has_latest(own, question))):
        return own
    try:
        return _snapshot_evidence(workspace)
    except (BadSnapshot, OSError) as error:
        if own:
            return own
        raise EvidenceUnreachable(f"No evidence available. {error}") from None


def recorded_database(found: places.Places) -> Path:
    """Return the database of a data folder; raise DatabaseMissing if it is not there, though records are."""
    path = found.database
    is_there = path.exists() and path.stat().st_size > 0
    if not is_there and (files := sum(1 for _ in found.records.rglob("*.jsonl"))):
        rebuild = shlex.join(["dask-matrix", "rebuild", "--data", str(found.data)])
        raise DatabaseMissing(
            f"The database {path} is missing, but there are {files} files of records. Make it again: `{rebuild}`."
        )
    return path


def _has_latest(own: LocalEvidence, question: Question) -> bool:
    """Whether ``latest`` means no older release in the data folder than in the snapshot; true if nobody asks for it."""
    if LATEST not in {question.start, question.target}:
        return True
    try:
        shipped = [Release(found) for text in read(places.snapshot()).releases if (found := version_of(text))]
    except BadSnapshot:
        return True
    last, mine = newest(shipped), newest(own.column_sets.releases)
    return last is None or (mine is not None and mine >= last)


def _data_folder_evidence(workspace: Workspace, stack: ExitStack) -> LocalEvidence | None:
    """Return a data folder's evidence, None if it has no database (none is created). ``stack`` closes the store."""
    path = workspace.places.database
    try:
        recorded_database(workspace.places)
    except DatabaseMissing as error:
        raise EvidenceUnreachable(str(error)) from None
    if not path.exists() or not path.stat().st_size:
        return None
    from dask_matrix.store.failures import DatabaseTooNew, DatabaseUnreachable
    from dask_matrix.store.store import Store
    from dask_matrix.store.upgrade_evidence import load_upgrade_evidence

    try:
        store = stack.enter_context(Store.open(workspace.places.database))
        return LocalEvidence(
            *load_upgrade_evidence(store, context(workspace), today()), f"the data folder {path.parent}"
        )
    except (DatabaseTooNew, DatabaseUnreachable) as error:
        raise EvidenceUnreachable(str(error)) from None


def _snapshot_evidence(workspace: Workspace) -> LocalEvidence:
    from dask_matrix.store.snapshots.upgrade_evidence import load_upgrade_evidence

    column_sets, evidence, head = load_upgrade_evidence(places.snapshot(), places.cache(), context(workspace), today())
    return LocalEvidence(column_sets, evidence, f"the snapshot of {head.made_at:%Y-%m-%d} that ships with dask-matrix")
