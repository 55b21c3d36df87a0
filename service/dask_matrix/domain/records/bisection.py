"""The report of a bisection, as it is recorded and shown."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


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


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 step``, ``2 steps``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


class BisectPart(BaseModel):
    """Base class of the parts of a bisection record."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ExaminedPoint(BisectPart):
    """One point that was tested: its name, its environment if it has one, and the status from its executions.

    ``executed`` counts the executions of this bisection, None if all results existed before. ``told`` is the outcome of
    the newest deciding execution, or why there is none.
    """

    name: str
    environment: str | None = None
    seen: PointStatus
    passed: int = 0
    broken: int = 0
    executed: int | None = None
    told: str = ""


class Suspect(BisectPart):
    """A release or commit that may be the first bad one. ``link`` leads to its changes."""

    name: str
    repository: str = ""
    commit: str = ""
    authored: AwareDatetime | None = None
    author: str = ""
    subject: str = ""
    link: str = ""


class RecordedTransition(BisectPart):
    """Two points that differ: ``breaks`` if the earlier one is good. ``apart`` counts the steps between them."""

    before: str
    after: str
    breaks: bool
    apart: Annotated[int, Field(ge=1)]

    @property
    def sentence(self) -> str:
        """The transition in words: ``good → bad: A → B``."""
        far = f" ({self.apart} steps apart)" if self.apart > 1 else ""
        return f"{'good → bad' if self.breaks else 'bad → good'}: {self.before} → {self.after}{far}"


class BisectCost(BisectPart):
    """What a bisection cost: environments tested, environments built, executions, wall-clock seconds."""

    environments: int = 0
    built: int = 0
    executions: int = 0
    seconds: float = 0.0

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

    scenario: str
    title: str = ""
    fingerprint: str
    mends: bool = False
    failing_with: str = ""
    over: str
    lane: str
    pythons: tuple[str, ...]
    platform: str
    start: str
    end: str
    steps: Annotated[int, Field(ge=1)]
    ended: BisectStatus
    end_told: str = ""
    suspects: tuple[Suspect, ...] = ()
    turnings: tuple[RecordedTransition, ...] = ()
    looked: tuple[ExaminedPoint, ...] = ()
    rate: Annotated[float, Field(ge=0, le=1)] = 1.0
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    spent: BisectCost = BisectCost()
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

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
