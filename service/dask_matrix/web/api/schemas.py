"""The shapes of the JSON answers, so that OpenAPI tells them, and how they are made from the domain's objects."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from dask_matrix.domain.environments.environment import packages
from dask_matrix.domain.matrix.matrix import by_release
from dask_matrix.domain.matrix.rows_and_columns import column_head
from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.records.records import Warned
from dask_matrix.domain.transitions.row_neighbours import lines, turns_on
from dask_matrix.domain.verdicts.execution_history import steadiness, took
from dask_matrix.domain.verdicts.known_failures import Overlay
from dask_matrix.web import links
from dask_matrix.web.api.schemas_details import (
    ChangeOut,
    LocksOut,
    NeighbourOut,
    SteadinessOut,
    TookOut,
    TurnOut,
    change_out,
    locks_out,
    neighbour_out,
    seconds_out,
    steadiness_out,
    turn_out,
    verdicts_of,
)
from dask_matrix.web.repeat_commands import install, reproduce

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Scenario
    from dask_matrix.domain.records.result import Result
    from dask_matrix.domain.verdicts.verdict import Evidence
    from dask_matrix.web.cells import Cell
    from dask_matrix.web.columns import Column, Version


class RefusalOut(BaseModel):
    """Why an environment cannot be had."""

    phase: str = Field(description="What refused: interpreter, resolve, install or import.")
    message: str = Field(description="The whole of what it said.")


class InstallationOut(BaseModel):
    """That an environment was installed."""

    at: datetime = Field(description="When it had been.")
    run: str = Field(description="The run that did it.")
    seconds: float = Field(description="The wall-clock time it took.")
    log: str = Field(description="What uv said meanwhile; of a longer log its beginning and its end.")


class CommitOut(BaseModel):
    """One commit of a repository."""

    commit: str = Field(description="40 hex digits.")
    at: str = Field(description="When it was committed.")


class PairOut(BaseModel):
    """The two commits that an environment is made of."""

    dask: CommitOut
    distributed: CommitOut
    ref: str = Field(description="What was asked for, such as main.")


class EnvironmentHead(BaseModel):
    """One column."""

    key: str = Field(description="Identity: 16 hex digits of a hash of Python, platform and lock.")
    release: str = Field(description="The version of Dask, also where it is made of two commits.")
    name: str = Field(description="What heads the column: the release, or main.")
    pair: PairOut | None = Field(description="The two commits it is made of; null for a release of the index.")
    python: str
    lane: str
    platform: str
    released_at: str | None
    status: Literal["installable", "uninstallable"]
    refusal: RefusalOut | None


class ScenarioHead(BaseModel):
    """One row."""

    id: str
    title: str
    area: str
    issues: list[str]
    covers: list[str] = Field(description="Dotted names of the Dask API it exercises.")
    fingerprint: str = Field(description="Hash of everything its outcome depends on besides the environment.")


class MatrixOut(BaseModel):
    """The grid in columns: ``cells`` has a string for each scenario, in it a character for each environment."""

    legend: dict[str, Verdict] = Field(description="Character of a cell -> its verdict.")
    scenarios: list[ScenarioHead]
    environments: list[EnvironmentHead]
    cells: list[str]
    overlay_legend: dict[str, Overlay | None] = Field(description="Character of an overlay -> what it says.")
    overlays: list[str] = Field(
        description="Beside ``cells``: what known.toml makes of each verdict, and where a pass warns of more than before."
    )


class EnvironmentOut(EnvironmentHead):
    """One environment whole."""

    python_full: str | None
    cutoff: datetime | None = Field(description="Nothing uploaded later was given to the resolver.")
    described_at: datetime
    packages: dict[str, str] = Field(description="Name -> version of what its lock pins.")
    lock: str
    install: list[str] = Field(description="The commands that install exactly this, its lock saved as a file.")
    installation: InstallationOut | None = Field(
        description="How it was last installed; null where it was not, or before that was recorded."
    )
    verdicts: dict[str, Verdict] = Field(description="Id of a scenario -> its verdict here.")
    change: ChangeOut | None = Field(
        description="What it turned against the one before in its lane; null for the first, or if it cannot be had."
    )


class ScenarioOut(ScenarioHead):
    """One scenario whole."""

    description: str
    file: str
    function: str
    line: int
    source: str
    since: str | None
    until: str | None
    formerly: list[str] = Field(description="Ids it had before it was renamed or moved.")
    verdicts: dict[str, Verdict] = Field(description="Key of an environment -> the verdict in it.")
    turns: list[TurnOut] = Field(description="Where it turns, by lane and release.")
    seconds: dict[str, TookOut] = Field(description="Key of an environment -> how long executions that passed took.")
    steadiness: SteadinessOut


class ScenariosOut(BaseModel):
    """All rows, in the order of the matrix."""

    scenarios: list[ScenarioHead]


class TallyOut(BaseModel):
    """How many cells hold, of those that claim something."""

    holds: int
    of: int


class ReleaseEnvironment(EnvironmentHead):
    """One environment of a release, with how much holds in it."""

    tally: TallyOut


class ReleaseOut(BaseModel):
    """One release with its environments."""

    release: str
    environments: list[ReleaseEnvironment]
    tally: TallyOut


class ReleaseEnvironmentWhole(ReleaseEnvironment):
    """One environment of a release, with what it turned."""

    change: ChangeOut | None = Field(
        description="What it turned against the one before in its lane; null for the first, or if it cannot be had."
    )


class ReleaseWhole(BaseModel):
    """One release whole."""

    release: str
    before: str | None = Field(description="The release before it.")
    after: str | None = Field(description="The release after it.")
    environments: list[ReleaseEnvironmentWhole]
    page: str = Field(description="Where a person reads the same.")


class ReleasesOut(BaseModel):
    """All releases, newest first."""

    releases: list[ReleaseOut]


class ExceptionOut(BaseModel):
    """What was raised."""

    type: str
    message: str


class ResultHead(BaseModel):
    """One execution, without its evidence. ``seconds`` is wall-clock time."""

    id: str
    run: str
    outcome: Outcome
    phase: str
    reason: str
    fingerprint: str
    seconds: float
    started: datetime
    attempt: int


class ResultOut(ResultHead):
    """One execution with all its evidence."""

    environment: str
    scenario: str
    exception: ExceptionOut | None
    traceback: str
    stdout: str
    stderr: str
    log: str
    warnings: list[Warned]


class ReproduceOut(BaseModel):
    """The commands that execute a cell again."""

    nox: str
    dask_matrix: str


class KnownOut(BaseModel):
    """The entry of known.toml that lists a cell as failing."""

    issue: str
    reason: str
    expires: date = Field(description="From this day on it is not believed any more.")


class CellOut(BaseModel):
    """What is said of one scenario in one environment, and what it rests on."""

    scenario: ScenarioHead
    environment: EnvironmentHead
    verdict: Verdict
    was: Verdict | None = Field(description="The old verdict of a stale cell.")
    overlay: Overlay | None = Field(
        description="known: fails as listed; surprise: listed, and it passes; "
        "new-warnings: passes, with a deprecation warning that the column before it did not give."
    )
    known: KnownOut | None = Field(description="Why it is listed as failing, whatever its verdict.")
    passed: int = Field(description="How many of the executions that count passed.")
    executions: int
    result: ResultOut | None = Field(description="The result that decides, with its evidence.")
    attempts: list[ResultHead] = Field(description="All results, newest first.")
    reproduce: ReproduceOut
    neighbour: NeighbourOut | None = Field(description="The cell that it is compared with, null if there is none.")
    locks: LocksOut | None = Field(
        description="What differs from where the verdict was the opposite, null if that was nowhere in its lane."
    )
    turn: TurnOut | None = Field(description="The nearest turn of its row in its lane.")
    page: str = Field(description="Where a person reads the same.")


class Health(BaseModel):
    """That the service answers, and from which state of the store."""

    status: Literal["ok"]
    version: str
    revision: int


def environment_out(column: Column) -> EnvironmentOut:
    """Return an environment as JSON tells it."""
    environment = column.environment
    return EnvironmentOut(
        **column_head(environment),
        python_full=environment.python_full,
        cutoff=environment.cutoff,
        described_at=environment.at,
        packages=packages(environment.lock),
        lock=environment.lock,
        install=list(install(environment)),
        installation=InstallationOut(**asdict(column.installation)) if column.installation else None,
        verdicts=verdicts_of(column.matrix, environment),
        change=change_out(column.change, column.matrix) if column.change else None,
    )


def release_whole(version: Version) -> ReleaseWhole:
    """Return a release as JSON tells it."""
    return ReleaseWhole(
        release=version.name,
        before=str(version.before) if version.before else None,
        after=str(version.after) if version.after else None,
        environments=[
            ReleaseEnvironmentWhole(
                **column_head(each.environment),
                tally=_tally(replace(each.matrix, environments=(each.environment,))),
                change=change_out(each.change, each.matrix) if each.change else None,
            )
            for each in version.columns
        ],
        page=links.release(version.name),
    )


def scenario_head(scenario: Scenario) -> ScenarioHead:
    """Return a row's head as JSON tells it."""
    return ScenarioHead.model_validate(scenario, from_attributes=True)


