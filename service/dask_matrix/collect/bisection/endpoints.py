"""Finds the two ends of a search: those that are named, else the newest turning of the scenario in the stored results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.collect.bisection.stored_observations import columns, observed
from dask_matrix.domain.bisection.search import turnings
from dask_matrix.domain.environments.commit_pair import Refs
from dask_matrix.domain.environments.release import backports, find
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from dask_matrix.collect.bisection.stored_observations import Asked
    from dask_matrix.collect.workspace.workspace import Workplace
    from dask_matrix.domain.bisection.observations import Observation
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.store.store import Store


class NoEnds(DaskMatrixError):
    """An end was not named, and no stored result gives it."""


@dataclass(frozen=True)
class Ends:
    """The two ends in order of history: releases of the index, or pairs of commits."""

    start: Release
    end: Release

    @property
    def are_releases(self) -> bool:
        """Whether the releases of the index between them can be searched."""
        return self.start.pair is None and self.end.pair is None


@dataclass(frozen=True)
class Named:
    """The ends as a command line names them, in order of history; empty where the stored results give one."""

    start: str
    end: str
    mends: bool

    @property
    def options(self) -> tuple[str, str]:
        """The options that name them."""
        return ("--bad", "--good") if self.mends else ("--good", "--bad")


def ends(named: Named, asked: Asked, workplace: Workplace, store: Store) -> Ends:
    """Return both ends; raise UnknownRelease, UnknownRef or NoEnds."""
    start = _release(named.start, workplace) if named.start else None
    end = _release(named.end, workplace) if named.end else None
    if start is None or end is None:
        if any(each and each.pair for each in (start, end)):
            raise NoEnds(f"Name both ends with {' and '.join(named.options)} where one of them is a commit.")
        before, after = _turned(start, end, named, asked, _seen(asked, workplace, store))
        start, end = start or before, end or after
    return Ends(start, end)


def as_pair(release: Release, workplace: Workplace) -> Release:
    """Return the commits that a release was made of, by its tags; a pair as it is. Raises what the repositories raise."""
    return release if release.pair else workplace.git.pair(f"dask@{release}+distributed@{release}")


def _release(text: str, workplace: Workplace) -> Release:
    return workplace.git.pair(text) if Refs.parse(text) else find(text, workplace.index.releases())


def _seen(asked: Asked, workplace: Workplace, store: Store) -> dict[Release, Observation]:
    """Return what is stored of each release of the index, in order; on the newest Python where none was asked for."""
    every = workplace.index.releases()
    chosen = {
        each.release: each for each in columns(asked.setting, store) if each.release in every
    }  # in order of Python
    late = backports({release: every[release].released_at for release in chosen})
    return {each: observed(chosen[each], asked, store) for each in sorted(chosen) if each not in late}


def _turned(
    start: Release | None, end: Release | None, named: Named, asked: Asked, seen: dict[Release, Observation]
) -> tuple[Release, Release]:
    """Return the newest stored turning of the kind that is searched, between the ends that are named."""
    releases = list(seen)
    found = [
        (releases[each.before], releases[each.after])
        for each in turnings(dict(enumerate(seen.values())))
        if each.breaks is not named.mends
    ]
    fitting = [turn for turn in found if (start is None or turn[0] >= start) and (end is None or turn[1] <= end)]
    if not fitting:
        kind = "bad to good" if named.mends else "good to bad"
        raise NoEnds(
            f"No stored result of {asked.scenario.id} turns from {kind} there. Name both ends with {' and '.join(named.options)}."
        )
    return fitting[-1]
