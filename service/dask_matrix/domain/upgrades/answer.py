"""The answer to "what breaks and what is fixed if I move from this release to that one", as all who ask get it.

The JSON of ``GET /api/v1/upgrade``, ``dask-matrix check --json`` and the page ``/upgrade`` are this very object. Fields
are only ever added within ``/api/v1``.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.records.outcome import Verdict


class Safety(StrEnum):
    """What is said of a move. Unknown is never safe."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    UNKNOWN = "unknown"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Column(_Value):
    """The environment that stands for a release."""

    key: str = Field(description="The environment's key: /api/v1/environments/{key}.")
    release: str = Field(description="The release of Dask.")
    pair: str = Field(
        default="", description="The two commits it is made of, where it is `main`; empty for a release of the index."
    )
    python: str = Field(description="The minor version of its Python, such as 3.11.")
    lane: Lane = Field(description="How dependencies other than Dask were chosen.")
    platform: str = Field(description="What it was resolved for, such as linux-x86_64.")
    released_at: datetime | None = Field(
        default=None, description="When the release's files were uploaded, None if that is not known."
    )
    installs: bool = Field(default=True, description="Whether its requirements can be installed together.")
    refusal: str = Field(default="", description="Why it cannot be had: the whole of what uv or the import said.")


class Seen(_Value):
    """One scenario on one side of the move."""

    verdict: Verdict = Field(description="What is said of it there.")
    was: Verdict | None = Field(default=None, description="What a stale verdict was.")
    exception: str = Field(default="", description="Type of what was raised, where the behaviour does not hold.")
    passed: int = Field(default=0, description="How many of the executions that count held.")
    executions: int = Field(default=0, description="How many executions count.")
    result: str | None = Field(default=None, description="Id of the deciding result: /api/v1/results/{id}.")


class Listed(_Value):
    """What known.toml says of a failure."""

    issue: str = Field(description="Where it is reported, such as dask/distributed#9041.")
    reason: str = Field(description="Why it is known, in words.")
    expires: str = Field(description="The day from which it counts as known no more, such as 2027-01-31.")


class Finding(_Value):
    """One scenario on both sides."""

    scenario: str = Field(description="The scenario's id: /api/v1/scenarios/{id}.")
    title: str = Field(description="The behaviour, in a sentence.")
    area: str = Field(description="The area that the scenario belongs to.")
    issues: tuple[str, ...] = Field(default=(), description="Issues that the scenario is about.")
    covers: tuple[str, ...] = Field(default=(), description="Dotted names that the scenario exercises.")
    before: Seen = Field(description="What is said of it on the start.")
    after: Seen = Field(description="What is said of it on the target.")
    why: str = Field(default="", description="Why nothing is claimed, in words.")
    known: Listed | None = Field(
        default=None, description="What is listed as known of its failure on the target, None if nothing is."
    )
    accepted: bool = Field(
        default=False,
        description="Whether the question accepts this failure, because it is listed as known or by its id.",
    )


class NewWarning(_Value):
    """A warning that a scenario gives on the target and did not give before; it holds on both."""

    scenario: str = Field(description="The scenario's id.")
    title: str = Field(description="The behaviour, in a sentence.")
    category: str = Field(description="The warning's class, such as FutureWarning.")
    message: str = Field(description="The warning's text.")


class Step(_Value):
    """A release on the way, compared with the start."""

    release: str = Field(description="The release of Dask.")
    released_at: datetime | None = Field(description="When its files were uploaded, None if that is not known.")
    late: bool = Field(description="Whether a higher release was uploaded before it: a backport.")
    verdict: Safety = Field(description="Whether it is safe to move from the start to it.")
    regressed: int = Field(description="How many scenarios held on the start and do not on it.")
    fixed: int = Field(description="How many did not hold on the start and do on it.")
    unknown: int = Field(description="Of how many nothing is claimed.")
    installs: bool = Field(description="Whether it has an environment whose requirements can be installed together.")


class PackageChange(_Value):
    """A package whose version differs between two environments."""

    name: str = Field(description="The package's canonical name.")
    before: str | None = Field(description="Its version in the first environment, None where it is not in it.")
    after: str | None = Field(description="Its version in the second environment, None where it is not in it.")


class Suspect(_Value):
    """A scenario that holds in one of two lanes of the target and breaks in the other: Dask is not the likely cause."""

    scenario: str = Field(description="The scenario's id.")
    title: str = Field(description="The behaviour, in a sentence.")
    exception: str = Field(description="Type of what was raised in the lane where it breaks.")
    known: Listed | None = Field(
        default=None, description="What is listed as known of its failure there, None if nothing is."
    )


class Lanes(_Value):
    """The target as released beside the target with the latest dependencies: what only the dependencies can have done."""

    other: Column = Field(description="The environment of the target with the latest dependencies.")
    breaks: tuple[Suspect, ...] = Field(
        description="Scenarios that hold as released and break with the latest dependencies."
    )
    mends: tuple[Suspect, ...] = Field(
        description="Scenarios that break as released and hold with the latest dependencies."
    )
    packages: tuple[PackageChange, ...] = Field(
        description="Packages beside Dask that differ, from as released to the latest."
    )
    sentence: str = Field(description="The same in words.")


