"""Runs, as JSON and as pages: what ran, where, how long, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from dask_matrix.domain.records.outcome import Outcome
from dask_matrix.web import links, times
from dask_matrix.web.api import schemas_runs
from dask_matrix.web.api.schemas_runs import RunsQuery, StrictRunsQuery
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.drawing.labels import OUTCOMES, REFUSALS, Word
from dask_matrix.web.pages.routes import show
from dask_matrix.web.path_parameters import RunId
from dask_matrix.web.reader import LIVE_FOR

if TYPE_CHECKING:
    from dask_matrix.domain.records.bisection import Told
    from dask_matrix.domain.records.run import Arrival, Part, Progress, Run
    from dask_matrix.web.reader import Reader

LATEST = 20
"""Results that are shown as they come."""
SHORT = 10
"""Characters of a commit."""
router = APIRouter(prefix=links.API)
pages = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Count:
    """How many results have an outcome."""

    word: Word
    many: int


@dataclass(frozen=True)
class Come:
    """How far something has come, in words; ``planned`` is 0 where nobody said."""

    done: int
    planned: int
    results: int
    counts: tuple[Count, ...]
    took: str
    last: str


@dataclass(frozen=True)
class RunRow:
    """One run in words. ``environments_planned`` is 0 where nobody said.

    ``how`` and when it ``ended`` are empty where it never said so; ``newest`` is its last sign of life, and
    ``silent_since`` is that beside the moment of its begin.
    """

    id: str
    href: str
    at: str
    who: str
    host: str
    scenario_set: str
    commit: str
    short: str
    tool: str
    live: bool
    how: str
    ended: str
    newest: str
    silent_since: str
    environments: int
    environments_planned: int
    come: Come


@dataclass(frozen=True)
class RunsPage:
    """Runs, newest first; ``older`` leads on, ``newest`` back to the begin."""

    runs: tuple[RunRow, ...]
    older: str
    newest: str


@dataclass(frozen=True)
class BrokenRow:
    """A scenario that broke, with its cell."""

    title: str
    href: str
    word: Word


@dataclass(frozen=True)
class PartRow:
    """One environment of a run."""

    label: str
    href: str
    refusal: str
    come: Come
    broken: tuple[BrokenRow, ...]
    more: int


@dataclass(frozen=True)
class ArrivalRow:
    """A result that has arrived, with its cell."""

    title: str
    href: str
    label: str
    word: Word


@dataclass(frozen=True)
class SearchedRow:
    """What a bisection of a run found, beside the scenario that it was about."""

    title: str
    href: str
    headline: str


@dataclass(frozen=True)
class RunPage:
    """One run. While it goes on, ``stream`` tells more after the ``arrivals``, drawn by the word of each outcome."""

    run: RunRow
    parts: tuple[PartRow, ...]
    searched: tuple[SearchedRow, ...]
    arrivals: tuple[ArrivalRow, ...]
    stream: str
    most: int
    words: dict[Outcome, Word]


@router.get("/runs", tags=["evidence"])
def runs(query: Annotated[StrictRunsQuery, Query()], books: StoreReader) -> schemas_runs.RunsOut:
    """Return the runs, newest first: who ran what, where, how long, and what came of it."""
    found, older = _listed(books, query)
    told = [schemas_runs.run_head(each, datetime.now(UTC)) for each in found]
    return schemas_runs.RunsOut(runs=told, next=links.twin(older) if older else None)


@router.get("/runs/{run}", tags=["evidence"])
def run(run: RunId, books: StoreReader) -> schemas_runs.RunOut:
    """Return who ran a batch of work, where, when, from which commit of the scenario set, and what came of it."""
    found = books.store.runs.run(run)
    return schemas_runs.run_out(found, books.store.runs.parts(run), datetime.now(UTC))


@pages.get("/runs")
def runs_page(request: Request, query: Annotated[RunsQuery, Query()], books: StoreReader) -> HTMLResponse:
    """All runs."""
    found, older = _listed(books, query)
    page = RunsPage(tuple(map(_row, found)), older, links.runs() if query.before else "")
    return show(request, "runs.html", page, title="Runs", section="runs")


@pages.get("/runs/{run}")
def run_page(request: Request, run: RunId, books: StoreReader) -> HTMLResponse:
    """One run."""
    told = books.store.runs
    arrivals, found, parts = told.latest(run, LATEST), told.run(run), told.parts(run)
    row, after = _row(found), arrivals[0].number if arrivals else 0
    page = RunPage(
        run=row,
        parts=tuple(map(_part, parts)),
        searched=tuple(map(_searched, books.store.bisects(run=run))),
        arrivals=tuple(map(_arrival, arrivals)),
        stream=links.run_events(run, after) if row.live else "",
        most=LATEST,
        words=OUTCOMES,
    )
    return show(request, "run.html", page, title=f"Run {run}", section="runs")


def _listed(books: Reader, query: RunsQuery) -> tuple[list[Run], str]:
    """Return the runs that a query asks for, and the address of the older ones, if there are any."""
    found = books.store.runs.page(query.limit + 1, query.before)
    shown = found[: query.limit]
    limit = query.limit if "limit" in query.model_fields_set else 0
    return shown, links.runs(shown[-1].record.id, limit) if len(found) > len(shown) else ""


def _row(run: Run) -> RunRow:
    record = run.record
    commit, _, dirty = (record.commit or "").partition("+")
    return RunRow(
        id=record.id,
        href=links.run(record.id),
        at=times.moment(record.at),
        who=record.who,
        host=record.host,
        scenario_set=record.scenario_set,
        commit=record.commit or "",
        short=commit[:SHORT] + (f"+{dirty}" if dirty else ""),
        tool=record.tool,
        live=run.left(datetime.now(UTC), LIVE_FOR) > 0,
        how=run.end.how.value if run.end else "",
        ended=times.moment(run.end.at) if run.end else "",
        newest=times.moment(run.newest),
        silent_since=times.after(run.newest, record.at),
        environments=run.environments,
        environments_planned=max(record.environments or 0, run.environments) if record.environments else 0,
        come=_come(run.progress),
    )


def _come(progress: Progress) -> Come:
    return Come(
        done=progress.done,
        planned=progress.planned or 0,
        results=progress.results,
        counts=tuple(Count(OUTCOMES[each], many) for each, many in progress.outcomes.items() if many),
        took=times.duration(progress.seconds) if progress.seconds is not None else "",
        last=times.moment(progress.last),
    )


def _part(part: Part) -> PartRow:
    return PartRow(
        label=part.label,
        href=links.environment(part.environment),
        refusal=REFUSALS.get(part.refusal, part.refusal),
        come=_come(part.progress),
        broken=tuple(
            BrokenRow(each.title, links.cell(each.scenario, part.environment), OUTCOMES[each.outcome])
            for each in part.broken
        ),
        more=part.more,
    )


def _searched(told: Told) -> SearchedRow:
    found = told.found
    return SearchedRow(found.title or found.scenario, links.scenario(found.scenario), found.headline)


def _arrival(arrival: Arrival) -> ArrivalRow:
    href = links.cell(arrival.scenario, arrival.environment)
    return ArrivalRow(arrival.title, href, arrival.label, OUTCOMES[arrival.outcome])
