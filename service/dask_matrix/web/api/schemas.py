"""Response models of the JSON API, and functions that build them from domain objects."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from dask_matrix.domain.environments.environment import packages
from dask_matrix.domain.matrix.matrix import by_release
from dask_matrix.domain.matrix.rows_and_columns import column_head
from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.records.records import Warned
from dask_matrix.domain.transitions.row_neighbours import lines
from dask_matrix.domain.verdicts.execution_history import steadiness, took
from dask_matrix.domain.verdicts.known_failures import Overlay
from dask_matrix.web import links
from dask_matrix.web.api.schemas_details import (
    ChangeOut,
    DurationsOut,
    KnownOut,
    LocksOut,
    NeighbourOut,
    ReproduceOut,
    SteadinessOut,
    TransitionOut,
    change_out,
    locks_out,
    neighbour_out,
    seconds_out,
    steadiness_out,
    transition_out,
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
    """Why an environment cannot be installed."""

    phase: str = Field(description="The phase that failed: interpreter, resolve, install or import.")
    message: str = Field(description="The complete error message.")


class InstallationOut(BaseModel):
    """How an environment was last installed."""

    at: datetime = Field(description="When the installation was finished.")
    run: str = Field(description="Id of the run that installed it.")
    seconds: float = Field(description="Wall-clock time of the installation.")
    log: str = Field(description="Output of uv; a long log is cut in the middle.")


class CommitOut(BaseModel):
    """One commit of a repository."""

    commit: str = Field(description="40 hex digits.")
    at: str = Field(description="When it was committed.")


class PairOut(BaseModel):
    """The two commits that an environment is built from."""

    dask: CommitOut
    distributed: CommitOut
    ref: str = Field(description="The ref that was requested, such as main.")


class EnvironmentHead(BaseModel):
    """One environment, a column of the matrix."""

    key: str = Field(description="Environment key: 16 hex digits of a hash of Python, platform and lock.")
    release: str = Field(description="The version of Dask, also for a commit pair.")
    name: str = Field(description="Column heading: the release, or main.")
    pair: PairOut | None = Field(
        description="The commit pair it is built from; null for a release from the package index."
    )
    python: str
    lane: str
    platform: str
    released_at: str | None
    status: Literal["installable", "uninstallable"]
    refusal: RefusalOut | None


class MatrixColumn(EnvironmentHead):
    """One environment, as a column of a matrix."""

    follows: str | None = Field(
        description="Key of the column it is compared with: of the release that it follows, which is no later backport."
    )


class ScenarioHead(BaseModel):
    """One scenario, a row of the matrix."""

    id: str
    title: str
    area: str
    issues: list[str]
    covers: list[str] = Field(description="Dotted names of the Dask API that it exercises.")
    fingerprint: str = Field(description="Hash of everything that its outcome depends on besides the environment.")


class MatrixOut(BaseModel):
    """The matrix: ``cells`` has a string for each scenario, with a character for each environment."""

    legend: dict[str, Verdict] = Field(description="Character in `cells` -> verdict.")
    scenarios: list[ScenarioHead]
    environments: list[MatrixColumn]
    cells: list[str]
    overlay_legend: dict[str, Overlay | None] = Field(description="Character in `overlays` -> overlay.")
    overlays: list[str] = Field(
        description="Like `cells`, with an overlay for each cell: known failures, surprise passes, and passes with new warnings."
    )


class EnvironmentOut(EnvironmentHead):
    """One environment in full."""

    python_full: str | None
    cutoff: datetime | None = Field(description="The resolver ignored packages uploaded after this time.")
    described_at: datetime
    packages: dict[str, str] = Field(description="Package name -> version pinned by its lock.")
    lock: str
    install: list[str] = Field(
        description="Commands that install exactly this environment from its lock saved as a file."
    )
    installation: InstallationOut | None = Field(
        description="How it was last installed; null if it was not, or if no installation was recorded."
    )
    verdicts: dict[str, Verdict] = Field(description="Scenario id -> verdict in this environment.")
    change: ChangeOut | None = Field(
        description="Changes from the previous environment in its lane; null for the first, or if it cannot be installed."
    )


class ScenarioOut(ScenarioHead):
    """One scenario in full."""

    description: str
    file: str
    function: str
    line: int
    source: str
    since: str | None
    until: str | None
    formerly: list[str] = Field(description="Former ids, from before it was renamed or moved.")
    verdicts: dict[str, Verdict] = Field(description="Environment key -> verdict.")
    turns: list[TransitionOut] = Field(description="Its transitions, by lane and release.")
    seconds: dict[str, DurationsOut] = Field(description="Environment key -> duration of the executions that passed.")
    steadiness: SteadinessOut


class ScenariosOut(BaseModel):
    """All scenarios, in the order of the matrix."""

    scenarios: list[ScenarioHead]


class TallyOut(BaseModel):
    """How many scenarios pass (``holds``), of those with a result (``of``)."""

    holds: int
    of: int


class ReleaseEnvironment(EnvironmentHead):
    """One environment of a release, with the number of scenarios that pass."""

    tally: TallyOut


class ReleaseOut(BaseModel):
    """One release with its environments."""

    release: str
    environments: list[ReleaseEnvironment]
    tally: TallyOut


class ReleaseEnvironmentDetails(ReleaseEnvironment):
    """One environment of a release, with its changes from the previous release."""

    change: ChangeOut | None = Field(
        description="Changes from the previous environment in its lane; null for the first, or if it cannot be installed."
    )


class ReleaseDetails(BaseModel):
    """One release in full."""

    release: str
    before: str | None = Field(description="The tested release that it follows in its line.")
    after: str | None = Field(description="The tested release that follows it; no backport if there is another.")
    environments: list[ReleaseEnvironmentDetails]
    page: str = Field(description="Address of the HTML page.")


class ReleasesOut(BaseModel):
    """All releases, newest first."""

    releases: list[ReleaseOut]


class ExceptionOut(BaseModel):
    """The exception that was raised."""

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


class CellOut(BaseModel):
    """The verdict of one scenario in one environment, with its evidence."""

    scenario: ScenarioHead
    environment: EnvironmentHead
    verdict: Verdict
    was: Verdict | None = Field(description="Previous verdict of a stale cell.")
    overlay: Overlay | None = Field(
        description="known: expected failure, listed in known.toml; surprise: listed, but passes; "
        "new-warnings: passes with a deprecation warning that the previous environment did not give."
    )
    known: KnownOut | None = Field(description="Its entry in known.toml, whatever its verdict.")
    passed: int = Field(description="How many of the counted executions passed.")
    executions: int
    result: ResultOut | None = Field(description="The result that decides the verdict, with its evidence.")
    attempts: list[ResultHead] = Field(description="All results, newest first.")
    reproduce: ReproduceOut
    neighbour: NeighbourOut | None = Field(description="The cell it is compared with; null if there is none.")
    locks: LocksOut | None = Field(
        description="What differs from the environment with the opposite verdict; null if there is none in this lane."
    )
    turn: TransitionOut | None = Field(description="The scenario's nearest transition in this lane.")
    page: str = Field(description="Address of the HTML page.")


class Health(BaseModel):
    """Health of the server, with the revision of its database."""

    status: Literal["ok"]
    version: str
    revision: int


def environment_out(column: Column) -> EnvironmentOut:
    """Return the response for an environment."""
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


def release_details(version: Version) -> ReleaseDetails:
    """Return the response for a release."""
    return ReleaseDetails(
        release=version.name,
        before=str(version.before) if version.before else None,
        after=str(version.after) if version.after else None,
        environments=[
            ReleaseEnvironmentDetails(
                **column_head(each.environment),
                tally=_tally(replace(each.matrix, environments=(each.environment,))),
                change=change_out(each.change, each.matrix) if each.change else None,
            )
            for each in version.columns
        ],
        page=links.release(version.name),
    )


def scenario_head(scenario: Scenario) -> ScenarioHead:
    """Return the summary of a scenario."""
    return ScenarioHead.model_validate(scenario, from_attributes=True)


def scenario_out(
    scenario: Scenario, matrix: Matrix, executions: Mapping[str, Sequence[Evidence]], scenario_set: str = ""
) -> ScenarioOut:
    """Return the response for a scenario; ``executions`` are all of its executions, by environment key."""
    cells = zip(matrix.environments, matrix.row(scenario), strict=True)
    found = [each for line in lines(matrix.environments) for each in line.transitions(matrix, scenario)]
    fields = {
        "verdicts": {environment.key: cell.verdict for environment, cell in cells},
        "turns": [transition_out(each, scenario_set) for each in found],
        "seconds": seconds_out(took(executions, scenario.fingerprint)),
        "steadiness": steadiness_out(steadiness(executions, scenario.fingerprint)),
    }
    return ScenarioOut.model_validate({**asdict(scenario), **fields})


def releases_out(matrix: Matrix) -> ReleasesOut:
    """Return the response for all releases of a matrix."""
    return ReleasesOut(releases=[_release_out(part) for part in by_release(matrix)])


def result_head(result: Result) -> ResultHead:
    """Return a result without its evidence."""
    return ResultHead.model_validate(result, from_attributes=True)


def result_out(result: Result) -> ResultOut:
    """Return the response for a result."""
    raised = {"type": result.exception_type, "message": result.exception_message} if result.exception_type else None
    return ResultOut.model_validate({**asdict(result), "exception": raised})


def cell_out(cell: Cell) -> CellOut:
    """Return the response for a cell."""
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
        reproduce=ReproduceOut(**asdict(reproduce(scenario, environment, cell.scenario_set))),
        neighbour=neighbour_out(cell.neighbour) if cell.neighbour else None,
        locks=locks_out(cell.locks) if cell.locks else None,
        turn=transition_out(cell.turn, cell.scenario_set) if cell.turn else None,
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
