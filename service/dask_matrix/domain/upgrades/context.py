"""What is held to be so without any record: known failures, kinds of work that have a name, releases that exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.upgrades.scope import Profile
    from dask_matrix.domain.verdicts.known_failures import Known


@dataclass(frozen=True)
class Beliefs:
    """What a scenario set says in known.toml and matrix.toml, and the releases that the package index listed last."""

    known: tuple[Known, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    released: tuple[Release, ...] = ()
