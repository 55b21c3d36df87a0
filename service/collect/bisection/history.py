"""The histories that are bisected: the releases between two ends, and the commits of both repositories between two pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from service.collect.select import Narrowing, wanted
from service.domain.bisected import Suspect
from service.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from service.collect.bisection.asked import Setting
    from service.collect.index import IndexedRelease
    from service.collect.select import Wanted
    from service.collect.workplace import Workplace
    from service.domain.release import Release

COMPARED = "https://github.com/dask/dask/compare"


class NoHistory(DaskMatrixError):
    """Two ends with nothing to search between them."""


@dataclass(frozen=True)
class Point:
    """One point: by what its environments are known, what is told of it should it be a suspect, how to ask for its environment.

    ``identity`` is a release of the index, or the two commits of a pair; ``text`` names it on a command line.
    """

    identity: Release | tuple[str, str]
    text: str
    suspect: Suspect
    ask: Callable[[], Wanted]

    @property
    def name(self) -> str:
        """How it is called."""
        return self.suspect.name

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
    backports = late([*between, every[end]])
    chosen = [start, *(each.release for each in between if each.release not in backports), end]
    narrowing = Narrowing(tuple(map(str, chosen)), (setting.python,) if setting.python else (), (setting.lane,))
    asked = {each.spec.release: each for each in wanted(narrowing, workplace.config, workplace.index)}
    points = tuple(_point(before, asked[each]) for before, each in pairwise([start, *chosen]))
    notes = (
        (f"Left out, since uploaded after a higher one: {', '.join(map(str, sorted(backports)))}.",)
        if backports
        else ()
    )
    return History("releases", points, notes)


def _point(before: Release, asked: Wanted) -> Point:
    release = asked.spec.release
    suspect = Suspect(name=str(release), authored=asked.indexed.released_at, link=f"{COMPARED}/{before}...{release}")
    return Point(release, str(release), suspect, lambda: asked)


def late(ascending: Iterable[IndexedRelease]) -> frozenset[Release]:
    """Return the releases that were uploaded after a higher one."""
    found, earliest = set(), None
    for each in reversed(list(ascending)):
        if earliest is not None and each.released_at > earliest:
            found.add(each.release)
        else:
            earliest = each.released_at
    return frozenset(found)
