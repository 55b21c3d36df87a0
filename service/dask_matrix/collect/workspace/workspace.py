"""What every run starts from: the folders, the configuration, the index."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dask_matrix import places
from dask_matrix.collect.index.index import FRESH, Index
from dask_matrix.collect.index.settings import index_settings
from dask_matrix.collect.scenario_set import config
from dask_matrix.places import Places

if TYPE_CHECKING:
    from dask_matrix.collect.git.commit_pairs import Repositories
    from dask_matrix.collect.git.wheels import Builds

ANY_AGE = FRESH * 10**6
"""For listing sessions: what the index said last will do, however long ago."""


@dataclass(frozen=True)
class Workplace:
    """A data folder together with a scenario set. ``tests`` is the set's folder: ours unless a user gives another."""

    places: Places
    tests: Path

    @classmethod
    def of(cls, data: Path | None = None, tests: Path | None = None) -> Workplace:
        """Return the workplace in a data folder (the user's by default), with a scenario set (ours by default)."""
        return cls(Places((data or places.default_data()).resolve()), (tests or places.scenarios()).resolve())

    @cached_property
    def config(self) -> config.Config:
        """The scenario set's matrix.toml, or ours if it has none, with what variables say; raise InvalidConfig."""
        own = self.tests / "matrix.toml"
        path = own if own.exists() else places.scenarios() / "matrix.toml"
        return config.load(path).with_repositories(os.environ, path.parent)

    @cached_property
    def index(self) -> Index:
        """The user's package index, asked again when its answers are old."""
        return Index(index_settings(), self.places.index)

    @cached_property
    def git(self) -> Repositories:
        """The repositories of dask and distributed; what they said last where they can't be reached."""
        from dask_matrix.collect.git.commit_pairs import Repositories  # noqa: PLC0415 - seldom needed

        return Repositories(self.config.git, self.places.mirrors)

    @cached_property
    def git_as_kept(self) -> Repositories:
        """The same, content with what was fetched before."""
        from dask_matrix.collect.git.commit_pairs import Repositories  # noqa: PLC0415 - seldom needed

        return Repositories(self.config.git, self.places.mirrors, asks=False)

    @cached_property
    def builds(self) -> Builds:
        """The wheels of commits."""
        from dask_matrix.collect.git.wheels import Builds  # noqa: PLC0415 - seldom needed

        return Builds(self.git, self.places.wheels, self.index.settings)

    @cached_property
    def index_as_kept(self) -> Index:
        """The same, content with whatever is kept from before."""
        return Index(index_settings(), self.places.index, fresh=ANY_AGE)
