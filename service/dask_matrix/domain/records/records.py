"""Records: all that a target environment sends to the service, specified in docs/records.md.

All input is validated here and nowhere else: a batch reports every invalid line with its number and reason, and every
reader can show every record that is accepted here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from dask_matrix.domain.environments.commit_pair import Commit, Pair
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.records.bisection import BisectReport
from dask_matrix.domain.records.fields import (
    Area,
    Count,
    Covered,
    Identity,
    Issue,
    Key,
    Line,
    Name,
    ScenarioId,
    Seconds,
    Title,
    When,
    parsed_by,
    reason_of,
)
from dask_matrix.domain.records.outcome import Outcome
from dask_matrix.domain.records.run_end import EndStatus
from dask_matrix.domain.records.surface import SurfaceContent

MAX_PROBLEMS = 5
MAX_LINE = 64 * 2**20
"""Maximum bytes of one line: a thousand times what the harness writes by default."""
MAX_LOG = 2**17
"""Maximum characters of an installation log."""


ReleaseText = Annotated[Name, AfterValidator(parsed_by(Release.parse))]
PythonText = Annotated[Name, AfterValidator(parsed_by(Python.parse))]
RefusalPhase = Literal["interpreter", "resolve", "install", "import"]


class Base(BaseModel):
    """The fields that every record has."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)  # `check` validates no record

    v: Literal[1] = 1
    id: Identity
    at: When
    run: Identity

    def encode(self) -> bytes:
        """Return the record as a line of JSON, newline included."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False).encode() + b"\n"


class RunRecord(Base):
    """One run: who started it, where, and with which commit of the scenario set.

    ``environments`` counts those selected; some of them may have nothing to do.
    """

    kind: Literal["run"] = "run"
    who: Name
    host: Name
    commit: Name | None = None
    scenario_set: Name
    tool: Name
    environments: Count | None = None

    @model_validator(mode="after")
    def _describes_itself(self) -> Self:
        if self.id != self.run:
            raise ValueError(f"the id of a run record must equal its run, {self.run!r}")
        return self


class CommitFields(BaseModel):
    """One commit of a repository, and when it was committed."""

    model_config = ConfigDict(frozen=True)

    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    at: When


class PairFields(BaseModel):
    """The two commits of a commit pair, and the ref that was requested."""

    model_config = ConfigDict(frozen=True)

    dask: CommitFields
    distributed: CommitFields
    ref: Name = ""

    @classmethod
    def of(cls, pair: Pair) -> PairFields:
        """Return the fields of a pair."""
        dask, distributed = (CommitFields(commit=each.sha, at=each.at) for each in (pair.dask, pair.distributed))
        return cls(dask=dask, distributed=distributed, ref=pair.ref)

    def pair(self) -> Pair:
        """Return the domain object."""
        dask, distributed = (Commit(each.commit, each.at) for each in (self.dask, self.distributed))
        return Pair(dask, distributed, self.ref)


class EnvironmentRecord(Base):
    """One environment as requested and resolved; ``pair`` if it is built from two commits."""

    kind: Literal["environment"] = "environment"
    key: Key
    release: ReleaseText
    python: PythonText
    python_full: Name | None = None
    lane: Lane
    platform: Name
    released_at: When | None = None
    cutoff: When | None = None
    lock: str = ""
    pair: PairFields | None = None


class RefusalRecord(Base):
    """Why an environment is uninstallable: the phase that refused, and its message."""

    kind: Literal["refusal"] = "refusal"
    environment: Key
    phase: RefusalPhase
    message: str


class InstallationRecord(Base):
    """The installation of an environment: its log, and wall-clock seconds."""

    kind: Literal["installation"] = "installation"
    environment: Key
    log: Annotated[str, Field(max_length=MAX_LOG)]
    seconds: Seconds


class CollectionRecord(Base):
    """What pytest collected in an environment: scenario id -> fingerprint, and scenario id -> function.

    ``files`` maps every collected file to its fingerprint: a function in it that is not listed is not a test.
    ``selected`` counts the scenarios left by ``-k`` and similar options; ``to_run`` those of them without a result.
    """

    kind: Literal["collection"] = "collection"
    environment: Key
    scenarios: dict[ScenarioId, Name]
    functions: dict[ScenarioId, Line]
    files: dict[Line, Name] = {}
    selected: Count = 0
    to_run: Count

    @model_validator(mode="after")
    def _every_function_has_a_fingerprint(self) -> Self:
        if missing := self.functions.keys() - self.scenarios.keys():
            raise ValueError(f"functions: {min(missing)!r} is not in scenarios")
        return self


class ScenarioRecord(Base):
    """A scenario's own metadata."""

    kind: Literal["scenario"] = "scenario"
    scenario: ScenarioId
    title: Title
    description: str = ""
    area: Area = ""
    file: Line
    function: Line
    line: Count = 0
    source: str = ""
    issues: list[Issue] = []
    covers: list[Covered] = []
    since: Name | None = None
    until: Name | None = None
    formerly: list[ScenarioId] = []
    fingerprint: Name


