"""The shapes of what JSON tells beside a thing itself: where it turns, what it turned, how long it takes, what words mean."""

from __future__ import annotations

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
    from dask_matrix.domain.transitions.transitions import Turn
    from dask_matrix.domain.upgrades.environment_diff import Change
    from dask_matrix.domain.verdicts.execution_history import Steadiness, Took
    from dask_matrix.web.cells import Locks, Neighbour
    from dask_matrix.web.drawing.labels import Word


class TurnOut(BaseModel):
    """Where a row turns on its lane."""

    breaks: bool = Field(description="Whether it held before; otherwise it is fixed.")
    before: str = Field(description="Key of the last environment before the turn.")
    after: str = Field(description="Key of the environment that it turns in.")
    release: str = Field(description="The release that it turns in.")
    lane: str
    verdict: Verdict = Field(description="The verdict that it turns to.")
    exception: str = Field(description="Type of what is raised on the side where it does not hold.")
    bisect: str = Field(description="The command that finds what made it turn.")


class NeighbourOut(BaseModel):
    """Another cell of the row: the nearest of the lane with the opposite verdict, else that of the release before."""

    environment: str = Field(description="Key of its environment.")
    release: str
    verdict: Verdict
    opposite: bool = Field(description="Whether its verdict is the opposite.")
    exception: str = Field(description="Type of what it raised.")
    result: str | None = Field(description="Id of the result that decides it.")


class LocksOut(BaseModel):
    """What differs from the last environment before where the verdict was the opposite, or the first one after."""

    environment: str = Field(description="Key of that environment.")
    release: str
    held: bool = Field(description="Whether the behaviour holds there.")
    packages: list[PackageChange] = Field(description="Packages beside Dask that differ, from the earlier release on.")


class TurnedOut(BaseModel):
    """One row that turned."""

    scenario: str
    title: str
    before: Verdict
    after: Verdict
    exception: str = Field(description="Type of what is raised on the side where it does not hold.")


class ChangeOut(BaseModel):
    """What an environment turned against the one before in its lane."""

    against: str = Field(description="Key of the environment before.")
    release: str = Field(description="Its release.")
    regressed: list[TurnedOut]
    fixed: list[TurnedOut]
    new_warnings: list[NewWarning]
    packages: list[PackageChange] = Field(description="Packages beside Dask that differ.")
    holding: int = Field(description="How many rows hold on both sides.")
    unknown: int = Field(description="How many rows have no verdict on both sides.")


class TookOut(BaseModel):
    """Wall-clock seconds of the executions that passed in one environment: indicative, machines differ."""

    shortest: float
    median: float
    longest: float
    executions: int


class SteadinessOut(BaseModel):
    """How constant the outcomes of a scenario's present text are."""

    executions: int = Field(description="How many executions count.")
    environments: int = Field(description="In how many environments.")
    mixed: list[str] = Field(description="Keys of the environments where they both passed and broke.")


class WordOut(BaseModel):
    """One word of the matrix."""

    name: str
    means: str
    symbol: str = ""


class FiguresOut(BaseModel):
    """The numbers that verdicts depend on, as far as nobody sets others."""

    timeout: float = Field(description="Seconds of one execution.")
    memory: int | None = Field(description="MiB of all processes of an execution.")
    output: int = Field(description="KiB kept of each captured stream.")
    retries: int = Field(description="How often a scenario that broke is executed again at once.")
    broken: int = Field(description="Executions that a broken verdict rests on.")
    turning: int = Field(
        description="Executions that a verdict rests on which differs from that of the release beside it."
    )
    live_minutes: float = Field(
        description="Results are coming in while the newest is younger than this, unless its run has ended."
    )
    entries: int = Field(description="Entries of a feed.")


class ExtentOut(BaseModel):
    """How far the evidence goes."""

    scenarios: int
    environments: int
    refused: int = Field(description="How many of the environments cannot be had.")
    first: str = Field(description="The first release.")
    last: str
    pythons: list[str]
    lanes: list[str]
    platforms: list[str]
    listed: int = Field(description="How many scenarios are listed as failing somewhere.")


