"""What differs between two locks, and what only the dependencies can have done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.environments.environment import Lane, packages
from dask_matrix.domain.upgrades import reasons
from dask_matrix.domain.upgrades.answer import Lanes, PackageChange, Suspect
from dask_matrix.domain.upgrades.comparison import standing_for
from dask_matrix.domain.upgrades.labels import column, listed

if TYPE_CHECKING:
    from dask_matrix.domain.environments.environment import Python
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.upgrades.columns import Sides

MOVED = frozenset({"dask", "distributed"})
"""What the move itself is about: no change worth telling."""
FOREMOST = ("pandas", "numpy", "pyarrow", "scipy")
"""Told first: what behaviours turn on."""


def packages_changed(before: Environment | None, after: Environment | None) -> tuple[PackageChange, ...]:
    """Return the packages beside Dask that differ between two locks, those that behaviours turn on first."""
    if before is None or after is None or not before.lock or not after.lock:
        return ()
    old, new = packages(before.lock), packages(after.lock)
    differing = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name) and name not in MOVED]
    ordered = sorted(differing, key=lambda name: (name not in FOREMOST, name))
    return tuple(PackageChange(name=name, before=old.get(name), after=new.get(name)) for name in ordered)


def lanes(
    sides: Sides, release: Release, target: Environment | None, python: Python | None, scope: int
) -> Lanes | None:
    """Return what a release does differently with the latest dependencies; None if it does not, or nobody looked.

    ``target`` is the column that stands for it in the answer.
    """
    own = standing_for(sides, release, Lane.AS_RELEASED, python, like=target)
    other = standing_for(sides, release, Lane.LATEST, python, like=own)
    if own is None or other is None or own.refusal or other.refusal:
        return None
    a, b = sides.of(own), sides.of(other)
    breaks, mends = a.holds & b.broken & scope, a.broken & b.holds & scope
    if not breaks | mends:
        return None
    changed = packages_changed(own, other)
    return Lanes(
        other=column(other),
        breaks=_suspects(sides, other, breaks),
        mends=_suspects(sides, own, mends),
        packages=changed,
        sentence=_sentence(release, breaks.bit_count(), mends.bit_count(), changed),
    )


def _suspects(sides: Sides, place: Environment, rows: int) -> tuple[Suspect, ...]:
    return tuple(
        Suspect(
            scenario=row.id,
            title=row.title,
            exception=sides.matrix.cell(row, place).exception,
            known=listed(sides.matrix.known.get((row.id, place.key))),
        )
        for row in sides.rows(rows)
    )


def _sentence(release: Release, breaks: int, mends: int, changed: tuple[PackageChange, ...]) -> str:
    told = []
    if breaks:
        told.append(
            f"{reasons.that(breaks, 'hold')} on {release} as released {reasons.verb(breaks, 'break')} with the latest dependencies"
        )
    if mends:
        told.append(
            f"{reasons.that(mends, 'break')} as released {reasons.verb(mends, 'hold')} with the latest dependencies"
        )
    named = ", ".join(
        f"{each.name} {each.before or 'none'} → {each.after or 'none'}" for each in changed if each.name in FOREMOST
    )
    cause = f" ({named})" if named else ""
    return f"{' and '.join(told)}: the same Dask, so the dependencies are the likely cause{cause}."
