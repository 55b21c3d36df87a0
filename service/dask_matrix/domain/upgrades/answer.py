"""The question and the answer of an upgrade: what breaks and what is fixed between two releases.

The JSON of ``GET /api/v1/upgrade``, ``dask-matrix check --json`` and the page ``/upgrade`` all serialise this model.
Within ``/api/v1``, fields are only added.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.surface.change import Kind, Turn
from dask_matrix.domain.wording import counted


class Safety(StrEnum):
    """Whether an upgrade is safe. Unknown is never safe."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    UNKNOWN = "unknown"


class MissingKind(StrEnum):
    """Why there is no evidence about a release."""

    NEWER = "newer"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    UNTESTED = "untested"
    UNINSTALLABLE = "uninstallable"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Column(_Value):
    """The environment that represents a release."""

    key: str = Field(description="The environment's key: /api/v1/environments/{key}.")
    release: str = Field(description="The Dask release.")
    pair: str = Field(
        default="", description="The two commits it is built from, for `main`; empty for a published release."
    )
    python: str = Field(description="Python minor version, such as 3.11.")
    lane: Lane = Field(description="How dependencies other than Dask were chosen.")
    platform: str = Field(description="The platform it was resolved for, such as linux-x86_64.")
    released_at: datetime | None = Field(default=None, description="When the release was uploaded, None if unknown.")
    installs: bool = Field(default=True, description="Whether it can be installed.")
    refusal: str = Field(
        default="", description="Why it is uninstallable: the complete message of uv or of the failed import."
    )


class FindingSide(_Value):
    """The verdict of one scenario on the start or the target, and its evidence."""

    verdict: Verdict = Field(description="The verdict.")
    was: Verdict | None = Field(default=None, description="The verdict before it became stale.")
    exception: str = Field(default="", description="Type of the exception, if the scenario does not pass.")
    passed: int = Field(default=0, description="How many of the counted executions passed.")
    executions: int = Field(default=0, description="How many executions are counted.")
    result: str | None = Field(default=None, description="Id of the deciding result: /api/v1/results/{id}.")


class ListedFailure(_Value):
    """An entry of known.toml."""

    issue: str = Field(description="Where the failure is reported, such as dask/distributed#9041.")
    reason: str = Field(description="Why the failure is expected.")
    expires: str = Field(description="The day on which the entry expires, such as 2027-01-31.")


class Finding(_Value):
    """One scenario on start and target."""

    scenario: str = Field(description="The scenario's id: /api/v1/scenarios/{id}.")
    title: str = Field(description="The scenario's title: the behaviour in one sentence.")
    area: str = Field(description="The scenario's area.")
    issues: tuple[str, ...] = Field(default=(), description="Issues related to the scenario.")
    covers: tuple[str, ...] = Field(default=(), description="Dotted names that the scenario exercises.")
    before: FindingSide = Field(description="Its verdict on the start.")
    after: FindingSide = Field(description="Its verdict on the target.")
    why: str = Field(default="", description="Why the result is unknown; empty if it is not.")
    known: ListedFailure | None = Field(
        default=None, description="The known failure listed for the target, None if there is none."
    )
    accepted: bool = Field(
        default=False,
        description="Whether the question accepts this failure, as a known one or by its id.",
    )


class NewWarning(_Value):
    """A warning that a scenario gives on the target but not on the start; it passes on both."""

    scenario: str = Field(description="The scenario's id.")
    title: str = Field(description="The scenario's title: the behaviour in one sentence.")
    category: str = Field(description="The warning's class, such as FutureWarning.")
    message: str = Field(description="The warning's text.")


class Step(_Value):
    """A release in between, compared with the start."""

    release: str = Field(description="The Dask release.")
    released_at: datetime | None = Field(description="When it was uploaded, None if unknown.")
    late: bool = Field(description="Whether it is a backport: uploaded after a higher release.")
    verdict: Safety = Field(description="Whether the upgrade from the start to it is safe.")
    regressed: int = Field(description="How many scenarios pass on the start and fail on it.")
    fixed: int = Field(description="How many scenarios fail on the start and pass on it.")
    unknown: int = Field(description="How many scenarios are unknown.")
    installs: bool = Field(description="Whether it can be installed.")


