"""Runs, as JSON and as pages: what ran, where, how long, with which results."""

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
from dask_matrix.web.drawing.labels import OUTCOMES, REFUSALS, Label
from dask_matrix.web.pages.routes import show
from dask_matrix.web.path_parameters import RunId
from dask_matrix.web.reader import LIVE_FOR

if TYPE_CHECKING:
    from dask_matrix.domain.records.bisection import RecordedBisection
    from dask_matrix.domain.records.run import Arrival, EnvironmentProgress, Progress, Run
    from dask_matrix.web.reader import Reader

MAX_ARRIVALS = 20
"""Latest results shown on the page of a run."""
SHORT_COMMIT = 10
"""Characters of an abbreviated commit."""
router = APIRouter(prefix=links.API)
pages = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Count:
    """Number of results with one outcome."""

    word: Label
    number: int


@dataclass(frozen=True)
class RunProgress:
    """Progress of a run or of one environment in it; ``planned`` is 0 if unknown."""

    done: int
    planned: int
    results: int
    counts: tuple[Count, ...]
    took: str
    last: str


@dataclass(frozen=True)
class RunRow:
    """One run. ``environments_planned`` is 0 if unknown.

    ``ending`` and ``ended`` are empty if no end was recorded; ``newest`` is its last activity, and ``silent_since`` the same
    without the date if that is the date of its start.
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
    ending: str
    ended: str
    newest: str
    silent_since: str
    environments: int
    environments_planned: int
    progress: RunProgress


@dataclass(frozen=True)
class RunsPage:
    """Context of the list of runs, newest first; ``older`` and ``newest`` are addresses of other parts of it."""

    runs: tuple[RunRow, ...]
    older: str
    newest: str


@dataclass(frozen=True)
class BrokenRow:
    """A scenario that did not pass, with a link to its cell."""

    title: str
    href: str
    word: Label


@dataclass(frozen=True)
class RunEnvironmentRow:
    """One environment of a run."""

    label: str
    href: str
    refusal: str
    progress: RunProgress
    broken: tuple[BrokenRow, ...]
    more: int


@dataclass(frozen=True)
class ArrivalRow:
    """A result that has arrived, with a link to its cell."""

    title: str
    href: str
    label: str
    word: Label


@dataclass(frozen=True)
class BisectionRow:
    """A bisection of a run: its scenario and its finding."""

    title: str
    href: str
    headline: str


@dataclass(frozen=True)
class RunPage:
    """Context of the page of a run. While it is live, ``stream`` is the event stream with results after ``arrivals``."""

    run: RunRow
    parts: tuple[RunEnvironmentRow, ...]
    bisections: tuple[BisectionRow, ...]
    arrivals: tuple[ArrivalRow, ...]
    stream: str
    most: int
    words: dict[Outcome, Label]


@router.get("/runs", tags=["evidence"])
def runs(query: Annotated[StrictRunsQuery, Query()], reader: StoreReader) -> schemas_runs.RunsOut:
    """List runs, newest first: who ran what, where, how long, with which results."""
    found, older = _listed(reader, query)
    heads = [schemas_runs.run_head(each, datetime.now(UTC)) for each in found]
    return schemas_runs.RunsOut(runs=heads, next=links.twin(older) if older else None)


@router.get("/runs/{run}", tags=["evidence"])
def run(run: RunId, reader: StoreReader) -> schemas_runs.RunOut:
    """Return one run: who started it, where, when, from which commit of the scenario set, and its results."""
    found = reader.store.runs.run(run)
    return schemas_runs.run_out(found, reader.store.runs.parts(run), datetime.now(UTC))


@pages.get("/runs")
def runs_page(request: Request, query: Annotated[RunsQuery, Query()], reader: StoreReader) -> HTMLResponse:
    """All runs."""
    found, older = _listed(reader, query)
    page = RunsPage(tuple(map(_row, found)), older, links.runs() if query.before else "")
    return show(request, "runs.html", page, title="Runs", section="runs")


@pages.get("/runs/{run}")
def run_page(request: Request, run: RunId, reader: StoreReader) -> HTMLResponse:
    """One run."""
    stored = reader.store.runs
    arrivals, found, parts = stored.latest(run, MAX_ARRIVALS), stored.run(run), stored.parts(run)
    row, after = _row(found), arrivals[0].number if arrivals else 0
    page = RunPage(
        run=row,
        parts=tuple(map(_run_environment_row, parts)),
        bisections=tuple(map(_bisection_row, reader.store.bisects(run=run))),
        arrivals=tuple(map(_arrival, arrivals)),
        stream=links.run_events(run, after) if row.live else "",
        most=MAX_ARRIVALS,
        words=OUTCOMES,
    )
    return show(request, "run.html", page, title=f"Run {run}", section="runs")


def _listed(reader: Reader, query: RunsQuery) -> tuple[list[Run], str]:
    """Return the runs for a query, and the address of the older ones or an empty text."""
    found = reader.store.runs.page(query.limit + 1, query.before)
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
        short=commit[:SHORT_COMMIT] + (f"+{dirty}" if dirty else ""),
        tool=record.tool,
        live=run.seconds_left(datetime.now(UTC), LIVE_FOR) > 0,
        ending=run.end.how.value if run.end else "",
        ended=times.moment(run.end.at) if run.end else "",
        newest=times.moment(run.newest),
        silent_since=times.after(run.newest, record.at),
        environments=run.environments,
        environments_planned=max(record.environments or 0, run.environments) if record.environments else 0,
        progress=_run_progress(run.progress),
    )


def _run_progress(progress: Progress) -> RunProgress:
    return RunProgress(
        done=progress.done,
        planned=progress.planned or 0,
        results=progress.results,
        counts=tuple(Count(OUTCOMES[each], number) for each, number in progress.outcomes.items() if number),
        took=times.duration(progress.seconds) if progress.seconds is not None else "",
        last=times.moment(progress.last),
    )


def _run_environment_row(part: EnvironmentProgress) -> RunEnvironmentRow:
    return RunEnvironmentRow(
        label=part.label,
        href=links.environment(part.environment),
        refusal=REFUSALS.get(part.refusal, part.refusal),
        progress=_run_progress(part.progress),
        broken=tuple(
            BrokenRow(each.title, links.cell(each.scenario, part.environment), OUTCOMES[each.outcome])
            for each in part.broken
        ),
        more=part.more,
    )


def _bisection_row(recorded: RecordedBisection) -> BisectionRow:
    found = recorded.found
    return BisectionRow(found.title or found.scenario, links.scenario(found.scenario), found.headline)


def _arrival(arrival: Arrival) -> ArrivalRow:
    href = links.cell(arrival.scenario, arrival.environment)
    return ArrivalRow(arrival.title, href, arrival.label, OUTCOMES[arrival.outcome])
