"""Known failures, profiles and published releases: what we know besides results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.upgrades.scope import Profile
    from dask_matrix.domain.verdicts.known_failures import KnownFailure


@dataclass(frozen=True)
class Context:
    """The contents of known.toml, the profiles of matrix.toml, and the releases the package index listed last."""

    known: tuple[KnownFailure, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    released: tuple[Release, ...] = ()
