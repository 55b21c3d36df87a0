"""The shapes of what is answered about runs, and of the events that tell of them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.records.run_end import How
from dask_matrix.web import links
from dask_matrix.web.reader import LIVE_FOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.domain.records.run import Arrival, Part, Progress, Run

MOST_RUNS = 100
USUAL_RUNS = 20
MOST_NUMBER = 2**62
"""Beyond any number of a result, and within what a database holds."""


class RunsQuery(BaseModel):
    """Which runs a list has; an empty value is the same as none."""

    model_config = ConfigDict(frozen=True)

    before: str = Field("", max_length=64, description="Id of a run: only older ones. `next` of an answer has it set.")
    limit: int = Field(USUAL_RUNS, ge=1, le=MOST_RUNS, description="How many runs at most.")


class StrictRunsQuery(RunsQuery):
    """The same for scripts: a misspelled parameter is an error."""

    model_config = ConfigDict(extra="forbid")


class AfterQuery(BaseModel):
    """Where in what arrives of a run to begin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: int = Field(
        0,
        ge=0,
        le=MOST_NUMBER,
        description="Id of an event: only results that arrived after it. A Last-Event-ID header goes before it.",
    )


class ProgressOut(BaseModel):
    """How far something has come."""

    done: int = Field(description="Scenarios that have a result, each once for each environment.")
    planned: int | None = Field(
        description="Scenarios that are to have one, in the environments begun so far; null where nobody said."
    )
    results: int = Field(description="Results; more than `done` where scenarios were executed again.")
    outcomes: dict[Outcome, int] = Field(description="Outcome -> how many results have it.")
    first_result: datetime | None = Field(description="When the first result was begun.")
    last_result: datetime | None = Field(description="When the newest result was recorded.")
    seconds: float | None = Field(description="Wall-clock time from the one to the other.")


class RunHead(ProgressOut):
    """One batch of work, and how far it has come."""

    id: str = Field(description="Identity; ids of `dask-matrix run` begin with the moment it began.")
    at: datetime = Field(description="When it began.")
    who: str = Field(description="The user that ran it.")
    host: str = Field(description="The machine it ran on.")
    commit: str | None = Field(
        description="The commit of the scenario set, +dirty if it had changes; null outside git."
    )
    scenario_set: str = Field(description="The name of the scenario set's folder.")
    tool: str = Field(description="The version of dask-matrix that ran it.")
    live: bool = Field(
        description="Whether it is taken to go on: it gave a sign of life within two minutes, and has not ended since."
    )
    last_sign: datetime = Field(description="When it gave its last sign of life.")
    ended: datetime | None = Field(description="When it ended; null if it never said so, or has gone on since.")
    how: How | None = Field(description="How it ended; null as `ended`.")
    environments: int = Field(description="Environments it has begun with.")
    environments_planned: int | None = Field(
        description="Environments it set out to work on, some maybe without anything to do; null where nobody said."
    )
    page: str = Field(description="Where a person reads the same.")


class RunsOut(BaseModel):
    """Runs, the newest first."""

    runs: list[RunHead] = Field(description="The runs.")
    next: str | None = Field(description="The address of the next older ones; null if there are none.")


class BrokenOut(BaseModel):
    """A scenario that neither passed nor was skipped."""

    scenario: str = Field(description="Its id.")
    title: str = Field(description="Its title.")
    outcome: Outcome = Field(description="The outcome of the newest such execution in this run.")
    page: str = Field(description="Where a person reads of it.")


class RunPartOut(ProgressOut):
    """What a run did in one environment."""

    environment: str = Field(description="The environment's key.")
    label: str = Field(description="Its release, Python and lane in words; the key where nothing describes it.")
    refusal: str | None = Field(description="What refuses it by now: interpreter, resolve, install or import.")
    broken: list[BrokenOut] = Field(description="The first scenarios that broke, by their ids.")
    more_broken: int = Field(description="How many more there are.")


class RunOut(RunHead):
    """One batch of work whole."""

    parts: list[RunPartOut] = Field(description="Each environment it has begun with, in that order.")


class ResultEvent(BaseModel):
    """A result that has arrived; the event's id is its number."""

    result: str
    scenario: str
    title: str
    environment: str
    label: str
    outcome: Outcome
    verdict: Verdict
    attempt: int
    seconds: float
    at: datetime
    page: str


class ProgressEvent(ProgressOut):
    """How far a run has come by now."""

    environments: int
    environments_planned: int | None


class EndEvent(BaseModel):
    """That a run is over: nothing more is told of it. ``how`` it ended is null where it gives no sign of life any more."""

    run: str
    results: int
    how: How | None


class StateEvent(BaseModel):
    """That answers may differ from before. ``state`` is the event's id too."""

    state: str
    revision: int
    live: bool


def _told(progress: Progress) -> dict[str, object]:
    return {
        "done": progress.done,
        "planned": progress.planned,
        "results": progress.results,
        "outcomes": progress.outcomes,
        "first_result": progress.first,
        "last_result": progress.last,
        "seconds": progress.seconds,
    }


def run_head(run: Run, now: datetime) -> RunHead:
    """Return a run as a list tells it, at a moment."""
    return RunHead.model_validate(_head(run, now))


def run_out(run: Run, parts: Iterable[Part], now: datetime) -> RunOut:
    """Return a run as JSON tells it, at a moment."""
    return RunOut.model_validate({**_head(run, now), "parts": [_part(each) for each in parts]})


def _head(run: Run, now: datetime) -> dict[str, object]:
    record = run.record
    return {
        **record.model_dump(include={"id", "at", "who", "host", "commit", "scenario_set", "tool"}),
        **_told(run.progress),
        "live": run.left(now, LIVE_FOR) > 0,
        "last_sign": run.newest,
        "ended": run.end.at if run.end else None,
        "how": how(run),
        "environments": run.environments,
        "environments_planned": record.environments,
        "page": links.run(record.id),
    }


def how(run: Run) -> How | None:
    """Return how a run ended, None if it never said so or has gone on since."""
    return run.end.how if run.end else None


def _part(part: Part) -> dict[str, object]:
    broken = [{**asdict(each), "page": links.cell(each.scenario, part.environment)} for each in part.broken]
    return {
        **_told(part.progress),
        "environment": part.environment,
        "label": part.label,
        "refusal": part.refusal or None,
        "broken": broken,
        "more_broken": part.more,
    }


def progress(run: Run) -> ProgressEvent:
    """Return how far a run has come, as an event tells it."""
    told = {"environments": run.environments, "environments_planned": run.record.environments}
    return ProgressEvent.model_validate({**_told(run.progress), **told})


def end(run: Run) -> EndEvent:
    """Return that a run is over, as an event tells it."""
    return EndEvent(run=run.record.id, results=run.progress.results, how=how(run))


def arrived(arrival: Arrival) -> ResultEvent:
    """Return a result as an event tells it."""
    page = links.cell(arrival.scenario, arrival.environment)
    return ResultEvent.model_validate({**asdict(arrival), "page": page})
