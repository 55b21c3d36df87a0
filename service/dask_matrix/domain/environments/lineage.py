"""Which release each release follows: the one rule behind every comparison of neighbours."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import UTC, date
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from dask_matrix.domain.environments.commit_pair import Pair
    from dask_matrix.domain.environments.release import Release


@dataclass(frozen=True)
class Lineage:
    """The published releases, and when each was uploaded; None if unknown.

    A release follows the highest one below it that was uploaded no later (in days: releases of one day are ordered by
    number). So nothing follows a backport that was uploaded after it, and a backport follows the release that it mends.
    A commit pair follows the newest release that it contains.
    """

    uploaded: Mapping[Release, datetime | None] = field(default_factory=dict)

    def predecessor(self, release: Release) -> Release | None:
        """Return the release that this one follows, None if it is the first of its line."""
        if release in self._predecessors:
            return self._predecessors[release]
        if (base := release.contains) in self._days:
            return base
        return next(self._uploaded_by(release), None)

    def ancestors(self, release: Release) -> Iterator[Release]:
        """Yield the releases that this one follows, directly or not, nearest first."""
        before = self.predecessor(release)
        while before is not None:
            yield before
            before = self._predecessors[before]

    def descendants(self, release: Release) -> set[Release]:
        """Return a release and the published ones that follow it, directly or not."""
        found = {release}
        for each, before in self._predecessors.items():
            if before in found:
                found.add(each)
        return found

    def between(self, before: Release, after: Release) -> list[Release]:
        """Return the releases on the line from one to another, without both, in order; empty if they share no line."""
        found: list[Release] = []
        for each in self.ancestors(after):
            if each == before:
                return found[::-1]
            found.append(each)
        return []

    @cached_property
    def backports(self) -> frozenset[Release]:
        """The releases that were uploaded after a higher one; the release above a backport does not follow it."""
        newest = self.newest
        return frozenset(self._days) - {newest, *self.ancestors(newest)} if newest else frozenset()

    @cached_property
    def newest(self) -> Release | None:
        """The highest published release."""
        return max(self.uploaded, default=None)

    def sort_key(self, release: Release) -> tuple[Release, bool, Release]:
        """Return the key by which columns are ordered: releases by version, a commit pair after what it contains.

        Of the releases that it does not contain, it stands after those that were uploaded by its day.
        """
        if release.pair is None:
            return release, False, release
        inside = [release.contains] if release.contains else []
        older = [each for each in self._days if self._is_older(each, release.pair)]
        return max(inside + older[-1:], default=release), True, release

    def standing(self, release: Release) -> str:
        """Say when a commit pair was made and what it contains, if the newest release is not part of it; else nothing."""
        pair, newest = release.pair, self.not_contained(release)
        if pair is None or newest is None:
            return ""
        days = 0 if self._is_older(newest, pair) else (self._days[newest] - pair.day).days
        older = f"{days} {'day' if days == 1 else 'days'} older than {newest}" if days else f"without {newest}"
        inside = f"; the newest release that it contains is {release.contains}" if release.contains else ""
        return f"commit of {pair.day:%Y-%m-%d}, {older}{inside}"

    def not_contained(self, release: Release) -> Release | None:
        """Return the newest release if a commit pair does not contain it: by its history, or else by their dates."""
        if release.pair is None or self.newest is None:
            return None
        return self.newest if self.newest > (release.contains or self.sort_key(release)[0]) else None

    @cached_property
    def _days(self) -> dict[Release, date]:
        """The upload day of each release, in order of their number; one that is unknown is no backport."""
        found: dict[Release, date] = {}
        earliest = date.max
        for each in sorted(self.uploaded, reverse=True):
            found[each] = _day(self.uploaded[each]) or earliest
            earliest = min(earliest, found[each])
        return dict(reversed(found.items()))

    @cached_property
    def _predecessors(self) -> dict[Release, Release | None]:
        found: dict[Release, Release | None] = {}
        line: list[Release] = []
        for each, day in self._days.items():
            while line and self._days[line[-1]] > day:
                line.pop()
            found[each] = line[-1] if line else None
            line.append(each)
        return found

    def _uploaded_by(self, release: Release) -> Iterator[Release]:
        """Yield the releases below one that is not published, uploaded by its day if it has one, highest first.

        Without a version that tells what a commit pair contains, its day alone decides.
        """
        ordered, pair = list(self._days), release.pair
        below = ordered if pair and release.contains is None else ordered[: bisect_left(ordered, release)]
        return (each for each in reversed(below) if pair is None or self._is_older(each, pair))

    def _is_older(self, release: Release, pair: Pair) -> bool:
        """Whether a release was uploaded by the day of a commit pair, or nobody knows when."""
        return self.uploaded[release] is None or self._days[release] <= pair.day


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(UTC).date() if moment else None
