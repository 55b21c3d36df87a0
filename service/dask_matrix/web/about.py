"""Context of the about page: the meaning of every term, default limits, and what the evidence covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.records.limits import RETRIES, Limits
from dask_matrix.domain.verdicts.confirmation import CONFIRMED, ONCE_MORE
from dask_matrix.web.drawing.labels import CHANGE_LEGEND, LANES, OUTCOMES, OVERLAYS, SAFETIES, VERDICTS, Label
from dask_matrix.web.feeds.entries import MAX_ENTRIES
from dask_matrix.web.reader import LIVE_FOR

if TYPE_CHECKING:
    from dask_matrix.domain.matrix.matrix import Matrix

LIMITS = Limits()


@dataclass(frozen=True)
class Figures:
    """Default limits and thresholds that verdicts depend on, taken from the code that applies them."""

    timeout: float = LIMITS.timeout
    memory: int | None = LIMITS.memory
    output: int = LIMITS.output
    retries: int = RETRIES
    broken: int = ONCE_MORE
    turning: int = CONFIRMED
    live_minutes: float = LIVE_FOR.total_seconds() / 60
    entries: int = MAX_ENTRIES


@dataclass(frozen=True)
class Extent:
    """What the evidence covers: numbers of scenarios and environments, releases, Pythons, lanes, platforms."""

    scenarios: int
    environments: int
    refused: int
    first: str
    last: str
    pythons: tuple[str, ...]
    lanes: tuple[str, ...]
    platforms: tuple[str, ...]
    listed: int


@dataclass(frozen=True)
class AboutPage:
    """Context of the about page."""

    verdicts: tuple[Label, ...]
    overlays: tuple[Label, ...]
    outcomes: tuple[Label, ...]
    safeties: tuple[Label, ...]
    lanes: tuple[tuple[str, str], ...]
    turn: str
    figures: Figures
    extent: Extent


def about_page(matrix: Matrix) -> AboutPage:
    """Return the context of the about page for a matrix."""
    return AboutPage(
        verdicts=tuple(VERDICTS.values()),
        overlays=tuple(OVERLAYS.values()),
        outcomes=tuple(OUTCOMES.values()),
        safeties=tuple(SAFETIES.values()),
        lanes=tuple((lane.value, means) for lane, means in LANES.items()),
        turn=CHANGE_LEGEND,
        figures=Figures(),
        extent=extent(matrix),
    )


def extent(matrix: Matrix) -> Extent:
    """Return what a matrix covers."""
    environments = matrix.environments
    releases = sorted({each.release for each in environments if each.pair is None})
    return Extent(
        scenarios=len(matrix.scenarios),
        environments=len(environments),
        refused=sum(bool(each.refusal) for each in environments),
        first=str(releases[0]) if releases else "",
        last=str(releases[-1]) if releases else "",
        pythons=tuple(str(each) for each in sorted({each.python for each in environments})),
        lanes=tuple(sorted({each.lane.value for each in environments})),
        platforms=tuple(sorted({each.platform for each in environments})),
        listed=len({scenario for scenario, _ in matrix.known}),
    )
