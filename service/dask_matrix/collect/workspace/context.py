"""Load the context of a workspace: known failures, profiles and published releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.collect.scenario_set import known_failures
from dask_matrix.domain.upgrades.context import Context

if TYPE_CHECKING:
    from dask_matrix.collect.workspace.workspace import Workspace


def context(workspace: Workspace) -> Context:
    """Return the known failures and profiles of a scenario set, and the releases in the cache of the index.

    No network access. Raises InvalidConfig for known.toml or matrix.toml.
    """
    profiles = {name: lines.profile() for name, lines in workspace.config.profiles.items()}
    return Context(known_failures.load(workspace.tests), profiles, workspace.index.cached_releases())
