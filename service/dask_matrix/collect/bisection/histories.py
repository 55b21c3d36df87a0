"""The histories to bisect: releases between two endpoints, or commits of both repositories between two pairs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from dask_matrix.collect.git.command import git
from dask_matrix.collect.workspace.selection import SelectionOptions, select_commit_pair, select_environments
from dask_matrix.domain.bisection.commit_line import merge_commits
from dask_matrix.domain.environments.commit_pair import PROJECTS, PUBLIC, SHORT, Refs, short_text, spec_text
from dask_matrix.domain.environments.lineage import Lineage
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.records.bisection import Suspect

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_matrix.collect.bisection.stored_observations import Setting
    from dask_matrix.collect.git.repository import LogEntry, Repository
    from dask_matrix.collect.workspace.selection import SelectedEnvironment
    from dask_matrix.collect.workspace.workspace import Workspace
    from dask_matrix.domain.bisection.commit_line import Place
    from dask_matrix.domain.environments.commit_pair import Pair
    from dask_matrix.domain.environments.release import Release

COMPARE_URL = f"{PUBLIC['dask']}/compare"


class NoHistory(DaskMatrixError):
    """There is nothing to search between two endpoints."""


@dataclass(frozen=True)
class Point:
    """One release or commit pair of a history.

    ``identity`` is a release on the index, or the two commits of a pair; ``name`` is for people, ``text`` for a command
    line; ``suspect`` describes it if it may be the first bad one; ``select`` returns its environment.
    """

    identity: Release | tuple[str, str]
    name: str
    text: str
    suspect: Suspect
    select: Callable[[], SelectedEnvironment]

    @cached_property
    def selected(self) -> SelectedEnvironment:
        """Its environment; created on first use, since that reads commits."""
        return self.select()


@dataclass(frozen=True)
class History:
    """The points from one endpoint to the other, in order; ``over`` is their kind, ``notes`` say what is left out."""

    over: str
    points: tuple[Point, ...]
    notes: tuple[str, ...] = ()

    @property
    def last(self) -> int:
        """Index of the last point."""
        return len(self.points) - 1


def releases(start: Release, end: Release, setting: Setting, workspace: Workspace) -> History:
    """Return the releases from one to another; raise NoHistory unless the first is the earlier one.

    Backports (releases uploaded after a higher one) are left out unless they are endpoints.
    """
    if start >= end:
        raise NoHistory(f"{start} is not before {end}. --good must be earlier than --bad, or later with --find-fix.")
    every = workspace.index.releases()
    between = [each for release, each in every.items() if start < release < end and each.stable]
    left_out = Lineage({each.release: each.released_at for each in (*between, every[end])}).backports
    chosen = [start, *(each.release for each in between if each.release not in left_out), end]
    options = SelectionOptions(tuple(map(str, chosen)), (setting.python,) if setting.python else (), (setting.lane,))
    selected = {each.spec.release: each for each in select_environments(options, workspace.config, workspace.index)}
    points = tuple(_release_point(before, selected[each]) for before, each in pairwise([start, *chosen]))
    notes = (f"Backports left out: {', '.join(map(str, sorted(left_out)))}.",) if left_out else ()
    return History("releases", points, notes)


def _release_point(before: Release, selected: SelectedEnvironment) -> Point:
    release = selected.spec.release
    suspect = Suspect(
        name=str(release), authored=selected.indexed.released_at, link=f"{COMPARE_URL}/{before}...{release}"
    )
    return Point(release, str(release), str(release), suspect, lambda: selected)


def commits(start: Release, end: Release, setting: Setting, workspace: Workspace) -> History:
    """Return the first-parent commits of both repositories from one pair to another, merged by date.

    Raises NoHistory if there is none, and what the repositories raise.
    """
    if start.pair is None or end.pair is None:
        raise ValueError(start, end)
    notes: list[str] = []
    lines, bases = {}, {}
    for project in PROJECTS:
        ends = start.pair.commit(project).sha, end.pair.commit(project).sha
        lines[project], bases[project] = _line(workspace.git.of(project), *ends, notes)
    places = merge_commits((bases["dask"], bases["distributed"]), lines["dask"], lines["distributed"])
    if len(places) == 1:
        raise NoHistory(f"No commits between {_name(start.pair)} and {_name(end.pair)}. Give the earlier one first.")
    points = [_commit_point(each, setting, workspace) for each in places]
    points[0], points[-1] = _with_name(points[0], start.pair), _with_name(points[-1], end.pair)
    return History("commits", tuple(points), tuple(notes))


def _with_name(point: Point, pair: Pair) -> Point:
    """Return the point of an endpoint, named as the user named it."""
    is_it = point.identity == (pair.dask.sha, pair.distributed.sha)
    return replace(point, name=_name(pair)) if is_it else point


def _line(repository: Repository, start: str, end: str, notes: list[str]) -> tuple[list[LogEntry], str]:
    """Return the commits from one to another, and their base: ``start``, or where it left the line to ``end``."""
    found = repository.first_parent_line(start, end)
    if not found:
        return found, start
    base = git(repository.folder, "rev-parse", f"{found[0].sha}^1").strip()
    if base != start:
        off_line = f"{start[:SHORT]} of {repository.project} is not a first-parent ancestor of {end[:SHORT]}"
        notes.append(f"{off_line}: searched from {base[:SHORT]}, where the branches diverge.")
    return found, base


def _commit_point(place: Place[LogEntry], setting: Setting, workspace: Workspace) -> Point:
    short, text = short_text(place.dask, place.distributed), spec_text(place.dask, place.distributed)

    def select() -> SelectedEnvironment:
        release = workspace.git.release(place.dask, place.distributed, text)
        return select_commit_pair(release, workspace, setting.python, setting.lane)

    return Point((place.dask, place.distributed), short, text, _suspect(place, short), select)


def _suspect(place: Place[LogEntry], short: str) -> Suspect:
    """Return the commit that a pair adds, as a suspect; the first pair adds none."""
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


def _name(pair: Pair) -> str:
    """Return a pair's short name, followed by its branch or common tag if the user named one."""
    refs = Refs.parse(pair.ref)
    named = {refs.of(project) for project in PROJECTS} - {None} if refs else set()
    labels = {each for each in named if each and not pair.dask.sha.startswith(each)}
    return f"{pair.short} ({labels.pop()})" if len(named) == len(labels) == 1 else pair.short
