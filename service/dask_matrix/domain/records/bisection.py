"""The report of a bisection, as it is recorded and shown."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dask_matrix.domain.records.fields import MAX_COUNT, Count, Key, Line, Name, ScenarioId, Seconds, Title, When
from dask_matrix.domain.wording import counted

Steps = Annotated[int, Field(ge=1, le=MAX_COUNT)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class PointStatus(StrEnum):
    """The status of one point. Unknown never counts as good or bad."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


class BisectStatus(StrEnum):
    """The result of a search."""

    FOUND = "found"
    SUSPECTS = "suspects"
    CONTRADICTED = "contradicted"
    UNVERIFIED = "unverified"


class BisectPart(BaseModel):
    """Base class of the parts of a bisection record."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)  # `check` validates no record


class ExaminedPoint(BisectPart):
    """One point that was tested: its name, its environment if it has one, and the status from its executions.

    ``executed`` counts the executions of this bisection, None if all results existed before. ``told`` is the outcome of
    the newest deciding execution, or why there is none.
    """

    name: Line
    environment: Key | None = None
    seen: PointStatus
    passed: Count = 0
    broken: Count = 0
    executed: Count | None = None
    told: str = ""


class Suspect(BisectPart):
    """A release or commit that may be the first bad one. ``link`` leads to its changes."""

    name: Line
    repository: str = ""
    commit: str = ""
    authored: When | None = None
    author: str = ""
    subject: str = ""
    link: str = ""


class RecordedTransition(BisectPart):
    """Two points that differ: ``breaks`` if the earlier one is good. ``apart`` counts the steps between them."""

    before: Line
    after: Line
    breaks: bool
    apart: Steps

    @property
    def sentence(self) -> str:
        """The transition in words: ``good → bad: A → B``."""
        far = f" ({self.apart} steps apart)" if self.apart > 1 else ""
        return f"{'good → bad' if self.breaks else 'bad → good'}: {self.before} → {self.after}{far}"


class BisectCost(BisectPart):
    """What a bisection cost: environments tested, environments built, executions, wall-clock seconds."""

    environments: Count = 0
    built: Count = 0
    executions: Count = 0
    seconds: Seconds = 0.0

    @property
    def sentence(self) -> str:
        """The cost in words."""
        run, built = counted(self.environments, "environment"), counted(self.built, "environment")
        executions, minutes = counted(self.executions, "execution"), self.seconds / 60
        return f"{executions} in {run}; {built} built; {minutes:.1f} min."


class BisectReport(BisectPart):
    """The question of a bisection, its answer, and the evidence.

    ``start`` and ``end`` are the endpoints in order of history, ``steps`` apart; ``over`` is ``releases`` or ``commits``.
    ``mends`` searches for a fix. ``end_told`` says which endpoint is not as given, or could not be tested. ``rate`` is
    the share of executions at bad points that fail: below 1 the scenario is flaky.
    """

    scenario: ScenarioId
    title: Title = ""
    fingerprint: Name
    mends: bool = False
    failing_with: str = ""
    over: Name
    lane: Name
    pythons: tuple[Name, ...]
    platform: Name
    start: Line
    end: Line
    steps: Steps
    ended: BisectStatus
    end_told: str = ""
    suspects: tuple[Suspect, ...] = ()
    turnings: tuple[RecordedTransition, ...] = ()
    looked: tuple[ExaminedPoint, ...] = ()
    rate: Share = 1.0
    confidence: Share = 1.0
    spent: BisectCost = BisectCost()
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_what_it_found(self) -> Self:
        if self.ended is BisectStatus.FOUND and not self.suspects:
            raise ValueError("a bisection that ended as found must name a suspect")
        return self

    @property
    def question(self) -> tuple[str, ...]:
        """What was asked about the scenario: equal for bisections that answer the same question."""
        sought = "fixed" if self.mends else "broke"
        return self.over, sought, self.failing_with, self.lane, *self.pythons, self.platform, self.start, self.end

    @property
    def headline(self) -> str:
        """The result in one sentence."""
        did, kind = "fixed" if self.mends else "broke", self.over.removesuffix("s")
        if self.ended is BisectStatus.FOUND:
            suspect = self.suspects[0]
            return f"{suspect.name} {did} it{f': {suspect.subject}' if suspect.subject else ''}"
        if self.ended is BisectStatus.SUSPECTS:
            return f"Inconclusive: one of {counted(len(self.suspects), kind)} {did} it; they could not be tested separately"
        if self.ended is BisectStatus.CONTRADICTED:
            return "Bisect stopped: an endpoint is not good or bad as given"
        return "Cannot bisect: an endpoint could not be tested"

    @property
    def ends(self) -> str:
        """The endpoints, and how far apart they are."""
        first, last = ("bad", "good") if self.mends else ("good", "bad")
        return f"{first} {self.start}, {last} {self.end}, {counted(self.steps, self.over.removesuffix('s'))} apart"

    @property
    def sureness(self) -> str:
        """How certain the answer is."""
        if self.rate < 1:
            return f"{self.confidence:.1%}: flaky; it fails in {self.rate:.0%} of executions at bad points"
        return "at every point tested, all executions agreed"


class RecordedBisection(BisectPart):
    """The report of a bisection, when it was recorded, and by which run."""

    id: str
    at: datetime
    run: str
    found: BisectReport
