"""Two columns side by side: the rows that broke, were mended, or say nothing; and what that makes of a move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.domain.answer import Safety
from service.domain.patterns import matches

if TYPE_CHECKING:
    from service.domain.environment import Lane, Python
    from service.domain.matrix import Environment, Scenario
    from service.domain.release import Release
    from service.domain.sides import Sides

KNOWN = "known"
"""What ``accept`` says to accept every failure that is listed as known; anything else is the id of a scenario."""


@dataclass(frozen=True)
class Comparison:
    """Sets of rows in scope; each row is in exactly one of them, but ``accepted``, which are of those that regressed."""

    regressed: int
    fixed: int
    still_failing: int
    not_applicable: int
    holding: int
    unknown: int
    accepted: int = 0
    start_refused: bool = False
    target_refused: bool = False

    @property
    def safety(self) -> Safety:
        """What is said of the move. A target that does not install, from one that does, is no safe move either."""
        if self.target_refused or self.regressed & ~self.accepted:
            return Safety.UNSAFE
        claimed = self.fixed | self.still_failing | self.not_applicable | self.holding | self.regressed
        return Safety.UNKNOWN if self.unknown or self.start_refused or not claimed else Safety.SAFE


def compare(
    sides: Sides, start: Environment | None, target: Environment | None, scope: int, accept: tuple[str, ...] = ()
) -> Comparison:
    """Compare two columns over the rows of a scope; a missing column claims nothing."""
    if start is None or target is None:
        return Comparison(0, 0, 0, 0, 0, unknown=scope)
    a, b = sides.of(start), sides.of(target)
    neither = (a.inapplicable | b.inapplicable) & scope
    held, broke = a.holds & scope & ~neither, a.broken & scope & ~neither
    regressed, fixed = held & b.broken, broke & b.holds
    still, holding = broke & b.broken, held & b.holds
    return Comparison(
        regressed,
        fixed,
        still,
        neither,
        holding,
        scope & ~(regressed | fixed | still | neither | holding),
        _accepted(sides, target, accept) & regressed if accept else 0,
        start_refused=bool(start.refusal),
        target_refused=bool(target.refusal and not start.refusal),
    )


def standing_for(
    sides: Sides, release: Release, lane: Lane, python: Python | None = None, like: Environment | None = None
) -> Environment | None:
    """Return the column that stands for a release: on the Python and platform of ``like`` if there is one, or the newest.

    It never depends on how much evidence a column has, so that more evidence cannot move the question elsewhere.
    """
    found = sides.columns(release, lane, python)
    alike = [each for each in found if like and (each.python, each.platform) == (like.python, like.platform)]
    return next(iter(alike or found), None)


def _accepted(sides: Sides, target: Environment, accept: tuple[str, ...]) -> int:
    listed = sides.listed(target) if KNOWN in accept else 0
    patterns = [each for each in accept if each != KNOWN]
    return listed | (sides.bits(lambda row: _fits(row, patterns)) if patterns else 0)


def _fits(row: Scenario, patterns: list[str]) -> bool:
    return any(matches(row.id, pattern) for pattern in patterns)
