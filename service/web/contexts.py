"""What each page but the matrix may see: one frozen dataclass per page, and how it follows from the domain's objects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from service.domain.environment import packages
from service.web import bisects, commands, evidence, links, times
from service.web.grid import Grid, Group, by_release, grid, said
from service.web.words import LANES, OUTCOMES, OVERLAYS, REFUSALS, Word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markupsafe import Markup

    from service.domain.bisected import Told
    from service.domain.matrix import Environment, Matrix, Scenario, Tally
    from service.domain.records import RunRecord, Warned
    from service.domain.result import Result
    from service.domain.verdict import Judgement
    from service.web.problems import Problem


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
    traceback: Markup
    outputs: tuple[Output, ...]
    warnings: tuple[Warned, ...]
    took: str
    started: str
    attempt: int
    run: str
    run_href: str
    fingerprint: str


@dataclass(frozen=True)
class Neighbour:
    """The cell beside one in its row."""

    label: str
    href: str
    word: Word


@dataclass(frozen=True)
class Listed:
    """The entry that lists a cell as failing; ``word`` says what it makes of the verdict, if anything."""

    word: Word | None
    issue: links.Link
    reason: str
    expires: str


@dataclass(frozen=True)
class CellPage:
    """One scenario in one environment."""

    title: str
    scenario: str
    scenario_href: str
    environment: Heading
    refusal_message: str
    word: Word
    listed: Listed | None
    count: str
    execution: Execution | None
    attempts: tuple[Execution, ...]
    commands: commands.Reproduce
    lock: str
    issues: tuple[links.Link, ...]
    before: Neighbour | None
    after: Neighbour | None
    strip: Grid


@dataclass(frozen=True)
class ScenarioPage:
    """One row, and what it says of itself."""

    id: str
    title: str
    area: str
    area_href: str
    description: str
    source: Markup
    where: str
    issues: tuple[links.Link, ...]
    covers: tuple[str, ...]
    since: str
    until: str
    formerly: tuple[str, ...]
    tally: Tally
    strip: Grid
    bisections: bisects.Bisections


@dataclass(frozen=True)
class EnvironmentPage:
    """One column, and exactly what is in it."""

    heading: Heading
    key: str
    python_full: str
    cutoff: str
    described: str
    refusal_phase: str
    refusal_message: str
    lock: str
    lock_href: str
    packages: tuple[tuple[str, str], ...]
    install: tuple[str, ...]
    groups: tuple[Group, ...]


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


def cell_page(matrix: Matrix, scenario: Scenario, environment: Environment, results: list[Result]) -> CellPage:
    """Return the page of one cell; the result that decides comes first, else the newest."""
    judgement = matrix.cell(scenario, environment)
    attempts = tuple(map(execution, results))
    deciding = next((each for each in attempts if each.id == judgement.result), attempts[0] if attempts else None)
    before, after = _neighbours(matrix, scenario, environment)
    return CellPage(
        title=scenario.title,
        scenario=scenario.id,
        scenario_href=links.scenario(scenario.id),
        environment=heading(matrix, environment),
        refusal_message=environment.refusal.message if environment.refusal else "",
        word=said(judgement),
        listed=_listed(matrix, scenario, environment),
        count=_count(judgement),
        execution=deciding,
        attempts=attempts,
        commands=commands.reproduce(scenario, environment),
        lock=environment.lock,
        issues=tuple(map(links.issue, scenario.issues)),
        before=before,
        after=after,
        strip=grid(replace(matrix, scenarios=(scenario,)), current=environment.key),
    )


def scenario_page(matrix: Matrix, scenario: Scenario, told: Iterable[Told] = ()) -> ScenarioPage:
    """Return the page of one scenario."""
    first, _, rest = scenario.description.partition("\n")
    return ScenarioPage(
        id=scenario.id,
        title=scenario.title,
        area=scenario.area,
        area_href=links.matrix({"area": scenario.area}),
        description=(rest if first.strip() == scenario.title else scenario.description).strip(),
        source=evidence.python(scenario.source),
        where=f"{scenario.file}:{scenario.line}" if scenario.file else "",
        issues=tuple(map(links.issue, scenario.issues)),
        covers=scenario.covers,
        since=scenario.since or "",
        until=scenario.until or "",
        formerly=scenario.formerly,
        tally=matrix.tally([scenario]),
        strip=grid(replace(matrix, scenarios=(scenario,))),
        bisections=bisects.bisections(scenario, told),
    )


def environment_page(matrix: Matrix, environment: Environment) -> EnvironmentPage:
    """Return the page of one environment."""
    drawn = grid(replace(matrix, environments=(environment,)))
    refusal = environment.refusal
    return EnvironmentPage(
        heading=heading(matrix, environment),
        key=environment.key,
        python_full=environment.python_full or "",
        cutoff=times.moment(environment.cutoff),
        described=times.moment(environment.at),
        refusal_phase=refusal.phase if refusal else "",
        refusal_message=refusal.message if refusal else "",
        lock=environment.lock,
        lock_href=links.lock(environment.key),
        packages=tuple(packages(environment.lock).items()),
        install=commands.install(environment),
        groups=drawn.groups,
    )


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
        traceback=evidence.traceback(result.traceback),
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
    return Released(str(first.release), times.day(first.released_at), part.tally(part.scenarios), environments)


def _neighbours(
    matrix: Matrix, scenario: Scenario, environment: Environment
) -> tuple[Neighbour | None, Neighbour | None]:
    """Return the cells left and right of one in its row, where there are any."""
    around = (None, *matrix.environments, None)
    if environment not in around:
        return None, None
    place = around.index(environment)
    before, after = around[place - 1], around[place + 1]
    return (
        _neighbour(matrix, scenario, before) if before else None,
        _neighbour(matrix, scenario, after) if after else None,
    )


def _neighbour(matrix: Matrix, scenario: Scenario, environment: Environment) -> Neighbour:
    word = said(matrix.cell(scenario, environment))
    return Neighbour(environment.label, links.cell(scenario.id, environment.key), word)


def _listed(matrix: Matrix, scenario: Scenario, environment: Environment) -> Listed | None:
    """Return the entry that lists a cell as failing, if there is one."""
    if (entry := matrix.known.get((scenario.id, environment.key))) is None:
        return None
    told = matrix.overlay(scenario, environment)
    return Listed(OVERLAYS[told] if told else None, links.issue(entry.issue), entry.reason, str(entry.expires))


def _count(judgement: Judgement) -> str:
    """Say what a verdict rests on."""
    if not judgement.executions:
        return "no execution counts"
    return f"{judgement.passed} of {judgement.executions} executions passed"
