"""The answer to "what breaks and what is fixed if I move from this release to that one", as all who ask get it.

The JSON of ``GET /api/v1/upgrade``, ``dask-matrix check --json`` and the page ``/upgrade`` are this very object. Fields
are only ever added within ``/api/v1``.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from service.domain.environment import Lane
from service.domain.outcome import Verdict


class Safety(StrEnum):
    """What is said of a move. Unknown is never safe."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    UNKNOWN = "unknown"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Column(_Value):
    """The environment that stands for a release. ``released_at`` is when its files were uploaded."""

    key: str
    release: str
    python: str
    lane: Lane
    platform: str
    released_at: datetime | None = None
    installs: bool = Field(default=True, description="Whether its requirements can be installed together.")
    refusal: str = Field(default="", description="Why it cannot be had: the whole of what uv or the import said.")


class Seen(_Value):
    """One scenario on one side of the move."""

    verdict: Verdict
    was: Verdict | None = Field(default=None, description="What a stale verdict was.")
    exception: str = Field(default="", description="Type of what was raised, where the behaviour does not hold.")
    passed: int = 0
    executions: int = 0
    result: str | None = Field(default=None, description="Id of the deciding result: /api/v1/results/{id}.")


class Listed(_Value):
    """What known.toml says of a failure."""

    issue: str
    reason: str
    expires: str


class Finding(_Value):
    """One scenario on both sides."""

    scenario: str
    title: str
    area: str
    issues: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    before: Seen
    after: Seen
    why: str = Field(default="", description="Why nothing is claimed, in words.")
    known: Listed | None = None
    accepted: bool = Field(default=False, description="Listed as known, and the question accepts that.")


class Warned(_Value):
    """A warning that a scenario gives on the target and did not give before; it holds on both."""

    scenario: str
    title: str
    category: str
    message: str


class Step(_Value):
    """A release on the way, compared with the start. ``late`` says that a higher release was uploaded before it."""

    release: str
    released_at: datetime | None
    late: bool
    verdict: Safety
    regressed: int
    fixed: int
    unknown: int
    installs: bool


class PackageChange(_Value):
    """A package whose version differs between two environments; None where it is not in one of them."""

    name: str
    before: str | None
    after: str | None


class Suspect(_Value):
    """A scenario that holds on the target as released and not with the latest dependencies: Dask is not the likely cause."""

    scenario: str
    title: str
    exception: str
    known: Listed | None = None


class Lanes(_Value):
    """The target as released beside the target with the latest dependencies: what only the dependencies can have done."""

    other: Column
    breaks: tuple[Suspect, ...]
    mends: tuple[Suspect, ...]
    packages: tuple[PackageChange, ...]
    sentence: str


class Evidence(_Value):
    """What an answer rests on. ``source`` names where it was asked: a server, a data folder, the snapshot."""

    source: str = ""
    scenarios: int = Field(default=0, description="How many scenarios are in scope.")
    results: int = Field(default=0, description="How many executions decide the verdicts of both sides.")
    oldest: datetime | None = None
    newest: datetime | None = None
    flaky: int = Field(default=0, description="How many cells of both sides are flaky.")
    lanes: tuple[Lane, ...] = ()
    pythons: tuple[str, ...] = ()


class Question(_Value):
    """What is asked. All that narrows it narrows it together; the values of one field are alternatives."""

    start: str = Field(
        validation_alias="from",
        serialization_alias="from",
        description="The release that is moved from, such as 2025.2.0.",
    )
    target: str = Field(validation_alias="to", serialization_alias="to", description="The release that is moved to.")
    lane: Lane = Lane.AS_RELEASED
    python: str | None = Field(default=None, description="Only environments of this Python, such as 3.11.")
    area: tuple[str, ...] = ()
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
    """The answer. ``specifier`` admits only releases that are safe, ``recommended`` is the highest of them up to the target."""

    question: Question
    verdict: Safety
    reasons: tuple[str, ...]
    start: Column | None
    target: Column | None
    regressed: tuple[Finding, ...] = ()
    fixed: tuple[Finding, ...] = ()
    still_failing: tuple[Finding, ...] = ()
    unknown: tuple[Finding, ...] = ()
    not_applicable: tuple[Finding, ...] = ()
    holding: int = Field(default=0, description="How many scenarios hold on both sides.")
    new_warnings: tuple[Warned, ...] = ()
    road: tuple[Step, ...] = ()
    avoid: tuple[str, ...] = ()
    specifier: str = ""
    recommended: str | None = None
    next_safe: str | None = Field(default=None, description="The lowest safe release above the target.")
    packages_changed: tuple[PackageChange, ...] = ()
    lanes: Lanes | None = None
    caveats: tuple[str, ...] = ()
    evidence: Evidence = Evidence()