class PackageChange(_Value):
    """A package whose version differs between two environments."""

    name: str = Field(description="The package's canonical name.")
    before: str | None = Field(description="Its version in the first environment, None if it is not installed there.")
    after: str | None = Field(description="Its version in the second environment, None if it is not installed there.")


class MissingEvidence(_Value):
    """Why a release of the question cannot be compared: it was not tested, or cannot be installed."""

    release: str = Field(description="The release.")
    kind: MissingKind = Field(
        description="`newer` than every tested release, `unknown`: not on the package index, `elsewhere`: tested only in "
        "other lanes or on other Pythons, `untested`, or `uninstallable`."
    )
    nearest: tuple[str, ...] = Field(
        default=(), description="The nearest releases that were tested in the lane and can be installed, in order."
    )
    newest: str | None = Field(default=None, description="The newest release that was tested, None if there is none.")
    command: str = Field(default="", description="The command that tests it; empty if running it would not help.")
    sentence: str = Field(description="The same as a sentence.")


class VersionDifference(_Value):
    """A package, or Python, whose version in a tested environment is not the one that the question says you have."""

    name: str = Field(description="`Python`, `pandas`, `NumPy` or `pyarrow`.")
    yours: str = Field(description="The version that you have.")
    start: str | None = Field(description="The version that the start was tested with, None if unknown.")
    target: str | None = Field(description="The version that the target was tested with, None if unknown.")


class LaneDifference(_Value):
    """A scenario that passes in one lane of the target and fails in the other: Dask is not the likely cause."""

    scenario: str = Field(description="The scenario's id.")
    title: str = Field(description="The scenario's title: the behaviour in one sentence.")
    exception: str = Field(description="Type of the exception in the lane where it fails.")
    known: ListedFailure | None = Field(
        default=None, description="The known failure listed for that lane, None if there is none."
    )


class LaneComparison(_Value):
    """The target as released compared with the target with the latest dependencies: only the dependencies differ."""

    other: Column = Field(description="The environment of the target with the latest dependencies.")
    breaks: tuple[LaneDifference, ...] = Field(
        description="Scenarios that pass as released and fail with the latest dependencies."
    )
    mends: tuple[LaneDifference, ...] = Field(
        description="Scenarios that fail as released and pass with the latest dependencies."
    )
    packages: tuple[PackageChange, ...] = Field(
        description="Packages other than Dask that differ, from as released to the latest."
    )
    sentence: str = Field(description="The same as a sentence.")


class Evidence(_Value):
    """The evidence behind an answer."""

    source: str = Field(
        default="",
        description="Where the evidence comes from: a server, a data folder or the snapshot; empty in a server's own answer.",
    )
    scenarios: int = Field(default=0, description="How many scenarios are in scope.")
    results: int = Field(default=0, description="How many executions the verdicts of both releases are based on.")
    oldest: datetime | None = Field(
        default=None, description="When the oldest result of the two environments was recorded."
    )
    newest: datetime | None = Field(
        default=None, description="When the newest result of the two environments was recorded."
    )
    flaky: int = Field(default=0, description="How many cells of the two environments are flaky.")
    lanes: tuple[Lane, ...] = Field(
        default=(), description="All lanes that the two releases were tested in, not only the one in this answer."
    )
    pythons: tuple[str, ...] = Field(
        default=(), description="All Pythons that the two releases were tested on, not only the ones in this answer."
    )


