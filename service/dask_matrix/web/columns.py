"""Environments and releases for their pages and JSON, with the changes from the previous release."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.environments.release import LATEST, InvalidRelease, Release, nearest
from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.transitions.row_neighbours import before
from dask_matrix.domain.upgrades.environment_diff import EnvironmentDiff, environment_diff

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.records.installation import Installation
    from dask_matrix.web.reader import Reader


@dataclass(frozen=True)
class Column:
    """One environment; ``change`` is from the previous one in its lane, None for the first or if it is uninstallable.

    ``matrix`` has at least the cells of its column. ``installation`` is only set for one requested by its key, if it
    was recorded.
    """

    environment: Environment
    matrix: Matrix
    change: EnvironmentDiff | None
    installation: Installation | None = None


@dataclass(frozen=True)
class Version:
    """One release by name, with its environments, the tested release that it follows, and the one that follows it.

    ``name`` is a version, or ``main``. Several commit pairs may share a version.
    """

    name: str
    columns: tuple[Column, ...]
    before: Release | None
    after: Release | None


def column(reader: Reader, key: str, at: datetime | None) -> Column:
    """Return an environment as it is, or as it was at a moment; raise UnknownName for an unknown key."""
    found = _columns(reader, [reader.store.environment(key)], at)[0]
    return replace(found, installation=reader.store.installation(key, at))


def version(reader: Reader, text: str, at: datetime | None) -> Version:
    """Return a release or the newest ``main``, now or at a moment; raise UnknownName for one without an environment."""
    matrix = reader.matrix(at)
    environments = matrix.environments
    name = _resolve_name(text, environments)
    found = [each for each in environments if name in {str(each.release), *([MAIN] if _is_main(each) else [])}]
    if not found:
        raise UnknownName("release", text, _nearest_names(text, {each.release for each in environments}))
    return Version(
        name=name,
        columns=tuple(_columns(reader, found, at)),
        before=_follows(matrix)[found[0].release],
        after=_after(matrix, {each.release for each in found}),
    )


def _follows(matrix: Matrix) -> dict[Release, Release | None]:
    """Return each release of a matrix, in order, with the nearest one there that it follows."""
    tested = dict.fromkeys(each.release for each in matrix.environments)
    return {
        release: next((each for each in matrix.lineage.ancestors(release) if each in tested), None)
        for release in tested
    }


def _after(matrix: Matrix, releases: Collection[Release]) -> Release | None:
    """Return the tested release that follows one of these: no backport or commit pair if there is another."""
    found = [after for after, before in _follows(matrix).items() if before in releases]
    late = matrix.lineage.backports
    return min(found, key=lambda each: (each.pair is not None, each in late), default=None)


def _is_main(environment: Environment) -> bool:
    return environment.pair is not None and environment.pair.is_main


def _columns(reader: Reader, selected: list[Environment], at: datetime | None) -> list[Column]:
    column_sets = reader.column_sets(at)
    matrix = column_sets.matrix
    earlier = {each.key: before(matrix, each) for each in selected}

    def against(each: Environment) -> EnvironmentDiff | None:
        other = earlier[each.key]
        if other is None or each.refusal:
            return None
        return environment_diff(column_sets, other, each, lambda key: reader.warnings(column_sets, key, at))

    return [Column(each, matrix, against(each)) for each in selected]


def _resolve_name(text: str, environments: Collection[Environment]) -> str:
    """Resolve ``latest`` to a version; return any other name unchanged."""
    released = [each.release for each in environments if each.lane is Lane.AS_RELEASED]
    return str(max(released)) if text == LATEST and released else text


def _nearest_names(text: str, known: Collection[Release]) -> list[str]:
    """Return the releases nearest to an unknown one; the newest if the text is not a version."""
    try:
        return [str(each) for each in nearest(Release.parse(text), known)]
    except InvalidRelease:
        return [str(each) for each in sorted(known, reverse=True)[:4]]
