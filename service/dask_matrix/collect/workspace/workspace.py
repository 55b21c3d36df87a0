"""The workspace: a data folder and a scenario set, with their configuration, package index and repositories."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dask_matrix import places
from dask_matrix.collect.index.index import MAX_AGE, Index
from dask_matrix.collect.index.settings import index_settings
from dask_matrix.collect.scenario_set import config
from dask_matrix.places import Places

if TYPE_CHECKING:
    from dask_matrix.collect.git.commit_pairs import Repositories
    from dask_matrix.collect.git.wheels import WheelCache

ANY_AGE = MAX_AGE * 10**6
"""Older than any cache: use what is cached, whatever its age."""


@dataclass(frozen=True)
class Workspace:
    """A data folder together with a scenario set. ``tests`` is the folder of the set, by default the bundled one."""

    places: Places
    tests: Path

    @classmethod
    def of(cls, data: Path | None = None, tests: Path | None = None) -> Workspace:
        """Return the workspace of a data folder (by default the user's) and a scenario set (by default the bundled one)."""
        return cls(Places((data or places.default_data()).resolve()), (tests or places.scenarios()).resolve())

    @cached_property
    def config(self) -> config.Config:
        """The set's matrix.toml, or the bundled one if it has none, with environment variables applied; raise InvalidConfig."""
        own = self.tests / "matrix.toml"
        path = own if own.exists() else places.scenarios() / "matrix.toml"
        return config.load(path).with_repositories(os.environ, path.parent)

    @cached_property
    def index(self) -> Index:
        """The user's package index; asked again when the cache is old."""
        return Index(index_settings(), self.places.index)

    @cached_property
    def git(self) -> Repositories:
        """The repositories of dask and distributed; falls back to earlier fetches if they cannot be reached."""
        from dask_matrix.collect.git.commit_pairs import Repositories  # noqa: PLC0415 - seldom needed

        return Repositories(self.config.git, self.places.mirrors)

    @cached_property
    def cached_git(self) -> Repositories:
        """The repositories as last fetched, without network access."""
        from dask_matrix.collect.git.commit_pairs import Repositories  # noqa: PLC0415 - seldom needed

        return Repositories(self.config.git, self.places.mirrors, online=False)

    @cached_property
    def wheel_cache(self) -> WheelCache:
        """The wheels built from commits."""
        from dask_matrix.collect.git.wheels import WheelCache  # noqa: PLC0415 - seldom needed

        return WheelCache(self.git, self.places.wheels, self.index.settings)

    @cached_property
    def cached_index(self) -> Index:
        """The package index; only asked if nothing is cached."""
        return Index(index_settings(), self.places.index, max_age=ANY_AGE)
