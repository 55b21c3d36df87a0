"""Known failures, profiles and published releases: what we know besides results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.upgrades.scope import Profile
    from dask_matrix.domain.verdicts.known_failures import KnownFailure


@dataclass(frozen=True)
class Context:
    """The contents of known.toml, the profiles of matrix.toml, and the releases the package index listed last.

    ``released`` maps each release to its upload, None if the index does not tell it.
    """

    known: tuple[KnownFailure, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    released: Mapping[Release, datetime | None] = field(default_factory=dict)

    def applied_to(self, matrix: Matrix, day: date) -> Matrix:
        """Return a matrix with the known failures of a day, and the published releases that have no column."""
        return matrix.with_published(self.released).with_known_failures(self.known, day)
