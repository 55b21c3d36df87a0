"""Merge the commits of two repositories into one line of commit pairs; each step changes one of the two."""

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
    """One commit pair of the line, and the commit that it adds to the previous one; none at the start."""

    dask: str
    distributed: str
    repository: str = ""
    commit: Of | None = None


def merge_commits(start: tuple[str, str], dask: Sequence[Of], distributed: Sequence[Of]) -> tuple[Place[Of], ...]:
    """Return the line that starts at a pair: one place for each commit of either repository, by date.

    Both are given oldest first and keep that order, whatever their dates; at equal dates dask comes first.
    """
    steps = sorted([*_dated(DASK, dask), *_dated(DISTRIBUTED, distributed)], key=lambda step: step[:2])
    places = [Place[Of](*start)]
    for _, repository, commit in steps:
        here = places[-1]
        pair = (commit.sha, here.distributed) if repository == DASK else (here.dask, commit.sha)
        places.append(Place(*pair, repository, commit))
    return tuple(places)


def _dated(repository: str, commits: Sequence[Of]) -> Iterator[tuple[datetime, str, Of]]:
    """Yield commits with the date to merge by: never before the date of an earlier commit."""
    moments = accumulate((commit.at for commit in commits), max)
    for moment, commit in zip(moments, commits, strict=True):
        yield moment, repository, commit
