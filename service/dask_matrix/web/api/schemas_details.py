"""Nested response models: transitions, changes, lock differences, durations, and the about page."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.upgrades.answer import NewWarning, PackageChange
from dask_matrix.web import links, repeat_commands
from dask_matrix.web.about import Figures, extent
from dask_matrix.web.drawing.labels import LANES, OUTCOMES, OVERLAYS, SAFETIES, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.transitions.transitions import Transition
    from dask_matrix.domain.upgrades.environment_diff import EnvironmentDiff
    from dask_matrix.domain.verdicts.execution_history import Durations, Steadiness
    from dask_matrix.web.cells import Locks, Neighbour
    from dask_matrix.web.drawing.labels import Label


class TransitionOut(BaseModel):
    """A transition of a scenario in one lane."""

    breaks: bool = Field(description="true if it breaks (passed before), false if it is fixed.")
    before: str = Field(description="Key of the last environment before the transition.")
    after: str = Field(description="Key of the first environment with the new verdict.")
    release: str = Field(description="Release of that environment.")
    between: str = Field(
        description="Where it changes, in words: in a release, or between two, if releases in between are untested."
    )
    untested_between: list[str] = Field(
        description="The releases between the two environments without a result: it may have changed in any of them."
    )
    uninstallable_between: list[str] = Field(description="The releases between the two that cannot be installed.")
    lane: str
    verdict: Verdict = Field(description="The new verdict.")
    exception: str = Field(description="Type of what is raised on the side where it does not hold.")
    bisect: str = Field(description="The command that finds the commit or release that caused it.")


class ReproduceOut(BaseModel):
    """Commands that rerun a cell."""

    nox: str = Field(description="The nox session; empty for a scenario set of one's own, which nox does not know.")
    dask_matrix: str


class KnownOut(BaseModel):
    """The entry in known.toml for a cell."""

    issue: str
    reason: str
    expires: date = Field(description="The entry is ignored from this day on.")


class NeighbourOut(BaseModel):
    """The cell to compare with: the nearest in the lane with the opposite verdict, else that of the previous release."""

    environment: str = Field(description="Key of its environment.")
    release: str
    verdict: Verdict
    opposite: bool = Field(
        description="Whether it has the opposite verdict (passes where this one fails, or the reverse)."
    )
    exception: str = Field(description="Type of what it raised.")
    result: str | None = Field(description="Id of the result that decides its verdict.")


class LocksOut(BaseModel):
    """Package differences from the last earlier environment with the opposite verdict, or else the first later one."""

    environment: str = Field(description="Key of that environment.")
    release: str
    held: bool = Field(description="Whether the scenario passes there.")
    packages: list[PackageChange] = Field(
        description="Packages other than Dask that differ, from the earlier to the later release."
    )


class ChangedScenarioOut(BaseModel):
    """One scenario whose verdict changed."""

    scenario: str
    title: str
    before: Verdict
    after: Verdict
    exception: str = Field(description="Type of what is raised on the side where it does not hold.")


class ChangeOut(BaseModel):
    """Changes of an environment from the one it follows in its lane."""

    against: str = Field(description="Key of the previous environment.")
    release: str = Field(description="Release of the previous environment.")
    untested_between: list[str] = Field(
        description="The releases between the two that have no environment in its lane."
    )
    regressed: list[ChangedScenarioOut]
    fixed: list[ChangedScenarioOut]
    new_warnings: list[NewWarning]
    packages: list[PackageChange] = Field(description="Packages other than Dask that differ.")
    holding: int = Field(description="How many scenarios pass in both.")
    unknown: int = Field(description="How many scenarios cannot be compared, for lack of a result in one of the two.")


class DurationsOut(BaseModel):
    """Wall-clock seconds of the executions that passed in one environment; indicative only, machines differ."""

    shortest: float
    median: float
    longest: float
    executions: int


class SteadinessOut(BaseModel):
    """How stable the outcomes of a scenario are, in its current version."""

    executions: int = Field(description="How many executions were counted.")
    environments: int = Field(description="In how many environments they ran.")
    mixed: list[str] = Field(description="Keys of the environments where some passed and some failed.")


class WordOut(BaseModel):
    """One term of the matrix and its meaning."""

    name: str
    means: str
    symbol: str = ""


class FiguresOut(BaseModel):
    """Default limits and thresholds that verdicts depend on."""

    timeout: float = Field(description="Time limit of one execution, in seconds.")
    memory: int | None = Field(description="Memory limit of all processes of one execution, in MiB; null for none.")
    output: int = Field(description="Maximum kept per captured stream, in KiB; longer output is cut in the middle.")
    retries: int = Field(description="How many times a failed scenario is retried right away.")
    broken: int = Field(description="Executions required for a failing verdict.")
    turning: int = Field(description="Executions required for a verdict that differs from that of an adjacent release.")
    live_minutes: float = Field(
        description="A run counts as live while its newest result is less than this many minutes old, unless it has ended."
    )
    entries: int = Field(description="Maximum number of entries in a feed.")


class ExtentOut(BaseModel):
    """What the evidence covers."""

    scenarios: int
    environments: int
    refused: int = Field(description="How many of the environments cannot be installed.")
    first: str = Field(description="The oldest release.")
    last: str = Field(description="The newest release.")
    pythons: list[str]
    lanes: list[str]
    platforms: list[str]
    listed: int = Field(description="How many scenarios have a known failure.")


class AboutOut(BaseModel):
    """What the terms and numbers of the matrix mean."""

    verdicts: list[WordOut]
    overlays: list[WordOut]
    outcomes: list[WordOut]
    upgrades: list[WordOut]
    lanes: list[WordOut]
    figures: FiguresOut
    extent: ExtentOut
    page: str = Field(description="Address of the HTML page, which explains more.")


def transition_out(transition: Transition, scenario_set: str = "") -> TransitionOut:
    """Return the response part for a transition."""
    return TransitionOut(
        breaks=transition.breaks,
        before=transition.before.key,
        after=transition.after.key,
        release=str(transition.after.release),
        between=transition.where,
        untested_between=list(map(str, transition.gap.untested)),
        uninstallable_between=list(map(str, transition.gap.uninstallable)),
        lane=transition.after.lane.value,
        verdict=transition.now.verdict,
        exception=transition.now.exception if transition.breaks else transition.was.exception,
        bisect=repeat_commands.bisect(transition, scenario_set),
    )


def neighbour_out(other: Neighbour) -> NeighbourOut:
    """Return the response part for the cell that is compared with."""
    return NeighbourOut(
        environment=other.environment.key,
        release=str(other.environment.release),
        verdict=other.judgement.verdict,
        opposite=other.opposite,
        exception=other.judgement.exception,
        result=other.judgement.result,
    )


def locks_out(locks: Locks) -> LocksOut:
    """Return the response part for the differences between two locks."""
    other = locks.environment
    return LocksOut(environment=other.key, release=str(other.release), held=locks.passes, packages=list(locks.packages))


def change_out(found: EnvironmentDiff, matrix: Matrix) -> ChangeOut:
    """Return the response part for the changes of an environment."""

    def changed_scenario(row: Scenario) -> ChangedScenarioOut:
        was, now = matrix.cell(row, found.before), matrix.cell(row, found.after)
        raised = now.exception or was.exception
        return ChangedScenarioOut(
            scenario=row.id, title=row.title, before=was.verdict, after=now.verdict, exception=raised
        )

    return ChangeOut(
        against=found.before.key,
        release=str(found.before.release),
        untested_between=list(map(str, matrix.gap(found.before, found.after).untested)),
        regressed=list(map(changed_scenario, found.regressed)),
        fixed=list(map(changed_scenario, found.fixed)),
        new_warnings=list(found.new_warnings),
        packages=list(found.packages),
        holding=found.holding,
        unknown=found.unknown,
    )


def seconds_out(durations: Mapping[str, Durations]) -> dict[str, DurationsOut]:
    """Return environment key -> durations of the executions that passed."""
    return {
        key: DurationsOut(shortest=each.shortest, median=each.typical, longest=each.longest, executions=each.executions)
        for key, each in durations.items()
    }


def steadiness_out(steady: Steadiness) -> SteadinessOut:
    """Return the response part for the stability of outcomes."""
    return SteadinessOut(executions=steady.executions, environments=steady.cells, mixed=list(steady.mixed))


def verdicts_of(matrix: Matrix, environment: Environment) -> dict[str, Verdict]:
    """Return scenario id -> verdict in one environment."""
    return {row.id: matrix.cell(row, environment).verdict for row in matrix.scenarios}


def about_out(matrix: Matrix) -> AboutOut:
    """Return the response that explains the terms and numbers of a matrix."""
    figures, coverage = Figures(), extent(matrix)
    return AboutOut(
        verdicts=_words(VERDICTS.items()),
        overlays=_words(OVERLAYS.items()),
        outcomes=_words(OUTCOMES.items()),
        upgrades=_words(SAFETIES.items()),
        lanes=[WordOut(name=lane.value, means=means) for lane, means in LANES.items()],
        figures=FiguresOut.model_validate(figures, from_attributes=True),
        extent=ExtentOut.model_validate(coverage, from_attributes=True),
        page=links.about(),
    )


def _words(table: Iterable[tuple[StrEnum, Label]]) -> list[WordOut]:
    return [WordOut(name=name.value, means=word.means, symbol=word.symbol) for name, word in table]
