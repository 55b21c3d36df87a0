"""What the web keeps of a store: the matrix at one revision, on one day, with what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from dask_matrix.domain.matrix.encoded_rows import Strips
from dask_matrix.domain.upgrades.columns import Sides
from dask_matrix.domain.upgrades.upgrade import Backing
from dask_matrix.store.upgrade_evidence import Warnings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.upgrades.context import Beliefs
    from dask_matrix.store.matrix_contents import Present
    from dask_matrix.store.store import Store


@dataclass(frozen=True)
class Kept:
    """A store at a revision, on a day. It stays as it is: another takes its place when the store or the day is another.

    ``changed`` has the ids of the rows that differ from the one before, None where all may; ``drawn`` the strips of the
    others, where they had been drawn.
    """

    day: date
    present: Present
    sides: Sides
    warnings: Warnings
    beliefs: Beliefs
    changed: frozenset[str] | None = None
    drawn: Mapping[str, str] = field(default_factory=dict)

    @property
    def revision(self) -> int:
        """The revision of the store."""
        return self.present.revision

    @property
    def matrix(self) -> Matrix:
        """The matrix, with the failures noted that are known on the day."""
        return self.sides.matrix

    @property
    def backing(self) -> Backing:
        """What answers about upgrades rest on beside it."""
        return Backing(self.present.spans, self.warnings, self.beliefs)

    @cached_property
    def strips(self) -> Strips:
        """The matrix with the strip of each row; only the rows that changed are drawn."""
        return Strips.of(self.matrix, self.drawn)


@dataclass(frozen=True)
class Then:
    """The matrix as it was at a moment, with the failures noted that were known on that day."""

    matrix: Matrix

    @cached_property
    def strips(self) -> Strips:
        """The matrix with the strip of each row."""
        return Strips.of(self.matrix)


def kept(store: Store, beliefs: Beliefs, day: date, before: Kept | None = None) -> Kept:
    """Return what a store holds; where nothing but verdicts has changed since ``before``, all else is taken from there."""
    present = store.present(before.present if before else None)
    if before is None or before.day != day or present.changed is None:
        sides = Sides(present.matrix.listing(beliefs.known, day))
        return Kept(day, present, sides, Warnings(store), beliefs)
    changed = frozenset(scenario for scenario, _ in present.changed)
    strips = before.strips.strips if "strips" in vars(before) else before.drawn
    return Kept(
        day,
        present,
        before.sides.after(replace(present.matrix, known=before.matrix.known), present.changed),
        before.warnings.after({environment for _, environment in present.changed}),
        beliefs,
        changed,
        {scenario: strip for scenario, strip in strips.items() if scenario not in changed},
    )
