"""A store of generated records: what a matrix of that size would look like, and evidence of nothing.

Scenario ids begin with ``generated/`` and the run says who made it, by which `dask-matrix export --snapshot` refuses its
records. The first results of each cell are taken in as any others are. The history before them is not: it is copied by
the database itself, with the counts that verdicts carry, since millions of records would take hours.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.records.records import (
    EnvironmentRecord,
    RaisedException,
    Record,
    RefusalRecord,
    ResultRecord,
    RunRecord,
    ScenarioRecord,
)
from dask_matrix.store.snapshots.snapshot import GENERATED
from dask_matrix.store.store import Store

WHO = f"{GENERATED}benchmarks/web_speed.py"
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
EVERY = timedelta(days=20)
"""Between two releases."""
LANES = ((Lane.AS_RELEASED, "3.10"), (Lane.LATEST, "3.12"))
AREAS = (
    "array", "bag", "cli", "coordination", "dataframe", "delayed", "diagnostics", "ecosystem", "futures", "graphs", "io",
    "plugins", "resilience", "scheduling", "security", "serialization",
)  # fmt: skip
WORDS = (
    "a", "persisted", "collection", "of", "an", "array", "that", "frame", "index", "partition", "worker", "scheduler",
    "key", "future", "graph", "task", "name", "dtype", "mask", "column", "group", "mean", "merge", "join", "shuffle",
    "order", "file", "folder", "parquet", "csv", "json", "zarr", "bytes", "string", "object", "empty", "missing",
    "value", "length", "shape", "chunk", "axis", "block", "slice", "rolling", "window", "median", "sum", "count",
    "nested", "retried", "cancelled", "released", "lost", "dies", "restarts", "waits", "ends", "holds", "keeps",
    "gives", "tells", "computes", "returns", "raises", "warns", "accepts", "refuses", "with", "without", "through",
    "after", "before", "on", "in", "as", "its", "own", "every", "other", "same", "error", "deadline", "timeout",
    "thread", "process", "plugin", "event", "lock", "queue", "variable",
)  # fmt: skip
TURNING, LATE, IN_ONE_LANE, WAVERING, UNTESTED = 0.55, 0.15, 0.3, 0.02, 0.01
"""Shares: of rows, and of cells without a result."""
ERRORS = (("KeyError", "'x'"), ("TypeError", "unsupported operand"), ("AssertionError", "assert 3 == 4"))
FAILURES = ("failed",) * 18 + ("timed-out", "crashed")
PACKAGES = 40
BATCH = 4_000


@dataclass(frozen=True)
class Size:
    """How many rows and columns. Columns come in pairs: a release in each of two lanes."""

    scenarios: int
    environments: int


@dataclass(frozen=True)
class Row:
    """What is made up of one row: where in the order of releases it begins, where it turns, and what wavers."""

    name: str
    since: int
    holds_at_first: bool
    turns: tuple[int, ...]
    lanes: tuple[Lane, ...]
    flaky: frozenset[int]

    def holds(self, release: int, lane: Lane) -> bool:
        """Whether it holds in a release and lane; a row may turn in one lane only."""
        turned = sum(turn <= release for turn in self.turns) if lane in self.lanes else 0
        return self.holds_at_first is (turned % 2 == 0)


def fill(path: Path, size: Size) -> int:
    """Make a store with one result for each cell that has any, two for a cell that wavers; return how many."""
    batch: list[Record] = []
    with Store.open(f"sqlite:///{path}") as store:
        for record in records(size):
            batch.append(record)
            if len(batch) >= BATCH:
                store.ingest(batch)
                batch.clear()
        store.ingest(batch)
        return store.freshness().results


def records(size: Size) -> Iterator[Record]:
    """Yield a run, its environments, a refusal, scenarios, and the first results of each cell."""
    head = {"run": "generated", "at": NOON}
    yield RunRecord(**head, id="generated", who=WHO, host="nowhere", scenario_set="generated", tool="0")
    columns = list(_environments(size))
    yield from columns
    refused = columns[len(columns) // 2]
    yield RefusalRecord(
        **head, id="refused", environment=refused.key, phase="resolve", message="Generated: no solution."
    )
    for number in range(size.scenarios):
        row = _row(number, size)
        yield _scenario(number, row)
        yield from _results(row, [each for each in columns if each is not refused])


def result(row: str, key: str, outcome: str, at: datetime, name: str) -> ResultRecord:
    """Return one more result of a cell."""
    broken = outcome != "passed"
    kind, message = ERRORS[len(name) % len(ERRORS)]
    return ResultRecord(
        id=name, run="generated", at=at, started=at, scenario=row, environment=key, fingerprint="generated",
        outcome=outcome, phase="call", seconds=0.1,
        exception=RaisedException(type=kind, message=message) if broken else None,
        traceback=f"E   {kind}: {message}\n" if broken else "",
    )  # fmt: skip


def grow(path: Path, results: int) -> int:
    """Give every cell a history, until there are about so many results; return how many there are then.

    The copies are older than what they are copied from and came out alike, so that no verdict changes; how many
    executions a verdict rests on does.
    """
    engine = create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        run = connection.exec_driver_sql
        present = run("SELECT count(*) FROM results").scalar_one()
        copies = max(results // present - 1, 0)
        for pragma in ("journal_mode=DELETE", "synchronous=OFF", "cache_size=-500000"):
            run(f"PRAGMA {pragma}").close()
        run("BEGIN")
        run("CREATE TEMP TABLE firsts AS SELECT rowid AS place, * FROM results")
        run(HISTORY, (copies,))
        run("UPDATE verdicts SET passed = passed * ?1, executions = executions * ?1", (copies + 1,))
        run(SPANS)
        run("UPDATE revision SET number = number + 1")
        run("COMMIT")
    engine.dispose()
    return int(present * (copies + 1))


HISTORY = """
WITH RECURSIVE copies (n) AS (SELECT 1 WHERE ?1 > 0 UNION ALL SELECT n + 1 FROM copies WHERE n < ?1)
INSERT INTO results (id, at, run, environment, scenario, fingerprint, outcome, phase, reason, exception_type,
                     exception_message, seconds, started, attempt, evidence)
