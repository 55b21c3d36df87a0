"""What is held to be so without any record: what a scenario set says, and which releases there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.collect.scenario_set import known_failures
from dask_matrix.domain.upgrades.context import Beliefs

if TYPE_CHECKING:
    from dask_matrix.collect.workspace.workspace import Workplace


def beliefs(workplace: Workplace) -> Beliefs:
    """Return the known failures and the profiles of a scenario set, and the releases that the index listed last.

    Nobody is asked. Raises InvalidConfig of known.toml or matrix.toml.
    """
    profiles = {name: lines.profile() for name, lines in workplace.config.profiles.items()}
    kept = workplace.places.index.is_dir()  # where nothing is kept, whose index it would be is slow to find out
    return Beliefs(known_failures.load(workplace.tests), profiles, workplace.index.kept_releases() if kept else ())