class SurfaceUse(_Value):
    """A name or setting that code uses and that changes."""

    turn: Turn = Field(description="What happened: removed, moved, renamed or deprecated.")
    kind: Kind = Field(description="What it is: function, class, method, module, setting, …")
    name: str = Field(description="The dotted name, or the setting.")
    after: str | None = Field(default=None, description="Where it moved, or what it is called now.")
    detail: str = Field(default="", description="What its deprecation says.")
    between: tuple[str, ...] = Field(description="The two neighbouring releases between which it changed.")
    places: tuple[str, ...] = Field(description="The places in your code, such as src/a.py:12.")


class Question(_Value):
    """An upgrade question. Its filters are combined with "and"; the values of one filter with "or"."""

    start: str = Field(
        validation_alias="from",
        serialization_alias="from",
        description="The release to upgrade from, such as 2025.2.0; `latest` in a question is the newest tested one.",
    )
    target: str = Field(
        validation_alias="to",
        serialization_alias="to",
        description="The release to upgrade to, or `main`; `latest` in a question is the newest tested one.",
    )
    lane: Lane = Field(default=Lane.AS_RELEASED, description="How dependencies other than Dask were chosen.")
    python: str | None = Field(default=None, description="Only environments with this Python, such as 3.11.")
    area: tuple[str, ...] = Field(default=(), description="Areas of scenarios.")
    scenario: tuple[str, ...] = Field(default=(), description="Scenario ids; * matches anything.")
    q: str = Field(default="", description="Words that id, title, covered names or issues must contain.")
    covers: tuple[str, ...] = Field(
        default=(), description="Dotted names of covered Dask API; a name includes everything below it."
    )
    profile: str = Field(default="", description="A profile in matrix.toml.")
    uses: tuple[str, ...] | None = Field(
        default=None,
        description="The Dask API that your code uses, by exact names: only scenarios whose covered names are all among these.",
    )
    have: dict[str, str] = Field(
        default_factory=dict,
        description="Your current versions of python, pandas, numpy and pyarrow: the most similar tested environment represents the start.",
    )
    accept: tuple[str, ...] = Field(
        default=(),
        description="Accepted failures: `known` for all known failures, or scenario ids; * matches anything.",
    )

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)


