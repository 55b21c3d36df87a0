"""The tables: an index of the record files, which can be rebuilt from them."""

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
"""The id in tables with a single row."""


class Utc(TypeDecorator[datetime]):
    """A moment, stored and returned in UTC: SQLite drops time zones, PostgreSQL converts to the server's."""

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
    """Text for PostgreSQL, which cannot store NUL: it is replaced by U+FFFD, which is also what pages show for it."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Replace NUL when writing."""
        return _without_nul(value)


class _JsonWithoutNul(_WithoutNul):
    """JSON for PostgreSQL; with NUL in a text, no part of a JSON value can be read."""

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


TEXT = Text().with_variant(_WithoutNul(), "postgresql")
JSON_VALUE = JSON(none_as_null=True).with_variant(_JsonWithoutNul(), "postgresql")


class by_code_point(FunctionElement[str]):  # noqa: N801 - named like an SQL function
    """A text that sorts by code points, as in SQLite and Python, whatever the database's collation."""

    name = "by_code_point"
    type = TEXT
    inherit_cache = True


@compiles(by_code_point)
def _by_code_point(element: by_code_point, compiler: SQLCompiler, **more: Any) -> str:
    collation = ' COLLATE "C"' if compiler.dialect.name == "postgresql" else ""
    return f"{compiler.process(element.clauses, **more)}{collation}"


class Table(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """The base of all tables."""

    type_annotation_map = {str: TEXT, datetime: Utc, list[str]: JSON_VALUE, dict[str, Any]: JSON_VALUE}  # noqa: RUF012


class Run(Table):
    """A run, as recorded."""

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
    """The progress of a run in one environment, counted at ingestion; ``began`` is the time of its oldest record."""

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
    """An end of a run. Append-only: a run that is continued has several."""

    __tablename__ = "run_ends"
    __table_args__ = (Index("run_ends_by_run", "run"), Index("run_ends_by_time", "at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    run: Mapped[str]
    how: Mapped[str]


class Environment(Table):
    """An environment, as in its newest record; ``first_at`` is the time of its oldest record."""

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
    """The newest refusal of an environment, in force until a newer environment record."""

    __tablename__ = "refusals"

    environment: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    phase: Mapped[str]
    message: Mapped[str]


class Installation(Table):
    """An installation of an environment, with its log. Append-only."""

    __tablename__ = "installations"
    __table_args__ = (Index("installations_by_environment", "environment", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    run: Mapped[str]
    environment: Mapped[str]
    log: Mapped[str]
    seconds: Mapped[float]


class Scenario(Table):
    """A scenario, as in its newest record."""

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
    """A scenario that pytest collected in an environment, with its function and fingerprint."""

    __tablename__ = "collected"

    environment: Mapped[str] = mapped_column(primary_key=True)
    scenario: Mapped[str] = mapped_column(primary_key=True)
    function: Mapped[str]
    fingerprint: Mapped[str]


class CollectedFile(Table):
    """A test file that pytest collected in an environment, with its fingerprint at that time."""

    __tablename__ = "collected_files"

    environment: Mapped[str] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    at: Mapped[datetime]


BROKEN = text("outcome NOT IN ('passed', 'skipped')")
"""Condition for results that need attention; a literal, so that queries with it use the partial index with it."""

BROKEN_COLUMNS = ("environment", "scenario", "started", "outcome")
"""The columns that a run's page shows of broken results: the index covers them, so the large rows are not read."""


class Result(Table):
    """One execution with its evidence. Append-only; ``number`` is the order of ingestion."""

    __tablename__ = "results"
    __table_args__ = (
        Index("results_by_cell", "scenario", "environment"),
        Index("results_by_run", "run", "number"),
        Index("results_broken", "run", *BROKEN_COLUMNS, sqlite_where=BROKEN, postgresql_where=BROKEN),
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
    """A bisection; ``found`` is its whole report. Append-only."""

    __tablename__ = "bisects"
    __table_args__ = (Index("bisects_by_scenario", "scenario"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    run: Mapped[str]
    scenario: Mapped[str]
    found: Mapped[dict[str, Any]]


class Surface(Table):
    """A surface; ``content`` is the JSON of its record, compressed with zlib: two megabytes are a tenth then."""

    __tablename__ = "surfaces"

    id: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class Observation(Table):
    """The newest observation of an environment with some settings."""

    __tablename__ = "observations"

    environment: Mapped[str] = mapped_column(primary_key=True)
    config: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    run: Mapped[str]
    surface: Mapped[str]
    version: Mapped[int]
    seconds: Mapped[float]


class VerdictRow(Table):
    """The verdict of a cell with at least one result, materialised for the matrix.

    ``warned`` has the digests of the deciding result's deprecations, separated by spaces; ``newest`` is when the cell's
    newest result was recorded; ``revision`` is the one that wrote the row.
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
    """The number of an environment's results, when the first and the last began, and when the newest was recorded.

    ``revision`` is the one that wrote the row.
    """

    __tablename__ = "spans"

    environment: Mapped[str] = mapped_column(primary_key=True)
    results: Mapped[int]
    oldest: Mapped[datetime]
    newest: Mapped[datetime]
    at: Mapped[datetime]
    revision: Mapped[int]


class RecordFile(Table):
    """How many bytes of a record file have been ingested. The name is relative to the records folder."""

    __tablename__ = "record_files"

    name: Mapped[str] = mapped_column(primary_key=True)
    taken: Mapped[int]


class Revision(Table):
    """A single row whose ``number`` increases with every batch and every result.

    ``shape`` is the number when a row or column of the matrix last changed, ``removed`` when verdicts were deleted.
    A reader that is up to date at some number needs only the verdicts written since, unless one of these is higher.
    """

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    shape: Mapped[int]
    removed: Mapped[int]
