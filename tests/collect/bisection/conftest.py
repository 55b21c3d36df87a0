"""A workspace with two made-up repositories, with pytest from the current environment: no package index is used."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from dask_matrix.collect.bisection.bisect import Question, bisect
from dask_matrix.collect.bisection.endpoints import NamedEndpoints
from dask_matrix.collect.bisection.search import SearchSetup
from dask_matrix.collect.bisection.stored_observations import Setting
from dask_matrix.collect.machine.interpreters import platform_name
from dask_matrix.collect.planning.request import RunRequest
from dask_matrix.collect.scenario_set import catalog
from dask_matrix.collect.supervising.progress import Step
from dask_matrix.collect.workspace.workspace import Workspace
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.records.bisection import BisectReport
from dask_matrix.domain.records.records import EnvironmentRecord, Record, RefusalRecord, ResultRecord
from dask_matrix.store.store import Store

from .repositories import BEGIN, Project

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
SCENARIO = "behaviour/holds"
OUTCOMES = {".": "passed", "F": "failed", "E": "errored", "-": "skipped"}
NEEDED = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")
MATRIX = """\
pythons = ["{python}"]
imports = ["dask", "distributed"]

[sets.all]
releases = ["latest:1"]

[git]
dask = "{dask}"
distributed = "{distributed}"
"""
SCENARIOS = '''\
import dask
import distributed
import pytest

def test_holds():
    """The behaviour holds."""
    assert dask.behave()
    assert distributed.behave()

def test_holds_also():
    """Another one, whose name holds that of the first."""

@pytest.mark.parametrize("number", [1, 2])
def test_is_several(number):
    """One for each number."""
'''


@dataclass
class Laboratory:
    """Two repositories, and everything needed to bisect them."""

    folder: Path
    dask: Project
    distributed: Project
    pytest: Path
    log: list[str] = field(default_factory=list)

    def write(self) -> None:
        """Write the scenario set, and put pytest where it would be installed."""
        tests = self.folder / "set"
        tests.mkdir()
        places = {"python": PYTHON, "dask": self.dask.folder, "distributed": self.distributed.folder}
        (tests / "matrix.toml").write_text(MATRIX.format(**places))
        (tests / "test_behaviour.py").write_text(SCENARIOS)
        (self.folder / "data").mkdir()
        (self.folder / "data" / "pytest").symlink_to(self.pytest)

    @property
    def workspace(self) -> Workspace:
        """The data folder and the scenario set."""
        return Workspace.of(self.folder / "data", self.folder / "set")

    def ask(self, good: str = "", bad: str = "", **how: Any) -> BisectReport:
        """Bisect between two endpoints; ``how`` has the other fields of the question."""
        mends = how.pop("mends", False)
        ends = NamedEndpoints(bad, good, find_fix=True) if mends else NamedEndpoints(good, bad, find_fix=False)
        asked = {"scenario": SCENARIO, "setting": Setting(Lane.AS_RELEASED), "commits": True, **how}
        workspace = self.workspace
        request = RunRequest([], catalog.read(workspace.tests), jobs=2)
        with Store.open(workspace.places.database) as store:
            setup = SearchSetup(workspace, store, request, _nothing, self.log.append)
            return bisect(Question(ends=ends, **asked), setup)

    def release(self, row: dict[str, str], late: Sequence[str] = ()) -> None:
        """Put releases on the index, with stored results: a letter per execution, ``U`` for uninstallable.

        Those in ``late`` were uploaded after all others.
        """
        index = self.workspace.index
        days = {text: BEGIN + timedelta(days=number + 900 * (text in late)) for number, text in enumerate(row)}
        files = {
            text: {"uploaded": day.isoformat(), "requires_python": ">=3.9", "yanked": False}
            for text, day in days.items()
        }
        kept = {"etag": "", "files": files, "wheels": {}, "asked": datetime.now(UTC).isoformat()}
        for project in ("dask", "distributed"):
            place = index._cache_path(project)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps(kept))
        with Store.open(self.workspace.places.database) as store:
            for number, (text, letters) in enumerate(row.items()):
                store.ingest(self._records(f"{number:016x}", text, letters))

    def _records(self, key: str, release: str, letters: str) -> Iterator[Record]:
        """Yield the records of one environment."""
        if not letters:
            return
        head = {"run": "stored", "at": BEGIN}
        yield EnvironmentRecord(
            id=f"e{key}",
            key=key,
            release=release,
            python=PYTHON,
            lane=Lane.AS_RELEASED,
            platform=platform_name(),
            **head,
        )
        if letters == "U":
            message = "error: No solution found\n  cause: they contradict each other"
            yield RefusalRecord(id=f"x{key}", environment=key, phase="resolve", message=message, **head)
            return
        print_ = catalog.read(self.workspace.tests).functions["test_behaviour.py::test_holds"]
        for number, letter in enumerate(letters):
            raised = {"type": "builtins.RuntimeError", "message": "gone"} if letter == "F" else None
            yield ResultRecord.model_validate({
                "id": f"r{key}-{number}", "environment": key, "scenario": SCENARIO, "fingerprint": print_, "attempt": 1,
                "outcome": OUTCOMES[letter], "phase": "call", "exception": raised, "seconds": 0, "started": BEGIN, **head,
            })  # fmt: skip


def _nothing(_step: Step) -> None:
    pass


@pytest.fixture(scope="session")
def installed_pytest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what a data folder has in ``pytest``, which no test changes; what it compiles to is kept there."""
    folder = tmp_path_factory.mktemp("pytest")
    for name in NEEDED:
        for file in distribution(name).files or ():
            if not str(file).startswith("..") and "__pycache__" not in str(file):
                (folder / PYTHON / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), folder / PYTHON / file)
    (folder / PYTHON / ".ready").touch()
    return folder


@pytest.fixture
def laboratory(tmp_path: Path, installed_pytest: Path) -> Laboratory:
    """Return two repositories with their first release, and a workspace."""
    dask, distributed = (Project(name, tmp_path / name) for name in ("dask", "distributed"))
    made = Laboratory(tmp_path, dask, distributed, installed_pytest)
    made.write()
    return made