class Answer(_Value):
    """The answer to an upgrade question."""

    question: Question = Field(description="The question, normalised.")
    verdict: Safety = Field(description="Whether the upgrade is safe. Unknown is never safe.")
    reasons: tuple[str, ...] = Field(description="The answer in a sentence, then why, most important first.")
    doubts: tuple[str, ...] = Field(
        default=(),
        description="Why the question itself is in doubt, and what to do: a start that may never have worked, such as a lock "
        "with a dask and a distributed that do not work together, or code that mostly could not be read. Also the first "
        "reasons. With any, the answer is never safe. Only `check` reads locks and code: empty in a server's own answer.",
    )
    start: Column | None = Field(
        description="The environment that represents the start, None if it has not been tested."
    )
    target: Column | None = Field(
        description="The environment that represents the target, None if it has not been tested."
    )
    regressed: tuple[Finding, ...] = Field(
        default=(), description="Scenarios that pass on the start and fail on the target, including accepted ones."
    )
    fixed: tuple[Finding, ...] = Field(
        default=(), description="Scenarios that fail on the start and pass on the target."
    )
    still_failing: tuple[Finding, ...] = Field(default=(), description="Scenarios that fail on both.")
    unknown: tuple[Finding, ...] = Field(
        default=(), description="Scenarios without a verdict on the start or the target."
    )
    not_applicable: tuple[Finding, ...] = Field(
        default=(), description="Scenarios declared not to apply to the start or the target."
    )
    holding: int = Field(default=0, description="How many scenarios pass on both.")
    new_warnings: tuple[NewWarning, ...] = Field(
        default=(), description="Warnings that only the target gives, from scenarios that pass on both."
    )
    road: tuple[Step, ...] = Field(
        default=(),
        description="The releases after the start, up to and including the target, in order; empty if the start has not been tested.",
    )
    avoid: tuple[str, ...] = Field(default=(), description="The unsafe releases in between.")
    specifier: str = Field(
        default="",
        description="A requirement that allows the start and only the safe releases in between.",
    )
    recommended: str | None = Field(
        default=None, description="The safe release in between that is nearest to the target, None if there is none."
    )
    next_safe: str | None = Field(
        default=None, description="The lowest safe release above both, None if there is none."
    )
    newer_release: str | None = Field(
        default=None,
        description="The newest release, if the target is a commit that does not contain it, None otherwise.",
    )
    packages_changed: tuple[PackageChange, ...] = Field(
        default=(),
        description="Packages other than Dask whose versions differ; also empty if one of the two has no lock.",
    )
    surface: tuple[SurfaceUse, ...] = Field(
        default=(),
        description="Names and settings that your code uses and that are removed, moved, renamed or newly deprecated on the target. "
        "Only `check --code` reads code: empty in a server's own answer.",
    )
    lanes: LaneComparison | None = Field(
        default=None,
        description="What the target does differently with the latest dependencies, None if nothing does or it was not tested.",
    )
    missing: tuple[MissingEvidence, ...] = Field(
        default=(),
        description="Why start or target cannot be compared; empty if both were tested and can be installed.",
    )
    tested_with: tuple[VersionDifference, ...] = Field(
        default=(), description="Packages in `have` whose tested versions are others."
    )
    caveats: tuple[str, ...] = Field(default=(), description="Limits of the answer, in sentences.")
    evidence: Evidence = Field(default=Evidence(), description="The evidence behind the answer.")

    @property
    def is_comparable(self) -> bool:
        """Whether both releases were tested and can be installed; else every scenario is unknown, for the same reason."""
        return all(column is not None and column.installs for column in (self.start, self.target))

    def with_doubts(self, doubts: tuple[str, ...]) -> Self:
        """Return the answer with doubts about its start or scope: never safe, and nothing recommended as safe to move to.

        Scenarios that break stay evidence, so an unsafe answer stays unsafe.
        """
        if not doubts:
            return self
        update = {
            "verdict": _in_doubt(self.verdict),
            "reasons": (*doubts, *self.reasons),
            "doubts": doubts,
            "road": tuple(step.model_copy(update={"verdict": _in_doubt(step.verdict)}) for step in self.road),
            "specifier": "",
            "recommended": None,
            "next_safe": None,
        }
        return self.model_copy(update=update)

    def with_surface(self, surface: tuple[SurfaceUse, ...]) -> Self:
        """Return the answer with the changes of the surface that the user's code meets.

        What is gone makes it unsafe, and each release from there on.
        """
        gone = [use for use in surface if use.turn is not Turn.DEPRECATED]
        if not gone:
            return self.model_copy(update={"surface": surface})
        first, *others = gone
        more = (
            f", and {counted(len(others), 'other name')} of your code {'is' if len(others) == 1 else 'are'} gone too"
            if others
            else ""
        )
        reason = f"{first.name} is {first.turn} in {first.between[1]}, and {first.places[0]} uses it{more}."
        breaks_in = min(Release.parse(use.between[1]) for use in gone)
        update = {
            "surface": surface,
            "verdict": Safety.UNSAFE,
            "reasons": (reason, *self.reasons),
            "road": tuple(_unsafe_from(breaks_in, step) for step in self.road),
            "specifier": "",
            "recommended": self.recommended if _is_before(self.recommended, breaks_in) else None,
            "next_safe": None,
        }
        return self.model_copy(update=update)

    def with_source(self, source: str) -> Self:
        """Return the answer with the source of its evidence: a server, a data folder or the snapshot."""
        return self.model_copy(update={"evidence": self.evidence.model_copy(update={"source": source})})


def _in_doubt(verdict: Safety) -> Safety:
    return Safety.UNKNOWN if verdict is Safety.SAFE else verdict


def _unsafe_from(release: Release, step: Step) -> Step:
    return step if _is_before(step.release, release) else step.model_copy(update={"verdict": Safety.UNSAFE})


def _is_before(text: str | None, release: Release) -> bool:
    return text is not None and Release.parse(text) < release
