"""What is told of environments and releases, whether as pages or as JSON: what they turned against the one before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.environments.release import InvalidRelease, Release, nearest
from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.transitions.row_neighbours import before
from dask_matrix.domain.upgrades.environment_diff import Change, change

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.records.installation import Installation
    from dask_matrix.web.reader import Reader


LATEST = "latest"
"""Stands for the newest release that has an environment in lane as-released."""


@dataclass(frozen=True)
class Column:
    """One environment; ``change`` is against the one before in its lane, None for the first or if it cannot be had.

    ``matrix`` has at least the cells of its column. ``installation`` is told of one that is asked for by its key, where it
    was recorded.
    """

    environment: Environment
    matrix: Matrix
    change: Change | None
    installation: Installation | None = None


@dataclass(frozen=True)
class Version:
    """What one name stands for, with its environments, and the releases before and after it.

    ``name`` is a version, or ``main``. Several pairs of commits may be of one version: they differ in one project.
    """

    name: str
    columns: tuple[Column, ...]
    before: Release | None
    after: Release | None


def column(books: Reader, key: str, at: datetime | None) -> Column:
    """Return an environment as it is, or as it was at a moment; raise UnknownName."""
    found = _columns(books, [books.store.environment(key)], _environments(books, at), at)[0]
    return replace(found, installation=books.store.installation(key, at))


def version(books: Reader, text: str, at: datetime | None) -> Version:
    """Return a release, or the newest ``main``, as it is or was at a moment; raise UnknownName for one without environment."""
    environments = _environments(books, at)
    known = list(dict.fromkeys(each.release for each in environments))  # in the order of columns
    name = _named(text, environments)
    found = [each for each in environments if name in {str(each.release), *([MAIN] if _is_main(each) else [])}]
    if not found:
        raise UnknownName("release", text, _like(text, known))
    places = [known.index(each.release) for each in found]
    first, last = min(places), max(places)
    return Version(
        name=name,
        columns=tuple(_columns(books, found, environments, at)),
        before=known[first - 1] if first else None,
        after=known[last + 1] if last + 1 < len(known) else None,
    )


def _is_main(environment: Environment) -> bool:
    return environment.pair is not None and environment.pair.is_main


def _environments(books: Reader, at: datetime | None) -> tuple[Environment, ...]:
    return books.matrix(at).environments


def _columns(
    books: Reader, wanted: list[Environment], environments: tuple[Environment, ...], at: datetime | None
) -> list[Column]:
    earlier = {each.key: before(environments, each) for each in wanted}
    sides = books.sides(at)

    def against(each: Environment) -> Change | None:
        other = earlier[each.key]
        if other is None or each.refusal:
            return None
        return change(sides, other, each, lambda key: books.warnings(sides, key, at))

    return [Column(each, sides.matrix, against(each)) for each in wanted]


def _named(text: str, environments: Collection[Environment]) -> str:
    """Return the name of the release that a text means."""
    released = [each.release for each in environments if each.lane is Lane.AS_RELEASED]
    return str(max(released)) if text == LATEST and released else text


def _like(text: str, known: Collection[Release]) -> list[str]:
    """Return the releases around one that there is not; the newest where it is no release at all."""
    try:
        return [str(each) for each in nearest(Release.parse(text), known)]
    except InvalidRelease:
        return [str(each) for each in sorted(known, reverse=True)[:4]]
