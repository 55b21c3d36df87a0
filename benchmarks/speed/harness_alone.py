"""The harness by itself on made-up tests that do nothing: what a cell costs, and how that grows."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from speed.contenders import ROOT, clean_environ
from speed.meter import Measured, measure

JOBS = (1, 2, 4)
COUNTS = (10, 100, 1000)


def empty_scenarios(count: int, jobs: int, python: Path, pytest: Path) -> Measured:
    """Measure a start of the harness over ``count`` tests with an empty body."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tests = folder / "tests"
        tests.mkdir()
        text = "".join(f"def test_{number}():\n    pass\n\n\n" for number in range(count))
        (tests / "test_nothing.py").write_text(text, encoding="utf-8")
        job = {
            "tests": str(tests),
            "records": str(folder / "records" / "run" / "results.jsonl"),
            "pytest": str(pytest),
            "scratch": str(folder / "scratch"),
            "run": "benchmark",
            "environment": "0" * 16,
            "release": "2025.2.0",
            "imports": ["dask", "dask.array", "dask.bag", "dask.dataframe", "dask.delayed", "distributed"],
            "jobs": jobs,
        }
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        command = [str(python), str(ROOT / "scenarios" / "dask_matrix_harness"), "--job", str(folder / "job.json")]
        environ = clean_environ(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
        return measure(command, cwd=folder, environ=environ, records=folder / "records", log=folder / "log.txt")


def scaling(python: Path, pytest: Path) -> list[dict[str, float]]:
    """Measure all counts of scenarios with all numbers of jobs."""
    found = []
    for jobs in JOBS:
        for count in COUNTS:
            measured = empty_scenarios(count, jobs, python, pytest)
            found.append({"jobs": jobs, "scenarios": count, **measured.as_json()})
            print(
                f"  {count:5} scenarios, {jobs} jobs: {measured.seconds:6.2f} s, {measured.cpu:6.2f} s CPU",
                file=sys.stderr,
            )
    return found


def overhead(found: list[dict[str, float]]) -> float:
    """Return the CPU seconds that one more cell costs: the slope between the most and the fewest scenarios, one job."""
    of_one_job = {each["scenarios"]: each["cpu"] for each in found if each["jobs"] == JOBS[0]}
    return (of_one_job[COUNTS[-1]] - of_one_job[COUNTS[0]]) / (COUNTS[-1] - COUNTS[0])