def scenario_out(scenario: Scenario, matrix: Matrix, executions: Mapping[str, Sequence[Evidence]]) -> ScenarioOut:
    """Return a scenario as JSON tells it; ``executions`` are all there are of it, by environment."""
    cells = zip(matrix.environments, matrix.row(scenario), strict=True)
    found = [turn for line in lines(matrix.environments) for turn in turns_on(matrix, scenario, line.environments)]
    told = {
        "verdicts": {environment.key: cell.verdict for environment, cell in cells},
        "turns": list(map(turn_out, found)),
        "seconds": seconds_out(took(executions, scenario.fingerprint)),
        "steadiness": steadiness_out(steadiness(executions, scenario.fingerprint)),
    }
    return ScenarioOut.model_validate({**asdict(scenario), **told})


def releases_out(matrix: Matrix) -> ReleasesOut:
    """Return the releases of a matrix as JSON tells them."""
    return ReleasesOut(releases=[_release_out(part) for part in by_release(matrix)])


def result_head(result: Result) -> ResultHead:
    """Return a result without its evidence."""
    return ResultHead.model_validate(result, from_attributes=True)


def result_out(result: Result) -> ResultOut:
    """Return a result as JSON tells it."""
    raised = {"type": result.exception_type, "message": result.exception_message} if result.exception_type else None
    return ResultOut.model_validate({**asdict(result), "exception": raised})