class AboutOut(BaseModel):
    """What the numbers mean and rest on."""

    verdicts: list[WordOut]
    overlays: list[WordOut]
    outcomes: list[WordOut]
    upgrades: list[WordOut]
    lanes: list[WordOut]
    figures: FiguresOut
    extent: ExtentOut
    page: str = Field(description="Where a person reads the same, and more.")


def turn_out(turn: Turn) -> TurnOut:
    """Return a turn as JSON tells it."""
    return TurnOut(
        breaks=turn.breaks,
        before=turn.before.key,
        after=turn.after.key,
        release=str(turn.after.release),
        lane=turn.after.lane.value,
        verdict=turn.now.verdict,
        exception=turn.now.exception if turn.breaks else turn.was.exception,
        bisect=repeat_commands.bisect(turn),
    )


def neighbour_out(other: Neighbour) -> NeighbourOut:
    """Return a neighbour as JSON tells it."""
    return NeighbourOut(
        environment=other.environment.key,
        release=str(other.environment.release),
        verdict=other.judgement.verdict,
        opposite=other.opposite,
        exception=other.judgement.exception,
        result=other.judgement.result,
    )


def locks_out(locks: Locks) -> LocksOut:
    """Return what differs in two locks as JSON tells it."""
    other = locks.environment
    return LocksOut(environment=other.key, release=str(other.release), held=locks.held, packages=list(locks.packages))


def change_out(found: Change, matrix: Matrix) -> ChangeOut:
    """Return what an environment turned as JSON tells it."""

    def turned(row: Scenario) -> TurnedOut:
        was, now = matrix.cell(row, found.before), matrix.cell(row, found.after)
        raised = now.exception or was.exception
        return TurnedOut(scenario=row.id, title=row.title, before=was.verdict, after=now.verdict, exception=raised)

    return ChangeOut(
        against=found.before.key,
        release=str(found.before.release),
        regressed=list(map(turned, found.regressed)),
        fixed=list(map(turned, found.fixed)),
        new_warnings=list(found.new_warnings),
        packages=list(found.packages),
        holding=found.holding,
        unknown=found.unknown,
    )


def seconds_out(taken: Mapping[str, Took]) -> dict[str, TookOut]:
    """Return by environment how long something takes as JSON tells it."""
    return {
        key: TookOut(shortest=each.shortest, median=each.typical, longest=each.longest, executions=each.executions)
        for key, each in taken.items()
    }


def steadiness_out(steady: Steadiness) -> SteadinessOut:
    """Return how constant outcomes are as JSON tells it."""
    return SteadinessOut(executions=steady.executions, environments=steady.cells, mixed=list(steady.mixed))


def verdicts_of(matrix: Matrix, environment: Environment) -> dict[str, Verdict]:
    """Return scenario id -> verdict of one column."""
    return {row.id: matrix.cell(row, environment).verdict for row in matrix.scenarios}


def about_out(matrix: Matrix) -> AboutOut:
    """Return what the numbers mean as JSON tells it."""
    figures, reach = Figures(), extent(matrix)
    return AboutOut(
        verdicts=_words(VERDICTS.items()),
        overlays=_words(OVERLAYS.items()),
        outcomes=_words(OUTCOMES.items()),
        upgrades=_words(SAFETIES.items()),
        lanes=[WordOut(name=lane.value, means=means) for lane, means in LANES.items()],
        figures=FiguresOut.model_validate(figures, from_attributes=True),
        extent=ExtentOut.model_validate(reach, from_attributes=True),
        page=links.about(),
    )


def _words(table: Iterable[tuple[StrEnum, Word]]) -> list[WordOut]:
    return [WordOut(name=name.value, means=word.means, symbol=word.symbol) for name, word in table]
