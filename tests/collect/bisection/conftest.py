"""A workplace over two made-up repositories, with pytest from where these tests run: nothing is asked of an index."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path

import pytest

from service.collect import catalog
from service.collect.bisection.asked import Setting
from service.collect.bisection.bisecting import Question, bisect
from service.collect.bisection.ends import Named
from service.collect.bisection.searching import Bench
from service.collect.order import Order
from service.collect.progress import Step
from service.collect.workplace import Workplace
from service.domain.bisected import Bisected
from service.domain.environment import Lane
from service.store.store import Store

from .repositories import Project

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
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
    """Two repositories, and all that is needed to bisect them."""

    folder: Path
    dask: Project
    distributed: Project
    log: list[str] = field(default_factory=list)

    def write(self) -> None:
        """Write the scenario set, and put pytest where it would be installed."""
        tests = self.folder / "set"
        tests.mkdir()
        places = {"python": PYTHON, "dask": self.dask.folder, "distributed": self.distributed.folder}
        (tests / "matrix.toml").write_text(MATRIX.format(**places))
        (tests / "test_behaviour.py").write_text(SCENARIOS)
        target = self.folder / "data" / "pytest" / PYTHON
        for name in NEEDED:
            for file in distribution(name).files or ():
                if not str(file).startswith("..") and "__pycache__" not in str(file):
                    (target / file).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(str(file.locate()), target / file)
        (target / ".ready").touch()

    def ask(
        self, good: str, bad: str, scenario: str = "behaviour/holds", *, mends: bool = False, kind: str = ""
    ) -> Bisected:
        """Bisect between two ends."""
        ends = Named(bad, good, mends=True) if mends else Named(good, bad, mends=False)
        workplace = Workplace.of(self.folder / "data", self.folder / "set")
        order = Order([], catalog.read(workplace.tests), jobs=2)
        with Store.open(workplace.places.database) as store:
            bench = Bench(workplace, store, order, _nothing, self.log.append)
            return bisect(Question(scenario, ends, Setting(Lane.AS_RELEASED), kind, commits=True), bench)


def _nothing(_step: Step) -> None:
    pass


@pytest.fixture
def laboratory(tmp_path: Path) -> Laboratory:
    """Return two repositories with their first release, and a workplace."""
    made = Laboratory(tmp_path, Project("dask", tmp_path / "dask"), Project("distributed", tmp_path / "distributed"))
    made.write()
    return made