def cell_out(cell: Cell) -> CellOut:
    """Return a cell as JSON tells it."""
    scenario, environment, judgement, deciding = cell.scenario, cell.environment, cell.judgement, cell.deciding
    entry = cell.matrix.known.get((scenario.id, environment.key))
    return CellOut(
        scenario=scenario_head(scenario),
        environment=EnvironmentHead(**column_head(environment)),
        verdict=judgement.verdict,
        was=judgement.was,
        overlay=cell.matrix.overlay(scenario, environment),
        known=KnownOut.model_validate(entry, from_attributes=True) if entry else None,
        passed=judgement.passed,
        executions=judgement.executions,
        result=result_out(deciding) if deciding else None,
        attempts=[result_head(result) for result in cell.results],
        reproduce=ReproduceOut(**asdict(reproduce(scenario, environment))),
        neighbour=neighbour_out(cell.neighbour) if cell.neighbour else None,
        locks=locks_out(cell.locks) if cell.locks else None,
        turn=turn_out(cell.turn) if cell.turn else None,
        page=links.cell(scenario.id, environment.key),
    )


def _release_out(matrix: Matrix) -> ReleaseOut:
    environments = [
        ReleaseEnvironment(
            **column_head(environment),
            tally=_tally(replace(matrix, environments=(environment,))),
        )
        for environment in matrix.environments
    ]
    release = str(matrix.environments[0].release)
    return ReleaseOut(release=release, environments=environments, tally=_tally(matrix))


def _tally(matrix: Matrix) -> TallyOut:
    return TallyOut(**asdict(matrix.tally(matrix.scenarios)))
