"""How long `dask-matrix rebuild` takes, and how its cost grows with the records.

    python benchmarks/rebuild_speed.py [--results 20000 100000 1000000] [--out FILE]

For each size: generates record files, rebuilds a database from them with the real command, and copies the rows of its
largest table into an empty table with the same indexes by a plain `executemany`, one right after the other. Other work
on the machine slows both down alike, and hardly changes CPU seconds; so the ratios count.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dask_matrix.domain.records.records import EnvironmentRecord, RunRecord, ScenarioRecord
from dask_matrix.store.snapshots.snapshot import GENERATED

WHO = f"{GENERATED}benchmarks/rebuild_speed.py"
NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)
SCENARIOS, ENVIRONMENTS, PER_RUN = 500, 100, 20
"""Rows, columns, and columns in one run; the runs go round, so that cells get more results as they grow in number."""
FAILED, WARNED = 0.04, 0.1
ROWS_AT_ONCE = 5_000
PLAIN = """
import sqlite3, sys
source, target, rows = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[2]), int(sys.argv[3])
for (statement,) in source.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'results' AND sql IS NOT NULL"):
    target.execute(statement)
found = source.execute("SELECT * FROM results")
places = ", ".join("?" * len(found.description))
while part := found.fetchmany(rows):
    target.executemany(f"INSERT INTO results VALUES ({places})", part)
target.commit()
"""


def main() -> None:
    """Measure each size and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=int, nargs="+", default=[20_000, 100_000, 1_000_000])
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args()
    figures = []
    for results in options.results:
        figures.append(measure(results))
        print(summary(figures[-1], figures[0]), flush=True)
    if options.out:
        options.out.write_text(json.dumps({"what": WHO, "sizes": figures}, indent=1) + "\n", encoding="utf-8")


def measure(results: int) -> dict[str, Any]:
    """Return the figures of one size: seconds, CPU seconds and MiB of both contenders."""
    with tempfile.TemporaryDirectory(prefix="rebuild-speed-") as name:
        data = Path(name)
        lines = generate(data / "records", results)
        environ = os.environ | {"DASK_MATRIX_DATA": str(data), "CI": "1"}
        rebuild = timed([sys.executable, "-m", "dask_matrix", "rebuild"], environ)
        database = data / "matrix.sqlite"
        with closing(sqlite3.connect(database)) as connection:
            (rebuilt,) = connection.execute("SELECT count(*) FROM results").fetchone()
        if rebuilt != results:
            sys.exit(f"{rebuilt} results in the database, of {results} in the record files")
        plain = [sys.executable, "-c", PLAIN, str(database), str(data / "plain.sqlite"), str(ROWS_AT_ONCE)]
        return {"results": results, "lines": lines, "rebuild": rebuild, "plain": timed(plain, environ)}


def timed(command: list[str], environ: dict[str, str]) -> dict[str, float]:
    """Run a command; return its seconds, CPU seconds (user and system), and maximum resident MiB."""
    start = time.monotonic()
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    told = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}: {told.decode()}")
    cpu = used.ru_utime + used.ru_stime
    return {
        "seconds": round(time.monotonic() - start, 2),
        "cpu": round(cpu, 2),
        "mib": round(used.ru_maxrss / 1024, 1),
    }


def summary(figure: dict[str, Any], first: dict[str, Any]) -> str:
    """Return one line about a size; the first size is what the cost of a line is compared with."""
    rebuild, plain, lines = figure["rebuild"], figure["plain"], figure["lines"]
    per_line, at_first = rebuild["cpu"] / lines, first["rebuild"]["cpu"] / first["lines"]
    return (
        f"{figure['results']:>9,} results: rebuild {rebuild['seconds']:.1f} s ({rebuild['cpu']:.1f} CPU, "
        f"{rebuild['mib']:.0f} MiB), executemany {plain['seconds']:.1f} s ({plain['cpu']:.1f} CPU); "
        f"{rebuild['cpu'] / plain['cpu']:.1f} x its CPU seconds; {1e6 * per_line:.0f} us of CPU a line, "
        f"{per_line / at_first:.2f} x the first size"
    )


def generate(folder: Path, results: int) -> int:
    """Write record files with so many results, a folder per run and a file per environment; return their lines."""
    lines = made = 0
    for run in range(-(-results // (SCENARIOS * PER_RUN))):
        name = f"generated-{run:04}"
        (folder / name).mkdir(parents=True)
        head = {"run": name, "at": NOON + timedelta(hours=run)}
        record = RunRecord(**head, id=name, who=WHO, host="nowhere", scenario_set="generated", tool="0")
        (folder / name / "run.jsonl").write_bytes(record.encode())
        lines += 1
        for place in range(PER_RUN):
            column = (run * PER_RUN + place) % ENVIRONMENTS
            written = list(column_lines(head, column, random.Random(f"{run} {column}"), results - made))  # noqa: S311 - no secret
            made += sum(b'"kind": "result"' in line for line in written)
            lines += len(written)
            (folder / name / f"{column:03}.jsonl").write_bytes(b"".join(written))
    return lines


def column_lines(head: dict[str, Any], column: int, chance: random.Random, most: int) -> Iterator[bytes]:
    """Yield the lines of one environment in one run: the environment, scenarios once, and a result of each."""
    key, release = f"{column:016x}", f"20{20 + column // 24}.{column // 2 % 12 + 1}.{column % 2}"
    fixed = {"python": "3.11", "lane": "as-released", "platform": "linux-x86_64", "lock": f"dask=={release}\n" * 40}
    yield EnvironmentRecord(**head, id=f"e-{head['run']}-{key}", key=key, release=release, **fixed).encode()
    for number in range(min(SCENARIOS, most)):
        name = f"generated/area_{number % 16}/row_{number}"
        if column == 0:
            about = {"title": f"Row {number}", "file": "f.py", "function": f"test_{number}", "fingerprint": "generated"}
            yield ScenarioRecord(**head, id=f"s-{head['run']}-{number}", scenario=name, **about).encode()
        yield (json.dumps(result(head, key, name, chance)) + "\n").encode()


def result(head: dict[str, Any], key: str, scenario: str, chance: random.Random) -> dict[str, Any]:
    """Return a result as a record's JSON, about as long as a real one."""
    failed = chance.random() < FAILED
    moment = (head["at"] + timedelta(seconds=chance.uniform(1, 3000))).isoformat()
    warned = {"category": "FutureWarning", "message": "generated", "where": "f.py:1", "count": 1}
    return {
        "v": 1, "kind": "result", "id": f"{chance.getrandbits(128):032x}", "run": head["run"], "at": moment,
        "started": moment, "environment": key, "scenario": scenario, "fingerprint": "generated", "attempt": 1,
        "outcome": "failed" if failed else "passed", "phase": "call", "reason": "", "seconds": chance.random(),
        "exception": {"type": "AssertionError", "message": "assert 3 == 4"} if failed else None,
        "traceback": "E   assert 3 == 4\n" * 40 if failed else "", "stdout": "", "stderr": "", "log": "generated " * 30,
        "warnings": [warned] if chance.random() < WARNED else [],
    }  # fmt: skip


if __name__ == "__main__":
    main()
