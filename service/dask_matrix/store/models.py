"""The tables. All of them are an index of the record files and can be made again from them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Index, Text, TypeDecorator, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

ONLY = 1
"""The id of the one row of a table that has one."""


class Utc(TypeDecorator[datetime]):
    """A moment, kept and given in UTC; SQLite forgets time zones, PostgreSQL gives moments in its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Write in UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _WithoutNul(TypeDecorator[Any]):
    """What PostgreSQL is told of a text, or of JSON with texts in it: it has no NUL in either. Pages show the same instead."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Write without."""
        return _without_nul(value)


class _JsonWithoutNul(_WithoutNul):
    """The same for JSON, in which it hinders whoever reads any part."""

    impl = JSON(none_as_null=True)
    cache_ok = True


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
        case list():
            return [_without_nul(each) for each in value]
        case dict():
            return {name: _without_nul(each) for name, each in value.items()}
    return value


WORDS = Text().with_variant(_WithoutNul(), "postgresql")
NESTED = JSON(none_as_null=True).with_variant(_JsonWithoutNul(), "postgresql")


class spelled(FunctionElement[str]):  # noqa: N801 - named as the functions of SQL are
    """A text as it is put in order here: by its characters, as SQLite and Python do, whatever order a database was made with."""

    name = "spelled"
    type = WORDS
    inherit_cache = True


@compiles(spelled)
def _spelled(element: spelled, compiler: SQLCompiler, **more: Any) -> str:
    collation = ' COLLATE "C"' if compiler.dialect.name == "postgresql" else ""
    return f"{compiler.process(element.clauses, **more)}{collation}"


