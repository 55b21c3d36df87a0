"""The commits of two repositories as one line: at each place a pair, which steps in one of the two."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

DASK, DISTRIBUTED = "dask", "distributed"


class Dated(Protocol):
    """A commit with its commit date."""

    @property
    def sha(self) -> str:
        """Its 40 hex digits."""

    @property
    def at(self) -> datetime:
        """Its commit date."""


Of = TypeVar("Of", bound=Dated)


@dataclass(frozen=True)
class Place(Generic[Of]):
    """One place of a merged line: a commit of each repository, and which of the two it steps in; neither at its start."""

    dask: str
    distributed: str
    repository: str = ""
    commit: Of | None = None


def merged(start: tuple[str, str], dask: Sequence[Of], distributed: Sequence[Of]) -> tuple[Place[Of], ...]:
    """Return the line from a pair on: one place for each commit of either repository, by date.

    Both are given oldest first and stay in that order, whatever their dates say; of two at one moment dask's comes first.
    """
    steps = sorted([*_in_turn(DASK, dask), *_in_turn(DISTRIBUTED, distributed)], key=lambda step: step[:2])
    places = [Place[Of](*start)]
    for _, repository, commit in steps:
        here = places[-1]
        sides = (commit.sha, here.distributed) if repository == DASK else (here.dask, commit.sha)
        places.append(Place(*sides, repository, commit))
    return tuple(places)


def _in_turn(repository: str, commits: Sequence[Of]) -> Iterator[tuple[datetime, str, Of]]:
    """Yield commits with the moments they are merged by: none is before the one it stands on."""
    moments = accumulate((commit.at for commit in commits), max)
    for moment, commit in zip(moments, commits, strict=True):
        yield moment, repository, commit
