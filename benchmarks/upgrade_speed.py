"""How long an answer about an upgrade takes: over HTTP at 500 scenarios x 200 environments, and `dask-matrix check`.

    python benchmarks/upgrade_speed.py [--scenarios 500] [--environments 200] [--questions 300] [--json FILE]

The store is made up and thrown away; the server is a real uvicorn on 127.0.0.1, asked over one connection with
questions no two of which are alike, so nothing is answered from a cache. `check` is the whole command, from nothing to
its exit, on the snapshot that ships; its first start, which unpacks the verdicts, is timed apart.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import uvicorn

from dask_matrix.commands.background_server import listen
from dask_matrix.domain.records.records import EnvironmentRecord, Record, ResultRecord, RunRecord, ScenarioRecord
from dask_matrix.store.store import Store
from dask_matrix.web.app import create_app

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)
AREAS = ("array", "bag", "dataframe", "delayed", "futures")
BATCH = 5_000


def records(scenarios: int, environments: int) -> Iterator[Record]:
    """Yield a run, columns of as many releases, rows, and a result for each cell, of which one in thirty fails."""
    head = {"run": "r", "at": NOON}
    yield RunRecord(**head, id="r", who="benchmark", host="here", scenario_set="made up", tool="0")
    for number in range(environments):
        release = f"20{20 + number // 24}.{number // 2 % 12 + 1}.{number % 2}"
        lock = f"dask=={release}\nnumpy==2.{number}\n" + "".join(f"package{each}==1.{number}\n" for each in range(40))
        fixed = {"python": "3.11", "lane": "as-released", "platform": "linux-x86_64"}
        yield EnvironmentRecord(**head, id=f"e{number}", key=f"{number:016x}", release=release, lock=lock, **fixed)
    for number in range(scenarios):
        area = AREAS[number % len(AREAS)]
        name = f"{area}/made_up/row_{number}"
        fixed = {
            "title": f"Row {number}",
            "area": area,
            "file": "f.py",
            "function": f"test_{number}",
            "fingerprint": "f",
        }
        yield ScenarioRecord(
            **head, id=f"s{number}", scenario=name, covers=[f"dask.{area}.name_{number % 40}"], **fixed
        )
        for column in range(environments):
            broken = (number * 7 + column) % 30 == 0
            yield ResultRecord(
                **head, id=f"{number}-{column}", environment=f"{column:016x}", scenario=name, fingerprint="f", phase="call",
                outcome="failed" if broken else "passed", seconds=0.1, started=NOON + timedelta(seconds=column),
                exception={"type": "KeyError", "message": "'k'"} if broken else None,
            )  # fmt: skip


def fill(path: Path, scenarios: int, environments: int) -> None:
    """Make the store."""
    batch: list[Record] = []
    with Store.open(f"sqlite:///{path}") as store:
        for record in records(scenarios, environments):
            batch.append(record)
            if len(batch) == BATCH:
                store.ingest(batch)
                batch.clear()
        store.ingest(batch)


@contextmanager
def serving(path: Path) -> Iterator[str]:
    """Serve the store; give the address."""
    server = uvicorn.Server(uvicorn.Config(create_app(f"sqlite:///{path}"), log_level="warning", ws="none"))
    listening = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def asked(url: str, questions: int) -> list[float]:
    """Return how many seconds each question took, after the first, which reads the store."""
    chance, took = random.Random(5), []  # noqa: S311 - no secret
    with httpx2.Client(base_url=url, timeout=60) as client:
        releases = [each["release"] for each in client.get("/api/v1/releases").json()["releases"]]
        pairs = {tuple(sorted(chance.sample(range(len(releases)), 2), reverse=True)) for _ in range(questions)}
        for start, target in pairs:
            began = time.perf_counter()
            client.get("/api/v1/upgrade", params={"from": releases[start], "to": releases[target]}).raise_for_status()
            took.append(time.perf_counter() - began)
    return took[1:]


def checked(times: int) -> list[float]:
    """Return how many seconds the whole command took, with a cache of its own; the first unpacks the verdicts."""
    took = []
    command = [sys.executable, "-m", "dask_matrix", "check", "--from", "2025.2.0", "--to", "2025.4.1", "--snapshot"]
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(times + 1):
            began = time.perf_counter()
            done = subprocess.run(
                command, env={**os.environ, "XDG_CACHE_HOME": cache}, capture_output=True, check=False
            )
            took.append(time.perf_counter() - began)
            if done.returncode not in {0, 1, 3}:
                sys.exit(done.stderr.decode())
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", type=int, default=500)
    parser.add_argument("--environments", type=int, default=200)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--checks", type=int, default=7)
    parser.add_argument("--json", type=Path)
    asks = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matrix.sqlite"
        fill(path, asks.scenarios, asks.environments)
        with serving(path) as url:
            http = sorted(asked(url, asks.questions))
    first, *later = checked(asks.checks)
    told = {
        "scenarios": asks.scenarios,
        "environments": asks.environments,
        "http_p50_ms": round(statistics.median(http) * 1000, 1),
        "http_p95_ms": round(http[int(len(http) * 0.95)] * 1000, 1),
        "check_first_s": round(first, 2),
        "check_median_s": round(statistics.median(later), 2),
    }
    print(json.dumps(told, indent=1))
    if asks.json:
        asks.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
