"""The histories that are bisected: the releases between two ends, and the commits of both repositories between two pairs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from dask_matrix.collect.git.command import git
from dask_matrix.collect.workspace.selection import Narrowing, wanted, wanted_pair
from dask_matrix.domain.bisection.commit_line import merged
from dask_matrix.domain.environments.commit_pair import PROJECTS, PUBLIC, SHORT, Refs, as_text, in_short
from dask_matrix.domain.environments.release import backports
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.records.bisection import Suspect

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_matrix.collect.bisection.stored_observations import Setting
    from dask_matrix.collect.git.repository import Logged, Repository
    from dask_matrix.collect.workspace.selection import Wanted
    from dask_matrix.collect.workspace.workspace import Workplace
    from dask_matrix.domain.bisection.commit_line import Place
    from dask_matrix.domain.environments.commit_pair import Pair
    from dask_matrix.domain.environments.release import Release

COMPARED = f"{PUBLIC['dask']}/compare"


class NoHistory(DaskMatrixError):
    """Two ends with nothing to search between them."""


@dataclass(frozen=True)
class Point:
    """One point: by what its environments are known, what is told of it should it be a suspect, how to ask for its environment.

    ``identity`` is a release of the index, or the two commits of a pair; ``name`` is for people, ``text`` for a command line.
    """

    identity: Release | tuple[str, str]
    name: str
    text: str
    suspect: Suspect
    ask: Callable[[], Wanted]

    @cached_property
    def wanted(self) -> Wanted:
        """Its environment; made when it is asked for, since commits have to be read for it."""
        return self.ask()


@dataclass(frozen=True)
class History:
    """The points from one end to the other, in order; ``over`` says of what, ``notes`` what is left out."""

    over: str
    points: tuple[Point, ...]
    notes: tuple[str, ...] = ()

    @property
    def last(self) -> int:
        """The last point."""
        return len(self.points) - 1


def releases(start: Release, end: Release, setting: Setting, workplace: Workplace) -> History:
    """Return the releases from one to another; raise NoHistory where the first is not the earlier one.

    A release that was uploaded after a higher one is left out, unless it is an end: a backport is not on the way.
    """
    if start >= end:
        raise NoHistory(f"{start} is not before {end}: nothing lies between them.")
    every = workplace.index.releases()
    between = [each for release, each in every.items() if start < release < end and each.offered]
    late = backports({each.release: each.released_at for each in (*between, every[end])})
    chosen = [start, *(each.release for each in between if each.release not in late), end]
    narrowing = Narrowing(tuple(map(str, chosen)), (setting.python,) if setting.python else (), (setting.lane,))
    asked = {each.spec.release: each for each in wanted(narrowing, workplace.config, workplace.index)}
    points = tuple(_point(before, asked[each]) for before, each in pairwise([start, *chosen]))
    notes = (f"Left out, since uploaded after a higher one: {', '.join(map(str, sorted(late)))}.",) if late else ()
    return History("releases", points, notes)


def _point(before: Release, asked: Wanted) -> Point:
    release = asked.spec.release
    suspect = Suspect(name=str(release), authored=asked.indexed.released_at, link=f"{COMPARED}/{before}...{release}")
    return Point(release, str(release), str(release), suspect, lambda: asked)


def commits(start: Release, end: Release, setting: Setting, workplace: Workplace) -> History:
    """Return the first-parent commits of both repositories from one pair to another, merged by date.

    Raises NoHistory where there is none, and what the repositories raise.
    """
    if start.pair is None or end.pair is None:
        raise ValueError(start, end)
    notes: list[str] = []
    lines, begun = {}, {}
    for project in PROJECTS:
        ends = start.pair.commit(project).sha, end.pair.commit(project).sha
        lines[project], begun[project] = _line(workplace.git.of(project), *ends, notes)
    places = merged((begun["dask"], begun["distributed"]), lines["dask"], lines["distributed"])
    if len(places) == 1:
        raise NoHistory(
            f"No commit lies between {_called(start.pair)} and {_called(end.pair)}: name the earlier one first."
        )
    points = [_place(each, setting, workplace) for each in places]
    points[0], points[-1] = _named(points[0], start.pair), _named(points[-1], end.pair)
    return History("commits", tuple(points), tuple(notes))


def _named(point: Point, pair: Pair) -> Point:
    """Return the point of an end with what it was called."""
    is_it = point.identity == (pair.dask.sha, pair.distributed.sha)
    return replace(point, name=_called(pair)) if is_it else point


def _line(repository: Repository, start: str, end: str, notes: list[str]) -> tuple[list[Logged], str]:
    """Return the commits from one to another, and where they begin: where the first left the line of the second, if it did."""
    found = repository.line(start, end)
    if not found:
        return found, start
    begins = git(repository.folder, "rev-parse", f"{found[0].sha}^1").strip()
    if begins != start:
        told = f"{start[:SHORT]} of {repository.project} is not on the line to {end[:SHORT]}"
        notes.append(f"{told}: searched from {begins[:SHORT]}, where it left it.")
    return found, begins


def _place(place: Place[Logged], setting: Setting, workplace: Workplace) -> Point:
    short, text = in_short(place.dask, place.distributed), as_text(place.dask, place.distributed)

    def ask() -> Wanted:
        release = workplace.git.release(place.dask, place.distributed, text)
        return wanted_pair(release, workplace, setting.python, setting.lane)

    return Point((place.dask, place.distributed), short, text, _suspect(place, short), ask)


def _suspect(place: Place[Logged], short: str) -> Suspect:
    """Return what is told of the commit that a pair steps to; the first of a line steps nowhere."""
    commit, repository = place.commit, place.repository
    if commit is None:
        return Suspect(name=short)
    return Suspect(
        name=f"{repository} {commit.sha[:SHORT]}",
        repository=repository,
        commit=commit.sha,
        authored=commit.authored,
        author=commit.author,
        subject=commit.subject,
        link=f"{PUBLIC[repository]}/commit/{commit.sha}",
    )


def _called(pair: Pair) -> str:
    """Return a pair with what was asked for where that says more: a branch, or the one tag of both repositories."""
    refs = Refs.parse(pair.ref)
    named = {refs.of(project) for project in PROJECTS} - {None} if refs else set()
    told = {each for each in named if each and not pair.dask.sha.startswith(each)}
    return f"{pair.short} ({told.pop()})" if len(named) == len(told) == 1 else pair.short
