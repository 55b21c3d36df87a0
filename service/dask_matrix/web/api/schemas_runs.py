"""Request and response models of runs, and the data of server-sent events."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.records.run_end import EndStatus
from dask_matrix.web import links
from dask_matrix.web.reader import LIVE_FOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.domain.records.run import Arrival, EnvironmentProgress, Progress, Run

MAX_RUNS = 100
DEFAULT_RUNS = 20
MAX_EVENT_ID = 2**62
"""Larger than any event id, and small enough for a database integer."""


class RunsQuery(BaseModel):
    """Which runs to list; an empty value counts as not given."""

    model_config = ConfigDict(frozen=True)

    before: str = Field(
        "", max_length=64, description="A run id: list only older runs. `next` of a response has it set."
    )
    limit: int = Field(DEFAULT_RUNS, ge=1, le=MAX_RUNS, description="Maximum number of runs.")


class StrictRunsQuery(RunsQuery):
    """The same for the API: an unknown parameter is an error."""

    model_config = ConfigDict(extra="forbid")


class AfterQuery(BaseModel):
    """Where to start in the event stream of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: int = Field(
        0,
        ge=0,
        le=MAX_EVENT_ID,
        description="An event id: only results that arrived after it. A Last-Event-ID header takes precedence.",
    )


class ProgressOut(BaseModel):
    """Progress of a run, or of its part in one environment."""

    done: int = Field(description="Scenarios with a result, counted once per environment.")
    planned: int | None = Field(
        description="Scenarios to execute in the environments started so far, counted once per environment; null if not recorded."
    )
    results: int = Field(description="Results; more than `done` if scenarios were executed more than once.")
    outcomes: dict[Outcome, int] = Field(description="Outcome -> number of results.")
    first_result: datetime | None = Field(description="When the first execution started.")
    last_result: datetime | None = Field(description="When the newest result was recorded.")
    seconds: float | None = Field(description="Wall-clock time between the two.")


class RunHead(ProgressOut):
    """One run and its progress."""

    id: str = Field(description="Run id; those of `dask-matrix run` begin with the start time.")
    at: datetime = Field(description="When it started.")
    who: str = Field(description="The user who started it.")
    host: str = Field(description="The machine it ran on.")
    commit: str | None = Field(
        description="Commit of the scenario set, with +dirty if it had uncommitted changes; null outside git."
    )
    scenario_set: str = Field(
        description="The scenario set: `scenarios` for the bundled one, else the folder, from where the run was started."
    )
    tool: str = Field(description="Version of dask-matrix that ran it.")
    live: bool = Field(
        description="Whether it is still running: active within the last two minutes, and not ended since."
    )
    last_sign: datetime = Field(description="Time of its last activity.")
    ended: datetime | None = Field(
        description="When it ended; null if no end was recorded, or if it has continued since."
    )
    how: EndStatus | None = Field(description="How it ended; null if `ended` is.")
    environments: int = Field(description="Number of environments started so far.")
    environments_planned: int | None = Field(
        description="Number of environments selected, including any with nothing to do; null if not recorded."
    )
    page: str = Field(description="Address of the HTML page.")


class RunsOut(BaseModel):
    """A page of runs, newest first."""

    runs: list[RunHead] = Field(description="The runs.")
    next: str | None = Field(description="Address of the next older runs; null if there are none.")


class BrokenScenarioOut(BaseModel):
    """A scenario that neither passed nor was skipped."""

    scenario: str = Field(description="Scenario id.")
    title: str = Field(description="Title of the scenario.")
    outcome: Outcome = Field(
        description="Outcome of its newest execution in this run that neither passed nor was skipped."
    )
    page: str = Field(description="Address of the HTML page of the cell.")


class RunEnvironmentOut(ProgressOut):
    """The part of a run in one environment."""

    environment: str = Field(description="Environment key.")
    label: str = Field(description="Its release, Python and lane; the key if the environment is not recorded.")
    refusal: str | None = Field(
        description="The phase that makes it uninstallable now: interpreter, resolve, install or import."
    )
    broken: list[BrokenScenarioOut] = Field(
        description="The first scenarios that neither passed nor were skipped, by id."
    )
    more_broken: int = Field(description="How many more such scenarios there are.")


class RunOut(RunHead):
    """One run in full."""

    parts: list[RunEnvironmentOut] = Field(description="Each environment started so far, in that order.")


class ResultEvent(BaseModel):
    """A new result; the event id is its number."""

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
    """Current progress of a run."""

    environments: int
    environments_planned: int | None


class EndEvent(BaseModel):
    """The run is over, and so is the stream. ``how`` is null if no end was recorded and the run is no longer active."""

    run: str
    results: int
    how: EndStatus | None


class StateEvent(BaseModel):
    """Responses may have changed. ``state`` is also the event id."""

    state: str
    revision: int
    live: bool


def _progress_fields(progress: Progress) -> dict[str, object]:
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
    """Return the summary of a run at a moment."""
    return RunHead.model_validate(_run_fields(run, now))


def run_out(run: Run, parts: Iterable[EnvironmentProgress], now: datetime) -> RunOut:
    """Return the response for a run at a moment."""
    return RunOut.model_validate({**_run_fields(run, now), "parts": [_environment_fields(each) for each in parts]})


def _run_fields(run: Run, now: datetime) -> dict[str, object]:
    record = run.record
    return {
        **record.model_dump(include={"id", "at", "who", "host", "commit", "scenario_set", "tool"}),
        **_progress_fields(run.progress),
        "live": run.seconds_left(now, LIVE_FOR) > 0,
        "last_sign": run.newest,
        "ended": run.end.at if run.end else None,
        "how": how(run),
        "environments": run.environments,
        "environments_planned": record.environments,
        "page": links.run(record.id),
    }


def how(run: Run) -> EndStatus | None:
    """Return how a run ended; None if no end was recorded, or if it has continued since."""
    return run.end.how if run.end else None


def _environment_fields(part: EnvironmentProgress) -> dict[str, object]:
    broken = [{**asdict(each), "page": links.cell(each.scenario, part.environment)} for each in part.broken]
    return {
        **_progress_fields(part.progress),
        "environment": part.environment,
        "label": part.label,
        "refusal": part.refusal or None,
        "broken": broken,
        "more_broken": part.more,
    }


def progress_event(run: Run) -> ProgressEvent:
    """Return the data of a progress event."""
    environment_counts = {"environments": run.environments, "environments_planned": run.record.environments}
    return ProgressEvent.model_validate({**_progress_fields(run.progress), **environment_counts})


def end_event(run: Run) -> EndEvent:
    """Return the data of an end event."""
    return EndEvent(run=run.record.id, results=run.progress.results, how=how(run))


def result_event(arrival: Arrival) -> ResultEvent:
    """Return the data of a result event."""
    page = links.cell(arrival.scenario, arrival.environment)
    return ResultEvent.model_validate({**asdict(arrival), "page": page})
