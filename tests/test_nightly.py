"""The workflow for GitHub asks for what there is, and ends as it should. It cannot be run here: its steps are, in bash."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from dask_matrix.collect.scenario_set import config
from tests.conftest import dask_matrix

ROOT = Path(__file__).parents[1]
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "nightly.yml").read_text(encoding="utf-8"))
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for job in JOBS.values() for step in job["steps"]}
ASKED = """#!/bin/sh
printf '%s\\n' "$*" >> "$ASKED"
exit $CODE
"""


def run(name: str, temp: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a step as the runner does, with a dask-matrix that only writes down what it is asked."""
    (temp / "dask-matrix").write_text(ASKED)
    (temp / "dask-matrix").chmod(0o755)
    known = {"PATH": f"{temp}:{os.environ['PATH']}", "ASKED": str(temp / "asked"), "CODE": "0"}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]],
        env={**known, "DASK_MATRIX_DATA": str(temp / "data"), **STEPS[name].get("env", {}), **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def asked(temp: Path) -> list[str]:
    """Return what dask-matrix was asked, in order."""
    return (temp / "asked").read_text().splitlines()


def test_it_runs_at_night_and_when_asked() -> None:
    """YAML takes ``on`` for a truth value; GitHub does not."""
    assert WORKFLOW[True]["schedule"] == [{"cron": "17 2 * * *"}]
    assert "workflow_dispatch" in WORKFLOW[True]


def test_every_action_is_pinned_to_a_version() -> None:
    """As those of the check action are."""
    used = [step["uses"] for step in STEPS.values() if "uses" in step]
    assert [each for each in used if not re.fullmatch(r"actions/[a-z/-]+@v\d+", each)] == []


def test_no_expression_is_part_of_a_script() -> None:
    """Values come as variables."""
    assert [name for name, step in STEPS.items() if "${{" in step.get("run", "")] == []


def test_each_job_may_do_no_more_than_it_does() -> None:
    """The one that runs scenarios may write nothing."""
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert JOBS["matrix"]["permissions"] == {"contents": "read", "pages": "read"}
    assert JOBS["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert JOBS["publish"]["needs"] == "matrix"


def test_evidence_is_kept_from_night_to_night_whatever_happens() -> None:
    """What is kept is what is fetched: records, which are the truth, and locks, which never change."""
    fetched, kept = STEPS["Restore the evidence of previous nights"], STEPS["Save the evidence"]
    assert fetched["with"]["path"] == kept["with"]["path"] == "data/records\ndata/locks\n"
    assert fetched["with"]["key"] == kept["with"]["key"]
    assert kept["with"]["key"].startswith(fetched["with"]["restore-keys"])
    assert kept["if"] == "always()"


def test_the_first_night_begins_with_the_evidence_that_ships(tmp_path: Path) -> None:
    """Later nights do not; the records of a snapshot are records."""
    assert run("Load the evidence, or start from the snapshot", tmp_path).returncode == 0
    shipped = tmp_path / "data" / "records" / "shipped" / "records.jsonl"
    assert shipped.stat().st_size > 1_000_000
    shipped.unlink()
    assert run("Load the evidence, or start from the snapshot", tmp_path).returncode == 0
    assert not shipped.exists()
    assert asked(tmp_path) == ["rebuild", "rebuild"]


@pytest.mark.parametrize(("code", "ends", "tags"), [(0, 0, 3), (1, 0, 3), (130, 0, 3), (2, 2, 1), (5, 5, 1)])
def test_a_run_that_could_not_do_all_is_published_and_a_mistake_is_not(
    tmp_path: Path, code: int, ends: int, tags: int
) -> None:
    """Exit code 1 is an environment that could not be run, 130 the end of the time."""
    done = run("Run scenarios without results", tmp_path, CODE=str(code))
    assert done.returncode == ends
    assert ("::warning title=dask-matrix::" in done.stdout) == (code == 1)
    assert asked(tmp_path) == [f"run --tag {tag}" for tag in ("latest", "recent", "all")][:tags]


def test_every_set_that_is_run_is_in_matrix_toml() -> None:
    """By its name."""
    tags = re.findall(r"for tag in (.+); do", STEPS["Run scenarios without results"]["run"])[0].split()
    assert set(tags) <= set(config.load(ROOT / "scenarios" / "matrix.toml").sets)


def test_the_site_is_written_where_it_is_fetched_from(tmp_path: Path) -> None:
    """With the options that the command has."""
    assert run("Build the site", tmp_path, ADDRESS="https://x.org/m").returncode == 0
    assert asked(tmp_path) == ["export site --address https://x.org/m"]
    assert STEPS["Upload the site"]["with"]["path"] == "site"
    assert "--address" in dask_matrix("export", "--help").stdout


def test_each_night_tests_with_the_newest_dependencies() -> None:
    """With the session that lists which versions changed; a failure there does not keep the site from being published."""
    sessions = re.findall(r"nox -s (\w+)", "\n".join(step.get("run", "") for step in JOBS["newest"]["steps"]))
    assert sessions == ["newest"]
    assert "def newest(" in (ROOT / "noxfile.py").read_text(encoding="utf-8")
    assert "newest" not in JOBS["publish"]["needs"]
