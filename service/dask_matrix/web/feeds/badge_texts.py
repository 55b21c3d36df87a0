"""The text and colour of release and upgrade badges."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.release import LATEST, InvalidRelease, Release
from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.transitions.transitions import line
from dask_matrix.domain.upgrades.answer import Question, Safety
from dask_matrix.web.drawing.labels import REFUSALS
from dask_matrix.web.feeds.badge_svg import Badge, Colour

if TYPE_CHECKING:
    from dask_matrix.domain.matrix.matrix import Matrix, Tally
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.web.reader import Reader

GOOD_SHARE, MIXED_SHARE = 0.95, 0.8
"""Minimum share of passing scenarios for a green badge, and for an amber one."""
COLOURS = {Safety.SAFE: Colour.GOOD, Safety.UNSAFE: Colour.BAD, Safety.UNKNOWN: Colour.UNKNOWN}
UNKNOWN = Safety.UNKNOWN.value


def release_badge(matrix: Matrix, release: str) -> Badge:
    """Return how many scenarios pass on a release, in lane as-released on its newest Python; raise UnknownName for a bad version."""
    environments = {each.release: each for each in line(matrix).environments}
    parsed = parse_release(release, matrix)
    label, environment = f"dask {parsed or LATEST}", environments.get(parsed) if parsed else None
    return Badge(label, *_message(matrix, environment)) if environment else Badge(label, UNKNOWN, Colour.UNKNOWN)


def upgrade_badge(reader: Reader, start: str, target: str) -> Badge:
    """Return whether an upgrade is safe; raise UnknownName for a bad version."""
    matrix = reader.matrix()
    before, after = parse_release(start, matrix), parse_release(target, matrix)
    label = f"dask {before or LATEST} → {after or LATEST}"
    if before is None or after is None:
        return Badge(label, UNKNOWN, Colour.UNKNOWN)
    verdict = reader.upgrade(Question(start=str(before), target=str(after))).verdict
    return Badge(label, verdict.value, COLOURS[verdict])


def parse_release(text: str, matrix: Matrix) -> Release | None:
    """Parse a version or ``latest``, tested or not; None for ``latest`` of an empty matrix. Raises UnknownName."""
    columns = line(matrix).environments
    if text == LATEST:
        return columns[-1].release if columns else None
    try:
        return Release.parse(text)
    except InvalidRelease:
        known = [LATEST, *(str(each.release) for each in reversed(columns))]
        raise UnknownName("release", text, get_close_matches(text, known) or known[:4]) from None


def _message(matrix: Matrix, environment: Environment) -> tuple[str, Colour]:
    if refusal := environment.refusal:
        return REFUSALS.get(refusal.phase, refusal.phase), Colour.BAD
    tally = replace(matrix, environments=(environment,)).tally(matrix.scenarios)
    return (f"{tally.holds} of {tally.of} pass", _colour(tally)) if tally.of else (UNKNOWN, Colour.UNKNOWN)


def _colour(tally: Tally) -> Colour:
    share = tally.holds / tally.of
    if share >= GOOD_SHARE:
        return Colour.GOOD
    return Colour.MIXED if share >= MIXED_SHARE else Colour.BAD
