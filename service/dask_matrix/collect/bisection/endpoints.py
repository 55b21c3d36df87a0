"""Find the two endpoints of a bisection: those given, else the newest transition in stored results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.collect.bisection.stored_observations import columns, observe_stored
from dask_matrix.domain.bisection.search import transitions
from dask_matrix.domain.environments.commit_pair import Refs
from dask_matrix.domain.environments.lineage import Lineage
from dask_matrix.domain.environments.release import find
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from dask_matrix.collect.bisection.stored_observations import ObservationQuery
    from dask_matrix.collect.workspace.workspace import Workspace
    from dask_matrix.domain.bisection.observations import Observation
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.store.store import Store


class NoEndpoints(DaskMatrixError):
    """An endpoint was not given, and stored results show no transition."""


@dataclass(frozen=True)
class Endpoints:
    """The two endpoints in order of history: releases on the index, or commit pairs."""

    start: Release
    end: Release

    @property
    def are_releases(self) -> bool:
        """Whether both are releases on the index, so that the releases in between can be searched."""
        return self.start.pair is None and self.end.pair is None


@dataclass(frozen=True)
class NamedEndpoints:
    """The endpoints as given on the command line, in order of history; empty to use stored results."""

    start: str
    end: str
    find_fix: bool

    @property
    def options(self) -> tuple[str, str]:
        """The options that set them, in order of history."""
        return ("--bad", "--good") if self.find_fix else ("--good", "--bad")


def find_endpoints(named: NamedEndpoints, query: ObservationQuery, workspace: Workspace, store: Store) -> Endpoints:
    """Return both endpoints; raise UnknownRelease, UnknownRef or NoEndpoints."""
    start = _release(named.start, workspace) if named.start else None
    end = _release(named.end, workspace) if named.end else None
    if start is None or end is None:
        if any(each and each.pair for each in (start, end)):
            raise NoEndpoints(f"Give both {' and '.join(named.options)} if one of them is a commit.")
        before, after = _newest_transition(start, end, named, query, _stored_observations(query, workspace, store))
        start, end = start or before, end or after
    return Endpoints(start, end)


def as_pair(release: Release, workspace: Workspace) -> Release:
    """Return the commit pair of a release, from its tags; a pair as is. Raises what the repositories raise."""
    return release if release.pair else workspace.git.pair(f"dask@{release}+distributed@{release}")


def _release(text: str, workspace: Workspace) -> Release:
    return workspace.git.pair(text) if Refs.parse(text) else find(text, workspace.index.releases())


def _stored_observations(query: ObservationQuery, workspace: Workspace, store: Store) -> dict[Release, Observation]:
    """Return stored observations by release, in order; on the newest Python unless one was requested."""
    every = workspace.index.releases()
    chosen = {
        each.release: each for each in columns(query.setting, store) if each.release in every
    }  # in order of Python
    late = Lineage({release: every[release].released_at for release in chosen}).backports
    return {each: observe_stored(chosen[each], query, store) for each in sorted(chosen) if each not in late}


def _newest_transition(
    start: Release | None,
    end: Release | None,
    named: NamedEndpoints,
    query: ObservationQuery,
    observations: dict[Release, Observation],
) -> tuple[Release, Release]:
    """Return the newest stored transition of the requested kind, between the given endpoints."""
    releases = list(observations)
    found = [
        (releases[each.before], releases[each.after])
        for each in transitions(dict(enumerate(observations.values())))
        if each.breaks is not named.find_fix
    ]
    in_range = [each for each in found if (start is None or each[0] >= start) and (end is None or each[1] <= end)]
    if not in_range:
        kind = "bad to good" if named.find_fix else "good to bad"
        raise NoEndpoints(
            f"Stored results of {query.scenario.id} show no change from {kind} in this range. "
            f"Give both {' and '.join(named.options)}."
        )
    return in_range[-1]
