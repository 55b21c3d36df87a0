"""What a bisection found, as it is recorded, told and shown."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Seen(StrEnum):
    """What is said of one point. Unknown is never taken for either of the others."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


class Ended(StrEnum):
    """How a search ended."""

    FOUND = "found"
    SUSPECTS = "suspects"
    CONTRADICTED = "contradicted"
    UNVERIFIED = "unverified"


def counted(many: int, what: str) -> str:
    """Return a number of things: ``1 step``, ``2 steps``."""
    return f"{many} {what}{'' if many == 1 else 's'}"


class Part(BaseModel):
    """What is within a record of a bisection."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Looked(Part):
    """One point that was looked at: its name, its environment if it has one, and what its executions say.

    ``executed`` counts those that this bisection had executed itself, None where all of it was known before. ``told``
    is how the newest ended that counts, or why nothing is known.
    """

    name: str
    environment: str | None = None
    seen: Seen
    passed: int = 0
    broken: int = 0
    executed: int | None = None
    told: str = ""


class Suspect(Part):
    """Where it may have turned: a release, or a commit of a repository. ``link`` leads to what it changed."""

    name: str
    repository: str = ""
    commit: str = ""
    authored: AwareDatetime | None = None
    author: str = ""
    subject: str = ""
    link: str = ""


class Turned(Part):
    """Two points that differ: ``breaks`` where the earlier one is good. ``apart`` counts the steps between them."""

    before: str
    after: str
    breaks: bool
    apart: Annotated[int, Field(ge=1)]

    @property
    def sentence(self) -> str:
        """It in words."""
        far = f" ({self.apart} steps apart)" if self.apart > 1 else ""
        return f"{'good → bad' if self.breaks else 'bad → good'}: {self.before} → {self.after}{far}"


class Spent(Part):
    """What a bisection cost: environments it looked into, those it built, executions, seconds of wall clock."""

    environments: int = 0
    built: int = 0
    executions: int = 0
    seconds: float = 0.0

    @property
    def sentence(self) -> str:
        """It in words."""
        run, built = counted(self.environments, "environment"), counted(self.built, "environment")
        executions, minutes = counted(self.executions, "execution"), self.seconds / 60
        return f"{executions} in {run}; {built} built; {minutes:.1f} min."


class Bisected(Part):
    """What was asked, what was found, and on what it rests.

    ``start`` and ``end`` are the two ends in order of history, ``steps`` how many steps lie between them; ``over`` is
    ``releases`` or ``commits``. ``end_told`` says which end is not what it was said to be, or could not be seen.
    ``rate`` is the share of executions that break where it is broken: below 1 it is flaky.
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
    ended: Ended
    end_told: str = ""
    suspects: tuple[Suspect, ...] = ()
    turnings: tuple[Turned, ...] = ()
    looked: tuple[Looked, ...] = ()
    rate: Annotated[float, Field(ge=0, le=1)] = 1.0
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    spent: Spent = Spent()
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def question(self) -> tuple[str, ...]:
        """What was asked of the scenario; bisections that asked the same have the same."""
        sought = "mended" if self.mends else "broke"
        return self.over, sought, self.failing_with, self.lane, *self.pythons, self.platform, self.start, self.end

    @property
    def headline(self) -> str:
        """What was found, in a sentence."""
        did, kind = "mended" if self.mends else "broke", self.over.removesuffix("s")
        if self.ended is Ended.FOUND:
            suspect = self.suspects[0]
            return f"{suspect.name} {did} it{f': {suspect.subject}' if suspect.subject else ''}"
        if self.ended is Ended.SUSPECTS:
            return f"One of {counted(len(self.suspects), kind)} {did} it; the points that would tell them apart could not be seen"
        if self.ended is Ended.CONTRADICTED:
            return "An end is not what it was said to be"
        return "An end could not be seen, so nothing was searched"

    @property
    def ends(self) -> str:
        """The two ends, and how far they are apart."""
        first, last = ("bad", "good") if self.mends else ("good", "bad")
        return f"{first} {self.start}, {last} {self.end}, {counted(self.steps, self.over.removesuffix('s'))} apart"

    @property
    def sureness(self) -> str:
        """How sure the answer is."""
        if self.rate < 1:
            return f"{self.confidence:.1%}: flaky, it breaks in {self.rate:.0%} of the executions where it is bad"
        return "no execution differed from the others at its point"


class Told(Part):
    """A bisection with when it was recorded, by which run."""

    id: str
    at: datetime
    run: str
    found: Bisected
