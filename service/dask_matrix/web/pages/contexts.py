"""Contexts shared by several pages, and those of the small pages: result, list of releases, error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.matrix.matrix import by_release
from dask_matrix.web import links, times
from dask_matrix.web.as_of import AsOf
from dask_matrix.web.drawing import evidence_html
from dask_matrix.web.drawing.labels import LANES, OUTCOMES, REFUSALS, Label

if TYPE_CHECKING:
    from dask_matrix.domain.matrix.matrix import Matrix, Tally
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.records.records import RunRecord, Warned
    from dask_matrix.domain.records.result import Result
    from dask_matrix.web.drawing.evidence_html import TracebackPart
    from dask_matrix.web.http.problems import Problem

NOW = AsOf()


@dataclass(frozen=True)
class EnvironmentHeading:
    """An environment with its address, its refusal and its pass count."""

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
class EnvironmentLink:
    """An environment with its address and that of its release."""

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
    """One result with its evidence as safe HTML."""

    id: str
    href: str
    word: Label
    phase: str
    reason: str
    exception_type: str
    exception_message: str
    traceback: tuple[TracebackPart, ...]
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
    """Context of the result page."""

    execution: Execution
    scenario: links.Link
    environment: links.Link
    cell_href: str
    run: RunRecord | None
    run_at: str


@dataclass(frozen=True)
class ReleaseRow:
    """One row of the list of releases."""

    release: str
    href: str
    day: str
    tally: Tally
    environments: tuple[EnvironmentHeading, ...]


@dataclass(frozen=True)
class ReleasesPage:
    """Context of the list of releases, newest first."""

    releases: tuple[ReleaseRow, ...]


@dataclass(frozen=True)
class ProblemPage:
    """Context of the error page."""

    status: int
    title: str
    detail: str
    nearest: tuple[links.Link, ...]
    errors: tuple[dict[str, object], ...]


def heading(matrix: Matrix, environment: Environment) -> EnvironmentHeading:
    """Return an environment with its pass count in a matrix."""
    refusal = environment.refusal
    return EnvironmentHeading(
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


def place(environment: Environment, as_of: AsOf = NOW) -> EnvironmentLink:
    """Return an environment with links that keep the moment shown."""
    refusal = environment.refusal
    return EnvironmentLink(
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


def result_page(matrix: Matrix, result: Result, run: RunRecord | None) -> ResultPage:
    """Return the context for a result."""
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
    """Return the context of the list of releases."""
    return ReleasesPage(tuple(_release_row(part) for part in by_release(matrix)))


def problem_page(problem: Problem) -> ProblemPage:
    """Return the context for an error."""
    errors = tuple(problem.details.get("errors", ()))
    return ProblemPage(problem.status, problem.title, problem.detail, tuple(problem.suggestions()), errors)


def execution(result: Result) -> Execution:
    """Return a result with its evidence as safe HTML."""
    streams = {"standard output": result.stdout, "standard error": result.stderr, "log": result.log}
    return Execution(
        id=result.id,
        href=links.result(result.id),
        word=OUTCOMES[result.outcome],
        phase=result.phase,
        reason=result.reason,
        exception_type=result.exception_type,
        exception_message=result.exception_message,
        traceback=evidence_html.highlight_traceback(result.traceback),
        outputs=tuple(Output(name, text) for name, text in streams.items() if text),
        warnings=result.warnings,
        took=times.duration(result.seconds),
        started=times.moment(result.started),
        attempt=result.attempt,
        run=result.run,
        run_href=links.run(result.run),
        fingerprint=result.fingerprint,
    )


def _release_row(part: Matrix) -> ReleaseRow:
    environments = tuple(heading(part, each) for each in part.environments)
    first = part.environments[0]
    return ReleaseRow(
        str(first.release),
        links.release(str(first.release)),
        times.day(first.released_at),
        part.tally(part.scenarios),
        environments,
    )