class Evidence(_Value):
    """What an answer rests on."""

    source: str = Field(
        default="",
        description="Where it was asked: a server, a data folder, the snapshot; empty in the answer of a server itself.",
    )
    scenarios: int = Field(default=0, description="How many scenarios are in scope.")
    results: int = Field(default=0, description="How many executions decide the verdicts of both sides.")
    oldest: datetime | None = Field(default=None, description="When the oldest result of the two environments came.")
    newest: datetime | None = Field(default=None, description="When the newest result of the two environments came.")
    flaky: int = Field(default=0, description="How many cells of both sides are flaky.")
    lanes: tuple[Lane, ...] = Field(
        default=(), description="All lanes that the two releases were tested in, not only that of the answer."
    )
    pythons: tuple[str, ...] = Field(
        default=(), description="All Pythons that the two releases were tested on, not only that of the answer."
    )


class Question(_Value):
    """What is asked. All that narrows it narrows it together; the values of one field are alternatives."""

    start: str = Field(
        validation_alias="from",
        serialization_alias="from",
        description="The release that is moved from, such as 2025.2.0.",
    )
    target: str = Field(
        validation_alias="to", serialization_alias="to", description="The release that is moved to, or `main`."
    )
    lane: Lane = Field(default=Lane.AS_RELEASED, description="How dependencies other than Dask were chosen.")
    python: str | None = Field(default=None, description="Only environments of this Python, such as 3.11.")
    area: tuple[str, ...] = Field(default=(), description="Areas of scenarios.")
    scenario: tuple[str, ...] = Field(default=(), description="Ids of scenarios; * is anything.")
    q: str = Field(default="", description="Words that id, title, covered names or issues must contain.")
    covers: tuple[str, ...] = Field(default=(), description="Dotted names, which stand for what is below them too.")
    profile: str = Field(default="", description="A kind of work that matrix.toml names.")
    uses: tuple[str, ...] | None = Field(default=None, description="The very names that the asker's code uses.")
    have: dict[str, str] = Field(
        default_factory=dict,
        description="Versions that the asker has now, of python, pandas, numpy and pyarrow: the nearest environment tested stands for the start.",
    )
    accept: tuple[str, ...] = Field(
        default=(),
        description="`known` accepts all failures listed as known, anything else is the id of a scenario; * is anything.",
    )

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)


class Answer(_Value):
    """The answer to a question about a move from one release to another."""

    question: Question = Field(description="What was asked, as it was understood.")
    verdict: Safety = Field(description="Whether the move is safe. Unknown is never safe.")
    reasons: tuple[str, ...] = Field(description="Why, in sentences: the weightiest first.")
    start: Column | None = Field(description="The environment that stands for the start, None if it was never tested.")
    target: Column | None = Field(
        description="The environment that stands for the target, None if it was never tested."
    )
    regressed: tuple[Finding, ...] = Field(
        default=(), description="Scenarios that held on the start and do not on the target, accepted ones too."
    )
    fixed: tuple[Finding, ...] = Field(
        default=(), description="Scenarios that did not hold on the start and do on the target."
    )
    still_failing: tuple[Finding, ...] = Field(default=(), description="Scenarios that hold on neither side.")
    unknown: tuple[Finding, ...] = Field(
        default=(), description="Scenarios of which nothing is claimed, for lack of a verdict on a side."
    )
    not_applicable: tuple[Finding, ...] = Field(
        default=(), description="Scenarios that are declared not to apply on one of the two sides."
    )
    holding: int = Field(default=0, description="How many scenarios hold on both sides.")
    new_warnings: tuple[NewWarning, ...] = Field(
        default=(), description="Warnings that only the target gives, by scenarios that hold on both sides."
    )
    road: tuple[Step, ...] = Field(
        default=(),
        description="The releases from the start, without it, to the target, with it, in the order of the way; empty if the start was never tested.",
    )
    avoid: tuple[str, ...] = Field(default=(), description="The releases on the way that are unsafe.")
    specifier: str = Field(
        default="",
        description="A requirement that admits the start and, of the releases on the way, only those that are safe.",
    )
    recommended: str | None = Field(
        default=None, description="The safe release nearest to the target on the way, None if there is none."
    )
    next_safe: str | None = Field(default=None, description="The lowest safe release above both.")
    packages_changed: tuple[PackageChange, ...] = Field(
        default=(),
        description="Packages beside Dask that differ between the two sides; empty too where a side has no lock.",
    )
    lanes: Lanes | None = Field(
        default=None,
        description="What the target does differently with the latest dependencies, None if nothing or nobody looked.",
    )
    caveats: tuple[str, ...] = Field(default=(), description="What to mind of the answer, in sentences.")
    evidence: Evidence = Field(default=Evidence(), description="What the answer rests on.")

    def told_by(self, source: str) -> Self:
        """Return it with the name of who was asked: a server, a data folder, the snapshot."""
        return self.model_copy(update={"evidence": self.evidence.model_copy(update={"source": source})})
