"""What several pages may see alike, and the small pages: results, the list of releases, errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.matrix.matrix import by_release
from dask_matrix.web import links, times
from dask_matrix.web.as_of import AsOf
from dask_matrix.web.drawing import evidence_html
from dask_matrix.web.drawing.labels import LANES, OUTCOMES, REFUSALS, Word

if TYPE_CHECKING:
    from dask_matrix.domain.matrix.matrix import Matrix, Tally
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.records.records import RunRecord, Warned
    from dask_matrix.domain.records.result import Result
    from dask_matrix.web.drawing.evidence_html import Stretch
    from dask_matrix.web.http.problems import Problem

NOW = AsOf()


@dataclass(frozen=True)
class Heading:
    """An environment in words, with its address, its status and how much holds in it."""

    label: str
    release: str
    python: str
    lane: str
    lane_means: str
    platform: str
    day: str
    href: str
    refusal: str
    tally: Tally


@dataclass(frozen=True)
class Place:
    """An environment in words, with its address."""

    label: str
    release: str
    python: str
    lane: str
    platform: str
    day: str
    href: str
    release_href: str
    refusal: str


@dataclass(frozen=True)
class Output:
    """One captured stream."""

    name: str
    text: str


@dataclass(frozen=True)
class Execution:
    """One result with its evidence made fit to be shown."""

    id: str
    href: str
    word: Word
    phase: str
    reason: str
    exception_type: str
    exception_message: str
    traceback: tuple[Stretch, ...]
    outputs: tuple[Output, ...]
    warnings: tuple[Warned, ...]
    took: str
    started: str
    attempt: int
    run: str
    run_href: str
    fingerprint: str


@dataclass(frozen=True)
class ResultPage:
    """One execution."""

    execution: Execution
    scenario: links.Link
    environment: links.Link
    cell_href: str
    run: RunRecord | None
    run_at: str


@dataclass(frozen=True)
class Released:
    """One release in the list."""

    release: str
    href: str
    day: str
    tally: Tally
    environments: tuple[Heading, ...]


@dataclass(frozen=True)
class ReleasesPage:
    """All releases, newest first."""

    releases: tuple[Released, ...]


@dataclass(frozen=True)
class ProblemPage:
    """An error in words."""

    status: int
    title: str
    detail: str
    nearest: tuple[links.Link, ...]
    errors: tuple[dict[str, object], ...]


def heading(matrix: Matrix, environment: Environment) -> Heading:
    """Return an environment in words."""
    refusal = environment.refusal
    return Heading(
        label=environment.label,
        release=str(environment.release),
        python=str(environment.python),
        lane=environment.lane.value,
        lane_means=LANES[environment.lane],
        platform=environment.platform,
        day=times.day(environment.released_at),
        href=links.environment(environment.key),
        refusal=REFUSALS.get(refusal.phase, refusal.phase) if refusal else "",
        tally=replace(matrix, environments=(environment,)).tally(matrix.scenarios),
    )


def place(environment: Environment, as_of: AsOf = NOW) -> Place:
    """Return an environment in words."""
    refusal = environment.refusal
    return Place(
        label=environment.label,
        release=str(environment.release),
        python=str(environment.python),
        lane=environment.lane.value,
        platform=environment.platform,
        day=times.day(environment.released_at),
        href=as_of.to(links.environment(environment.key)),
        release_href=as_of.to(links.release(str(environment.release))),
        refusal=REFUSALS.get(refusal.phase, refusal.phase) if refusal else "",
    )


def backport(earlier: Environment, later: Environment) -> str:
    """Return the day on which an earlier release was uploaded, if that was after a later one; else nothing."""
    late = earlier.released_at and later.released_at and earlier.released_at > later.released_at
    return times.day(earlier.released_at) if late else ""


def result_page(matrix: Matrix, result: Result, run: RunRecord | None) -> ResultPage:
    """Return the page of one result."""
    labels = {each.key: each.label for each in matrix.environments}
    return ResultPage(
        execution=execution(result),
        scenario=links.Link(result.scenario, links.scenario(result.scenario)),
        environment=links.Link(
            labels.get(result.environment, result.environment), links.environment(result.environment)
        ),
        cell_href=links.cell(result.scenario, result.environment),
        run=run,
        run_at=times.moment(run.at) if run else "",
    )


def releases_page(matrix: Matrix) -> ReleasesPage:
    """Return the page of all releases."""
    return ReleasesPage(tuple(_released(part) for part in by_release(matrix)))


def problem_page(problem: Problem) -> ProblemPage:
    """Return the page of an error."""
    errors = tuple(problem.more.get("errors", ()))
    return ProblemPage(problem.status, problem.title, problem.detail, tuple(problem.ways_out()), errors)


def execution(result: Result) -> Execution:
    """Return a result with its evidence made fit to be shown."""
    streams = {"standard output": result.stdout, "standard error": result.stderr, "log": result.log}
    return Execution(
        id=result.id,
        href=links.result(result.id),
        word=OUTCOMES[result.outcome],
        phase=result.phase,
        reason=result.reason,
        exception_type=result.exception_type,
        exception_message=result.exception_message,
        traceback=evidence_html.traceback(result.traceback),
        outputs=tuple(Output(name, text) for name, text in streams.items() if text),
        warnings=result.warnings,
        took=times.duration(result.seconds),
        started=times.moment(result.started),
        attempt=result.attempt,
        run=result.run,
        run_href=links.run(result.run),
        fingerprint=result.fingerprint,
    )


def _released(part: Matrix) -> Released:
    environments = tuple(heading(part, each) for each in part.environments)
    first = part.environments[0]
    return Released(
        str(first.release),
        links.release(str(first.release)),
        times.day(first.released_at),
        part.tally(part.scenarios),
        environments,
    )
