"""Records: the one thing that passes from a target environment to the service. docs/records.md is the contract.

Everything that comes in is distrusted here and nowhere else: a batch answers every bad line by number and reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from dask_matrix.domain.environments.commit_pair import Commit, Pair
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.records.bisection import Bisected
from dask_matrix.domain.records.outcome import Outcome
from dask_matrix.domain.records.run_end import How

MOST_PROBLEMS = 5
MOST_ENVIRONMENTS = 2**31 - 1
"""What a database's integer holds."""
MOST_LOG = 2**17
"""Characters of what was said while an environment was installed."""


def _valid_release(text: str) -> str:
    return str(Release.parse(text))


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("not a moment that exists in UTC") from None


Identity = Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
Key = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
ReleaseText = Annotated[str, AfterValidator(_valid_release)]
ScenarioId = Annotated[str, Field(min_length=1, max_length=300)]
RefusalPhase = Literal["interpreter", "resolve", "install", "import"]
When = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Base(BaseModel):
    """What every record has."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: Literal[1] = 1
    id: Identity
    at: When
    run: Identity

    def encode(self) -> bytes:
        """Return the record as its line in a file, newline included."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False).encode() + b"\n"


class RunRecord(Base):
    """One batch of work: who ran it, where, and from which commit of the scenario set.

    ``environments`` counts those it set out to work on; some of them may turn out to have nothing to do.
    """

    kind: Literal["run"] = "run"
    who: str
    host: str
    commit: str | None = None
    scenario_set: str
    tool: str
    environments: int | None = Field(default=None, ge=0, le=MOST_ENVIRONMENTS)


class CommitFields(BaseModel):
    """One commit of a repository, and when it was committed."""

    model_config = ConfigDict(frozen=True)

    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    at: When


class PairFields(BaseModel):
    """The two commits that an environment is made of, and what was asked for."""

    model_config = ConfigDict(frozen=True)

    dask: CommitFields
    distributed: CommitFields
    ref: Annotated[str, Field(max_length=300)] = ""

    @classmethod
    def of(cls, pair: Pair) -> PairFields:
        """Return the fields of a pair."""
        dask, distributed = (CommitFields(commit=each.sha, at=each.at) for each in (pair.dask, pair.distributed))
        return cls(dask=dask, distributed=distributed, ref=pair.ref)

    def pair(self) -> Pair:
        """Return it in the domain's words."""
        dask, distributed = (Commit(each.commit, each.at) for each in (self.dask, self.distributed))
        return Pair(dask, distributed, self.ref)


class EnvironmentRecord(Base):
    """One environment as it was asked for and resolved; ``pair`` where it is made of two commits."""

    kind: Literal["environment"] = "environment"
    key: Key
    release: ReleaseText
    python: str
    python_full: str | None = None
    lane: Lane
    platform: str
    released_at: When | None = None
    cutoff: When | None = None
    lock: str = ""
    pair: PairFields | None = None


class RefusalRecord(Base):
    """Why an environment cannot be had, in the words of what refused."""

    kind: Literal["refusal"] = "refusal"
    environment: Key
    phase: RefusalPhase
    message: str


class InstallationRecord(Base):
    """That an environment was installed: all that was said meanwhile, and how many seconds of wall-clock time it took."""

    kind: Literal["installation"] = "installation"
    environment: Key
    log: Annotated[str, Field(max_length=MOST_LOG)]
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class CollectionRecord(Base):
    """What pytest collected in an environment: scenario id -> fingerprint, and -> the function it comes from.

    ``files`` holds file -> fingerprint of every file looked at: a function of it that is not listed is no test.
    ``selected`` counts what ``-k`` and the like left; ``to_run`` counts what of that is not done already.
    """

    kind: Literal["collection"] = "collection"
    environment: Key
    scenarios: dict[ScenarioId, str]
    functions: dict[ScenarioId, str]
    files: dict[str, str] = {}
    selected: int = 0
    to_run: int


class ScenarioRecord(Base):
    """What a scenario says of itself."""

    kind: Literal["scenario"] = "scenario"
    scenario: ScenarioId
    title: str
    description: str = ""
    area: str = ""
    file: str
    function: str
    line: int = 0
    source: str = ""
    issues: list[str] = []
    covers: list[str] = []
    since: str | None = None
    until: str | None = None
    formerly: list[ScenarioId] = []
    fingerprint: str


class RaisedException(BaseModel):
    """An exception by its qualified type name and its message."""

    type: str
    message: str


class Warned(BaseModel):
    """A warning that was given ``count`` times at one place."""

    category: str
    message: str
    where: str
    count: int = 1


class ResultRecord(Base):
    """One execution of one scenario in one environment, with its evidence. ``seconds`` is wall-clock time."""

    kind: Literal["result"] = "result"
    environment: Key
    scenario: ScenarioId
    fingerprint: str
    outcome: Outcome
    phase: Literal["collection", "setup", "call", "teardown"]
    reason: str = ""
    exception: RaisedException | None = None
    traceback: str = ""
    stdout: str = ""
    stderr: str = ""
    log: str = ""
    warnings: list[Warned] = []
    seconds: float
    started: When
    attempt: int = 1


class BisectRecord(Base):
    """What a bisection found: ``found`` has all of it. ``scenario`` is in it too, and may have been renamed since."""

    kind: Literal["bisect"] = "bisect"
    scenario: ScenarioId
    found: Bisected


class EndRecord(Base):
    """That a run has ended, and how. One that was killed writes none; what is recorded later goes on with the run."""

    kind: Literal["end"] = "end"
    how: How


Record = (
    RunRecord
    | EnvironmentRecord
    | RefusalRecord
    | InstallationRecord
    | CollectionRecord
    | ScenarioRecord
    | ResultRecord
    | BisectRecord
    | EndRecord
)
_ADAPTER: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="kind")])


@dataclass(frozen=True)
class Rejection:
    """A line that is no record: its number in the batch, from 1, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def release_of(text: str, pair: PairFields | dict[str, Any] | None) -> Release:
    """Return the release of an environment: its version, and the two commits that it is made of, if it is."""
    read = Release.parse(text)
    return Release(read.version, PairFields.model_validate(pair).pair()) if pair else read


def parse(line: bytes, number: int = 1) -> Record | Rejection:
    """Read one line; what is wrong with it is told, not raised."""
    try:
        return _ADAPTER.validate_json(line)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        told = "; ".join(_problem(problem) for problem in problems[:MOST_PROBLEMS])
        more = len(problems) - MOST_PROBLEMS
        return Rejection(number, f"{told}; and {more} more" if more > 0 else told)


def parse_lines(lines: Iterable[bytes]) -> Iterator[Record | Rejection]:
    """Read a batch; blank lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield parse(line, number)


def _problem(problem: Any) -> str:
    """Say one validation error as ``outcome: 'passd': Input should be ...``."""
    field = ".".join(str(part) for part in problem["loc"][1:]) or "record"
    given = problem["input"]
    shown = f" {given!r}:" if isinstance(given, str | int | float | bool) and len(repr(given)) <= 80 else ""  # noqa: PLR2004 - one line
    return f"{field}:{shown} {problem['msg']}"
