"""Resolve texts such as ``main`` or ``dask@REF`` to commit pairs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from dask_matrix.collect.git import version
from dask_matrix.collect.git.mirror import open_repository
from dask_matrix.collect.index.index import IndexedRelease
from dask_matrix.domain.environments.commit_pair import MAIN, PROJECTS, Pair, Refs
from dask_matrix.domain.environments.release import InvalidRelease, Release

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.collect.git.repository import Repository
    from dask_matrix.collect.scenario_set.config import GitTable


@dataclass
class Repositories:
    """The two repositories. Without ``online`` the network is not used. ``notes`` collects warnings for the user."""

    table: GitTable
    mirrors: Path
    online: bool = True
    notes: list[str] = field(default_factory=list)

    @cached_property
    def dask(self) -> Repository:
        """The repository of dask; raises GitFailed."""
        return self._open("dask")

    @cached_property
    def distributed(self) -> Repository:
        """The repository of distributed; raises GitFailed."""
        return self._open("distributed")

    def of(self, project: str) -> Repository:
        """Return the repository of a project."""
        return self.dask if project == "dask" else self.distributed

    def pair(self, text: str) -> Release:
        """Resolve a text such as ``main``, ``0fa5e18d5`` or ``dask@REF+distributed@REF``.

        If only one project is named, the other is its newest commit no later than that, on the first-parent line of the
        same branch. Raises InvalidRelease, UnknownRef, MissingObject, GitFailed.
        """
        if (refs := Refs.parse(text)) is None:
            raise InvalidRelease(
                f"{text!r} does not name a commit. Use main, dask@REF, distributed@REF or dask@REF+distributed@REF."
            )
        named = {project: self.of(project).resolve(ref) for project in PROJECTS if (ref := refs.of(project))}
        for project in PROJECTS:
            if project not in named:
                (other, sha), *_ = named.items()
                moment = self.of(other).commit(sha).at
                named[project] = (
                    self.of(project).newest_until(moment, self._branch(project, refs.of(other) or MAIN)).sha
                )
        return self.release(named["dask"], named["distributed"], refs.text)

    def release(self, dask: str, distributed: str, ref: str = "") -> Release:
        """Return the commit pair of two full SHAs, with the version of the dask commit."""
        commits = self.dask.commit(dask).commit, self.distributed.commit(distributed).commit
        return Release(version.version_of(self.dask, dask), Pair(*commits, ref))

    def indexed(self, release: Release) -> IndexedRelease:
        """Return a commit pair as an index entry: dated by its later commit, for the Pythons that both support."""
        if release.pair is None:
            raise ValueError(release)
        supported = [version.requires_python(self.of(each), release.pair.commit(each).sha) for each in PROJECTS]
        return IndexedRelease(release, release.pair.at, supported[0] & supported[1], yanked=False)

    def _branch(self, project: str, ref: str) -> str:
        """Return the branch to pair with ``ref``: the one of the same name if there is one, else ``main``."""
        if ref == MAIN:
            return MAIN
        self.of(project).update()
        return ref if self.of(project).has_branch(ref) else MAIN

    def _open(self, project: str) -> Repository:
        address = self.table.address(project)
        return open_repository(project, address, self.table.branch, self.mirrors, self.notes, online=self.online)
