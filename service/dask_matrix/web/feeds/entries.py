"""What the feeds tell: an entry for each scenario that turns at a release, and one for each release."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from dask_matrix.domain.transitions.transitions import line, turns
from dask_matrix.web import links
from dask_matrix.web.drawing.labels import REFUSALS, TITLE, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.transitions.transitions import Turn
    from dask_matrix.domain.verdicts.verdict import Judgement

MOST = 200
"""Entries of one feed."""
TAG = "tag:dask-matrix,2026"
"""What all ids begin with (RFC 4151): they are the same wherever the matrix is served, and never change."""


@dataclass(frozen=True)
class Entry:
    """One thing that is told. ``href`` is a path of this site, ``issues`` lead elsewhere."""

    id: str
    title: str
    href: str
    updated: datetime
    content: str
    area: str = ""
    issues: tuple[links.Link, ...] = ()


@dataclass(frozen=True)
class Feed:
    """The newest entries, and the page that shows the same."""

    id: str
    title: str
    href: str
    updated: datetime
    entries: tuple[Entry, ...]


def feed(matrix: Matrix, area: str, scenario: Scenario | None, updated: datetime) -> Feed:
    """Return the feed of a matrix, narrowed to an area and to a scenario; newest release first."""
    column = line(matrix)
    told = [each for each in turns(column) if scenario is None or each.scenario.id == scenario.id]
    told = [each for each in told if not area or each.scenario.area == area]
    rows = [each for each in column.scenarios if not area or each.area == area]
    releases = [] if scenario else list(_releases(replace(column, scenarios=tuple(rows)), told, area))
    entries = {environment.key: [entry] for environment, entry in releases}
    for turn in told:
        entries.setdefault(turn.after.key, []).append(_turned(turn))
    ordered = [entry for each in reversed(column.environments) for entry in entries.get(each.key, ())]
    narrowed = scenario.id if scenario else area
    return Feed(
        id=f"{TAG}:feed/{'scenario/' if scenario else 'area/' if area else ''}{quote(narrowed)}",
        title=f"{TITLE}: {scenario.title if scenario else area or 'what breaks and what is fixed'}",
        href=links.scenario(scenario.id) if scenario else links.matrix({"area": area} if area else None),
        updated=updated,
        entries=tuple(ordered[:MOST]),
    )


def _turned(turn: Turn) -> Entry:
    scenario, release = turn.scenario, turn.after.release
    return Entry(
        id=f"{TAG}:{'breaks' if turn.breaks else 'fixed'}/{release}/{quote(_first_name(scenario))}",
        title=f"{'Breaks' if turn.breaks else 'Fixed'} in {release}: {scenario.title}",
        href=links.cell(scenario.id, turn.after.key),
        updated=_since(turn.after),
        content="\n".join([_seen(turn.before, turn.was), _seen(turn.after, turn.now), *_issues(scenario)]),
        area=scenario.area,
        issues=tuple(map(links.issue, scenario.issues)),
    )


def _first_name(scenario: Scenario) -> str:
    """Return the id that a scenario had first, so that renaming it makes no news."""
    return scenario.formerly[0] if scenario.formerly else scenario.id


def _seen(environment: Environment, cell: Judgement) -> str:
    raised = f" ({cell.exception})" if cell.exception else ""
    return f"{environment.label}: {said(cell).label}{raised}."


def _issues(scenario: Scenario) -> list[str]:
    return [f"Issues: {', '.join(scenario.issues)}"] if scenario.issues else []


def _releases(matrix: Matrix, told: Iterable[Turn], area: str) -> Iterator[tuple[Environment, Entry]]:
    """Yield an entry for each release, with the number of its turns against the one before that has evidence."""
    counted = Counter((turn.after.key, turn.breaks) for turn in told)
    before: Environment | None = None
    for each in matrix.environments:
        if not replace(matrix, environments=(each,)).tally(matrix.scenarios).of:
            yield each, _release(each, _silence(each), area)
            continue
        turned = f"{counted[each.key, True]} break, {counted[each.key, False]} fixed"
        summary = f"{turned} against {before.release}" if before else "the first release with evidence"
        yield each, _release(each, summary, area)
        before = each


def _silence(environment: Environment) -> str:
    """Say why nothing is claimed of a release."""
    refusal = environment.refusal
    return REFUSALS.get(refusal.phase, refusal.phase) if refusal else "no evidence yet"


def _release(environment: Environment, summary: str, area: str) -> Entry:
    narrowed = f"?area={quote(area, safe='')}" if area else ""
    return Entry(
        id=f"{TAG}:release/{environment.release}{narrowed}",
        title=f"{environment.release}: {summary}",
        href=links.release(str(environment.release)),
        updated=_since(environment),
        content=f"{environment.label}: {summary}.",
        area=area,
    )


def _since(environment: Environment) -> datetime:
    """Return when a release was uploaded; where nobody knows, when its environment was described."""
    return environment.released_at or environment.at
