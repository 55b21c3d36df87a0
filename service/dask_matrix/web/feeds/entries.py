"""Feed entries: one for each scenario that breaks or is fixed at a release, and one for each release."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from dask_matrix.domain.matrix.gap import Gap
from dask_matrix.domain.transitions.transitions import line, transitions
from dask_matrix.web import links
from dask_matrix.web.drawing.labels import REFUSALS, TITLE, verdict_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.transitions.transitions import Transition
    from dask_matrix.domain.verdicts.verdict import Judgement

MAX_ENTRIES = 200
"""Maximum number of entries in a feed."""
TAG = "tag:dask-matrix,2026"
"""Prefix of all entry ids (RFC 4151): the same wherever the matrix is served, and never changed."""


@dataclass(frozen=True)
class Entry:
    """One feed entry. ``href`` is a path of this site, ``issues`` are external links."""

    id: str
    title: str
    href: str
    updated: datetime
    content: str
    area: str = ""
    issues: tuple[links.Link, ...] = ()


@dataclass(frozen=True)
class Feed:
    """The newest entries, and the page with the same content (``href``)."""

    id: str
    title: str
    href: str
    updated: datetime
    entries: tuple[Entry, ...]


def feed(matrix: Matrix, area: str, scenario: Scenario | None, updated: datetime) -> Feed:
    """Return the feed of a matrix, newest release first; limited to an area or a scenario if given."""
    line_matrix = line(matrix)
    keys = {each.key for each in line_matrix.environments}
    scenarios = [each for each in line_matrix.scenarios if not area or each.area == area]
    chosen = [each for each in scenarios if scenario is None or each.id == scenario.id]
    found = transitions(replace(matrix, scenarios=tuple(chosen)))
    listed = [each for each in found if each.after.key in keys]
    releases = (
        [] if scenario else list(_release_entries(replace(line_matrix, scenarios=tuple(scenarios)), listed, area))
    )
    entries = {environment.key: [entry] for environment, entry in releases}
    for transition in listed:
        entries.setdefault(transition.after.key, []).append(_transition_entry(transition))
    ordered = [entry for each in reversed(line_matrix.environments) for entry in entries.get(each.key, ())]
    filtered = scenario.id if scenario else area
    return Feed(
        id=f"{TAG}:feed/{'scenario/' if scenario else 'area/' if area else ''}{quote(filtered)}",
        title=f"{TITLE}: {scenario.title if scenario else area or 'what breaks and what is fixed'}",
        href=links.scenario(scenario.id) if scenario else links.matrix({"area": area} if area else None),
        updated=updated,
        entries=tuple(ordered[:MAX_ENTRIES]),
    )


def _transition_entry(transition: Transition) -> Entry:
    scenario, release = transition.scenario, transition.after.release
    return Entry(
        id=f"{TAG}:{'breaks' if transition.breaks else 'fixed'}/{release}/{quote(_original_id(scenario))}",
        title=f"{'Breaks' if transition.breaks else 'Fixed'} {transition.where}: {scenario.title}",
        href=links.cell(scenario.id, transition.after.key),
        updated=_release_time(transition.after),
        content="\n".join(
            [
                _verdict_sentence(transition.before, transition.was),
                _verdict_sentence(transition.after, transition.now),
                *_issues(scenario),
            ]
        ),
        area=scenario.area,
        issues=tuple(map(links.issue, scenario.issues)),
    )


def _original_id(scenario: Scenario) -> str:
    """Return the original id of a scenario, so that renaming it adds no entry."""
    return scenario.formerly[0] if scenario.formerly else scenario.id


def _verdict_sentence(environment: Environment, cell: Judgement) -> str:
    raised = f" ({cell.exception})" if cell.exception else ""
    return f"{environment.label}: {verdict_label(cell).label}{raised}."


def _issues(scenario: Scenario) -> list[str]:
    return [f"Issues: {', '.join(scenario.issues)}"] if scenario.issues else []


def _release_entries(matrix: Matrix, listed: Iterable[Transition], area: str) -> Iterator[tuple[Environment, Entry]]:
    """Yield an entry for each release, with the number of changes since the tested release that it follows."""
    counts = Counter((transition.after.key, transition.breaks) for transition in listed)
    columns = {each.release: each for each in matrix.environments}
    tested = {release for release, each in columns.items() if _is_tested(matrix, each)}
    for release, each in columns.items():
        if release not in tested:
            yield each, _release_entry(each, _untested_reason(each), area)
            continue
        changes = f"{counts[each.key, True]} break, {counts[each.key, False]} fixed"
        before = next((one for one in matrix.lineage.ancestors(release) if one in tested), None)
        summary = f"{changes} since {_since(matrix, before, release, columns)}" if before else "first tested release"
        yield each, _release_entry(each, summary, area)


def _is_tested(matrix: Matrix, environment: Environment) -> bool:
    return bool(replace(matrix, environments=(environment,)).tally(matrix.scenarios).of)


def _since(matrix: Matrix, before: Release, after: Release, columns: Mapping[Release, Environment]) -> str:
    """Name a release, and count the untested ones between it and another."""
    between = matrix.lineage.between(before, after)
    refused = [each for each in between if each in columns and columns[each].refusal]
    gap = Gap(tuple(each for each in between if each not in refused), tuple(refused))
    return f"{before} ({gap.counts})" if gap else str(before)


def _untested_reason(environment: Environment) -> str:
    """Return why a release has no verdicts."""
    refusal = environment.refusal
    return REFUSALS.get(refusal.phase, refusal.phase) if refusal else "not tested yet"


def _release_entry(environment: Environment, summary: str, area: str) -> Entry:
    filtered = f"?area={quote(area, safe='')}" if area else ""
    return Entry(
        id=f"{TAG}:release/{environment.release}{filtered}",
        title=f"{environment.release}: {summary}",
        href=links.release(str(environment.release)),
        updated=_release_time(environment),
        content=f"{environment.label}: {summary}.",
        area=area,
    )


def _release_time(environment: Environment) -> datetime:
    """Return the upload time of a release; if unknown, the time its environment was recorded."""
    return environment.released_at or environment.at