SELECT 'h' || place || '-' || n, strftime('%Y-%m-%d %H:%M:%f000', at, '-' || n || ' hours'), run, environment, scenario,
       fingerprint, outcome, phase, reason, exception_type, exception_message, seconds,
       strftime('%Y-%m-%d %H:%M:%f000', started, '-' || n || ' hours'), attempt, evidence
FROM firsts CROSS JOIN copies
"""


SPANS = """
UPDATE spans SET results = seen.results, oldest = seen.oldest
FROM (SELECT environment, count(*) AS results, min(started) AS oldest FROM results GROUP BY environment) AS seen
WHERE seen.environment = spans.environment
"""


def _environments(size: Size) -> Iterator[EnvironmentRecord]:
    releases = (size.environments + 1) // len(LANES)
    for number in range(size.environments):
        place, (lane, python) = number // len(LANES), LANES[number % len(LANES)]
        released = NOON - EVERY * (releases - place)
        release = f"{released.year}.{released.month}.{released.day // 11}"
        lock = f"dask=={release}\n" + "".join(f"package-{each}==1.{number}.{each}\n" for each in range(PACKAGES))
        key = hashlib.sha256(f"{release} {lane}".encode()).hexdigest()[:16]
        yield EnvironmentRecord(
            id=f"e-{key}", run="generated", at=NOON, key=key, release=release, python=python, lane=lane,
            platform="linux-x86_64", released_at=released, lock=lock,
        )  # fmt: skip


def _row(number: int, size: Size) -> Row:
    """Make a row up: somewhat over half of them turn once to three times, a few waver, some begin late."""
    chance = random.Random(number)  # noqa: S311 - no secret
    releases = size.environments // len(LANES)
    turns = chance.choice((1, 1, 1, 2, 2, 3)) if chance.random() < TURNING else 0
    area = AREAS[number * len(AREAS) // size.scenarios]
    both = tuple(lane for lane, _ in LANES)
    claim = "_".join(chance.choices(WORDS, k=5))
    return Row(
        name=f"generated/{area}/{chance.choice(WORDS)}/{claim}_{number}",
        since=chance.randrange(releases) if chance.random() < LATE else 0,
        holds_at_first=chance.random() < (0.5 if turns else 0.97),
        turns=tuple(sorted(chance.sample(range(1, releases), min(turns, releases - 1)))),
        lanes=both[:1] if chance.random() < IN_ONE_LANE else both,
        flaky=frozenset(chance.sample(range(size.environments), 3) if chance.random() < WAVERING else ()),
    )


def _scenario(number: int, row: Row) -> ScenarioRecord:
    area = row.name.split("/")[1]
    words = random.Random(row.name).choices(WORDS, k=11)  # noqa: S311 - no secret
    title = f"Generated {number}: {' '.join(words)}."
    return ScenarioRecord(
        id=f"s{number}", run="generated", at=NOON, scenario=row.name, title=title, description=title, area=area,
        file=f"{area}/test_generated.py", function=f"test_{number}", line=number, source=f"def test_{number}():\n    ...\n",
        issues=[f"https://github.com/dask/dask/issues/{9_000 + number}"] if number % 4 == 0 else [],
        covers=[f"dask.{area}.generated_{number % 40}"], since=None, fingerprint="generated",
    )  # fmt: skip


def _results(row: Row, columns: list[EnvironmentRecord]) -> Iterator[ResultRecord]:
    chance = random.Random(row.name)  # noqa: S311 - no secret
    places = {release: place for place, release in enumerate(dict.fromkeys(each.release for each in columns))}
    for number, column in enumerate(columns):
        if chance.random() < UNTESTED:
            continue  # untested
        outcome = "passed" if row.holds(places[column.release], column.lane) else chance.choice(FAILURES)
        if places[column.release] < row.since:
            outcome = "skipped"
        name = hashlib.sha256(f"{row.name} {column.key}".encode()).hexdigest()[:32]
        yield result(row.name, column.key, outcome, NOON, name)
        if number in row.flaky and outcome != "skipped":
            other = "failed" if outcome == "passed" else "passed"
            yield result(row.name, column.key, other, NOON + timedelta(minutes=1), f"{name[:31]}x")