class RaisedException(BaseModel):
    """An exception by its qualified type name and its message."""

    type: str
    message: str


class Warned(BaseModel):
    """A warning that was given ``count`` times at one location."""

    category: str
    message: str
    where: str
    count: Count = 1


class ResultRecord(Base):
    """One execution of one scenario in one environment, with its evidence. ``seconds`` is wall-clock time."""

    kind: Literal["result"] = "result"
    environment: Key
    scenario: ScenarioId
    fingerprint: Name
    outcome: Outcome
    phase: Literal["collection", "setup", "call", "teardown"]
    reason: str = ""
    exception: RaisedException | None = None
    traceback: str = ""
    stdout: str = ""
    stderr: str = ""
    log: str = ""
    warnings: list[Warned] = []
    seconds: Seconds
    started: When
    attempt: Count = 1


class BisectRecord(Base):
    """The report of a bisection in ``found``. ``scenario`` repeats its id, which may have been renamed since."""

    kind: Literal["bisect"] = "bisect"
    scenario: ScenarioId
    found: BisectReport


class SurfaceRecord(Base):
    """The surface of some environment, by content: all environments that offer the same share one."""

    kind: Literal["surface"] = "surface"
    content: SurfaceContent

    def encode(self) -> bytes:
        """Return the record as a line of JSON, as it was observed: without what is not set."""
        head = self.model_dump(mode="json", exclude={"content"})
        return json.dumps({**head, "content": self.content.kept()}, ensure_ascii=False).encode() + b"\n"


class ObservationRecord(Base):
    """Which surface an environment has; ``config``: settings made before the import, as ``dataframe.query-planning=False``.

    ``version`` is that of the observing code: one with a higher number sees more.
    """

    kind: Literal["observation"] = "observation"
    environment: Key
    surface: Identity
    config: Line = ""
    version: Count
    seconds: Seconds


class EndRecord(Base):
    """The end of a run. A run that was killed writes none; records that come later reopen the run."""

    kind: Literal["end"] = "end"
    how: EndStatus


Record = (
    RunRecord
    | EnvironmentRecord
    | RefusalRecord
    | InstallationRecord
    | CollectionRecord
    | ScenarioRecord
    | ResultRecord
    | BisectRecord
    | SurfaceRecord
    | ObservationRecord
    | EndRecord
)
_ADAPTER: TypeAdapter[Record] = TypeAdapter(
    Annotated[Record, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)


@dataclass(frozen=True)
class Rejection:
    """An invalid line: its number in the batch, from 1, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def release_of(text: str, pair: PairFields | dict[str, Any] | None) -> Release:
    """Return the release of an environment, with its two commits if it is a commit pair."""
    read = Release.parse(text)
    return Release(read.version, PairFields.model_validate(pair).pair()) if pair else read


def parse(line: bytes, number: int = 1) -> Record | Rejection:
    """Read one line; return a Rejection, never raise, if it is invalid."""
    if len(line) > MAX_LINE:
        return Rejection(number, f"record: {len(line)} bytes are too long; the maximum is {MAX_LINE}")
    try:
        return _ADAPTER.validate_json(line)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        summary = "; ".join(_problem(problem) for problem in problems[:MAX_PROBLEMS])
        more = len(problems) - MAX_PROBLEMS
        return Rejection(number, f"{summary}; and {more} more" if more > 0 else summary)


def parse_lines(lines: Iterable[bytes]) -> Iterator[Record | Rejection]:
    """Read a batch; blank lines are skipped."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield parse(line, number)


def _problem(problem: Any) -> str:
    """Format one validation error as ``outcome: 'passd': Input should be ...``."""
    field = ".".join(str(part) for part in problem["loc"][1:]) or "record"
    given = problem["input"]
    shown = f" {given!r}:" if isinstance(given, str | int | float | bool) and len(repr(given)) <= 80 else ""  # noqa: PLR2004 - one line
    return f"{field}:{shown} {reason_of(problem)}"