class Table(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """The base of all tables."""

    type_annotation_map = {str: WORDS, datetime: Utc, list[str]: NESTED, dict[str, Any]: NESTED}  # noqa: RUF012


class Run(Table):
    """A run, as its record describes it."""

    __tablename__ = "runs"
    __table_args__ = (Index("runs_by_time", "at", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    host: Mapped[str]
    commit: Mapped[str | None]
    scenario_set: Mapped[str]
    tool: Mapped[str]
    environments: Mapped[int | None]


class RunPart(Table):
    """What came of a run in one environment, counted as it is taken in; ``began`` is the moment of its oldest record."""

    __tablename__ = "run_parts"

    run: Mapped[str] = mapped_column(primary_key=True)
    environment: Mapped[str] = mapped_column(primary_key=True)
    began: Mapped[datetime]
    first: Mapped[datetime | None]
    last: Mapped[datetime | None]
    planned: Mapped[int | None]
    done: Mapped[int]
    passed: Mapped[int]
    failed: Mapped[int]
    timed_out: Mapped[int]
    crashed: Mapped[int]
    skipped: Mapped[int]
    errored: Mapped[int]


class RunEnd(Table):
    """That a run said it had ended, and how. Rows are only ever added: one that was gone on with ends again."""

    __tablename__ = "run_ends"
    __table_args__ = (Index("run_ends_by_run", "run"), Index("run_ends_by_time", "at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    run: Mapped[str]
    how: Mapped[str]


class Environment(Table):
    """An environment, as its newest record describes it; ``first_at`` is when the oldest did."""

    __tablename__ = "environments"

    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    first_at: Mapped[datetime]
    release: Mapped[str]
    python: Mapped[str]
    python_full: Mapped[str | None]
    lane: Mapped[str]
    platform: Mapped[str]
    released_at: Mapped[datetime | None]
    cutoff: Mapped[datetime | None]
    lock: Mapped[str]
    pair: Mapped[dict[str, Any] | None] = mapped_column(default=None)


class Refusal(Table):
    """The newest refusal of an environment. It stands until a newer environment record clears it."""

    __tablename__ = "refusals"

    environment: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    phase: Mapped[str]
    message: Mapped[str]


class Installation(Table):
    """That an environment was installed, and what was said meanwhile. Rows are only ever added."""

    __tablename__ = "installations"
    __table_args__ = (Index("installations_by_environment", "environment", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    run: Mapped[str]
    environment: Mapped[str]
    log: Mapped[str]
    seconds: Mapped[float]


class Scenario(Table):
    """A scenario, as its newest record describes it."""

    __tablename__ = "scenarios"

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    title: Mapped[str]
    description: Mapped[str]
    area: Mapped[str]
    file: Mapped[str]
    function: Mapped[str]
    line: Mapped[int]
    source: Mapped[str]
    issues: Mapped[list[str]]
    covers: Mapped[list[str]]
    since: Mapped[str | None]
    until: Mapped[str | None]
    formerly: Mapped[list[str]]
    fingerprint: Mapped[str]


class FormerName(Table):
    """An id that a scenario had before it was renamed or moved."""

    __tablename__ = "former_names"

    former: Mapped[str] = mapped_column(primary_key=True)
    scenario: Mapped[str]
    at: Mapped[datetime]


class Collected(Table):
    """That pytest found a scenario in an environment, as which function and fingerprint."""

    __tablename__ = "collected"

    environment: Mapped[str] = mapped_column(primary_key=True)
    scenario: Mapped[str] = mapped_column(primary_key=True)
    function: Mapped[str]
    fingerprint: Mapped[str]


class CollectedFile(Table):
    """That pytest looked through a file of tests in an environment, when it had a fingerprint."""

    __tablename__ = "collected_files"

    environment: Mapped[str] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    at: Mapped[datetime]


BROKEN = text("outcome NOT IN ('passed', 'skipped')")
"""Which results somebody has to look at; written out, so that a query with it uses the index with it."""

TOLD_OF_BROKEN = ("environment", "scenario", "started", "outcome")
"""What a run's page tells of them: the index alone answers, without their evidence being passed over."""


class Result(Table):
    """One execution with its evidence. Rows are only ever added; ``number`` tells the order in which they were."""

    __tablename__ = "results"
    __table_args__ = (
        Index("results_by_cell", "scenario", "environment"),
        Index("results_by_run", "run", "number"),
        Index("results_broken", "run", *TOLD_OF_BROKEN, sqlite_where=BROKEN, postgresql_where=BROKEN),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    run: Mapped[str]
    environment: Mapped[str]
    scenario: Mapped[str]
    fingerprint: Mapped[str]
    outcome: Mapped[str]
    phase: Mapped[str]
    reason: Mapped[str]
    exception_type: Mapped[str]
    exception_message: Mapped[str]
    seconds: Mapped[float]
    started: Mapped[datetime]
    attempt: Mapped[int]
    evidence: Mapped[dict[str, Any]]


class Bisect(Table):
    """What a bisection found, whole in ``found``. Rows are only ever added."""

    __tablename__ = "bisects"
    __table_args__ = (Index("bisects_by_scenario", "scenario"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    run: Mapped[str]
    scenario: Mapped[str]
    found: Mapped[dict[str, Any]]


class VerdictRow(Table):
    """The verdict of a cell that has any result, materialised for the grid.

    ``warned`` are the digests of the deprecations that the deciding result told of, with spaces between; ``newest`` is when
    the newest of its results was recorded, ``revision`` the one in which the row was written.
    """

    __tablename__ = "verdicts"
    __table_args__ = (Index("verdicts_by_revision", "revision"), Index("verdicts_by_environment", "environment"))

    scenario: Mapped[str] = mapped_column(primary_key=True)
    environment: Mapped[str] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    was: Mapped[str | None]
    fingerprint: Mapped[str]
    result: Mapped[str | None]
    exception: Mapped[str]
    seconds: Mapped[float]
    passed: Mapped[int]
    executions: Mapped[int]
    warned: Mapped[str]
    newest: Mapped[datetime]
    revision: Mapped[int]


class Span(Table):
    """How many results an environment has, when the first and the last began, and when the newest was recorded.

    ``revision`` is the one in which the row was written.
    """

    __tablename__ = "spans"

    environment: Mapped[str] = mapped_column(primary_key=True)
    results: Mapped[int]
    oldest: Mapped[datetime]
    newest: Mapped[datetime]
    at: Mapped[datetime]
    revision: Mapped[int]


class RecordFile(Table):
    """How far a record file has been taken in, in bytes. The name is relative to the folder of records."""

    __tablename__ = "record_files"

    name: Mapped[str] = mapped_column(primary_key=True)
    taken: Mapped[int]


class Revision(Table):
    """One row that counts the batches taken and the results in them; it changes whenever an answer may.

    ``shape`` is the number at which a row or a column of the matrix last changed, ``removed`` that at which verdicts were last
    taken away: whoever has read all up to a number needs only the verdicts written since, unless one of these is later.
    """

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    shape: Mapped[int]
    removed: Mapped[int]
