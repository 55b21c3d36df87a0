"""What Dask imports only when a cluster starts is imported once, before any fork, unless somebody could notice."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.harness.bench import Bench
from tests.harness.specimen_starts import Target, start

#: As many scenarios with a cluster as are worth it, by what is in their code; they only tell what they find imported.
WITH_CLUSTERS = """
    import sys

    import pytest

    def cluster():
        return sys.modules["distributed"].Client()

    @pytest.fixture
    def client():
        yield (lambda: None) or LocalCluster

    @pytest.mark.parametrize("number", range({count}))
    def test_tells(client, number):
        print(*sorted(name for name in sys.modules if name.startswith(("distributed.http", "lazy_", "getpass"))))
"""
#: A package in Dask's place, whose cluster imports a module, another that imports further ones, and a last one.
PACKAGE = """
    from contextlib import contextmanager

    def Client(cluster):
        return LocalCluster()

    @contextmanager
    def LocalCluster(**keywords):
        import lazy_first, lazy_outer, lazy_quiet
        yield
"""
#: Modules whose import can be noticed.
NOTICED = {
    "warns": "import warnings; warnings.warn('deprecated', DeprecationWarning)",
    "logs": "import logging; logging.getLogger('lazy').warning('hello')",
    "prints": "print('hello')",
    "starts_a_thread": "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
    "sets_a_variable": "import os; os.environ['LAZY'] = '1'",
    "changes_the_path": "import sys; sys.path.append('/lazy')",
    "filters_warnings": "import warnings; warnings.simplefilter('ignore')",
    "raises_the_second_time": "import os\nif os.path.exists({mark!r}): raise ImportError\nopen({mark!r}, 'w').close()",
}


@pytest.fixture
def in_dasks_place(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench with the package on the interpreter's path, and scenarios that start its clusters."""
    monkeypatch.setenv("PYTHONPATH", str(bench.notes))
    (bench.notes / "distributed.py").write_text(textwrap.dedent(PACKAGE))
    (bench.notes / "lazy_outer.py").write_text("import lazy_inner")
    for name in ("first", "inner", "quiet"):
        (bench.notes / f"lazy_{name}.py").write_text("")
    bench.write("test_clusters.py", WITH_CLUSTERS.format(count=12))
    return bench


def imported(bench: Bench) -> set[str]:
    """The modules of the package that the scenarios found imported, the same for all."""
    assert bench.run(imports=["distributed"]) == 0, bench.stderr
    (found,) = {result["stdout"] for result in bench.records("result")}
    return {name for name in found.split() if name.startswith("lazy_")}


def test_what_a_cluster_imports_is_imported_before_the_forks(in_dasks_place: Bench) -> None:
    """All of it, where no import leaves more than modules."""
    assert imported(in_dasks_place) == {"lazy_first", "lazy_outer", "lazy_inner", "lazy_quiet"}


def test_an_import_that_can_be_noticed_is_left_to_the_scenarios(in_dasks_place: Bench) -> None:
    """And so is each module that imports that one; the others are imported."""
    mark = in_dasks_place.notes / "mark"
    for name, does in NOTICED.items():
        (in_dasks_place.notes / f"lazy_{name}.py").write_text(does.format(mark=str(mark)))
    outer = "\n".join(f"import lazy_{name}" for name in NOTICED)
    (in_dasks_place.notes / "lazy_outer.py").write_text(outer)
    assert imported(in_dasks_place) == {"lazy_first", "lazy_quiet"}
    assert mark.exists()


@pytest.mark.parametrize("does", ["import os; os._exit(3)", "raise SystemExit"])
def test_a_cluster_that_does_not_start_hinders_no_scenario(in_dasks_place: Bench, does: str) -> None:
    """Nothing is imported then."""
    (in_dasks_place.notes / "lazy_quiet.py").write_text(does)
    assert imported(in_dasks_place) == set()


def test_few_scenarios_with_clusters_are_not_worth_it(in_dasks_place: Bench) -> None:
    """Neither are scenarios without."""
    in_dasks_place.write("test_clusters.py", WITH_CLUSTERS.format(count=11))
    in_dasks_place.write("test_without.py", "def test_nothing():\n    print()\n")
    assert imported(in_dasks_place) == set()


def test_a_cluster_of_dask_finds_its_modules_imported(dask_target: Target, tmp_path: Path) -> None:
    """Except the one that logs, when imported, what is not installed: the scenario's log has that line."""
    tests = tmp_path / "set"
    tests.mkdir()
    (tests / "test_clusters.py").write_text(textwrap.dedent(WITH_CLUSTERS.format(count=12)))
    fields: dict[str, Any] = {"imports": ["dask.array", "dask.dataframe", "distributed"], "retries": 0}
    folder = tmp_path / "start"
    folder.mkdir()
    ended = start(folder, dask_target, tests, isolation="fork", **fields)
    found = ended.result("clusters/tells[0]")["stdout"].split()
    assert {"distributed.http.scheduler.info", "distributed.http.worker", "getpass"} <= set(found), ended.stderr
    assert "distributed.http.proxy" not in found
