"""Whom the harness is measured against, each doing the same work: some scenarios on some releases."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from speed.meter import Measured, measure

ROOT = Path(__file__).parents[2]
PYTEST = "pytest==8.3.5"
SELECTS = """

def pytest_collection_modifyitems(items):
    import pathlib
    wanted = pathlib.Path(__file__).with_name("selected.txt").read_text().split()
    items[:] = [item for item in items if item.nodeid in wanted]
"""


@dataclass(frozen=True)
class Work:
    """What is to be done. ``locks`` says for each release which file lists its packages; ``nodes`` are pytest's ids."""

    folder: Path
    scenarios: Path
    nodes: list[str]
    locks: dict[str, Path]
    python: str

    @property
    def log(self) -> Path:
        """Where everybody's output goes."""
        return self.folder / "log.txt"


def clean_environ(**more: str) -> dict[str, str]:
    """Return the variables of a user who has set nothing; the surface, which nobody else observes, is left out."""
    left_out = {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONPATH"}
    return (
        {name: value for name, value in os.environ.items() if name not in left_out}
        | {"DASK_MATRIX_NO_SURFACE": "1"}
        | more
    )


def selection(folder: Path, count: int) -> tuple[Path, list[str]]:
    """Copy the scenario set and choose some of the futures area, spread evenly; those that hang on some release not."""
    scenarios = folder / "scenarios"
    shutil.copytree(
        ROOT / "scenarios",
        scenarios,
        ignore=shutil.ignore_patterns("dask_matrix_harness", "__pycache__", "test_bind.py"),
    )
    for area in scenarios.iterdir():
        if area.is_dir() and area.name != "futures":
            shutil.rmtree(area)
    found = [
        f"{path.relative_to(scenarios).as_posix()}::{line.split('(')[0].removeprefix('def ')}"
        for path in sorted(scenarios.glob("*/test_*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("def test_")
    ]
    nodes = [found[index * len(found) // count] for index in range(count)]
    (scenarios / "selected.txt").write_text("\n".join(nodes), encoding="utf-8")
    with (scenarios / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write(SELECTS)
    return scenarios, nodes


def ours(work: Work, *options: str, name: str = "ours") -> Measured:
    """Measure ``dask-matrix run`` with nothing resolved and nothing installed."""
    data = work.folder / name
    releases = [word for release in work.locks for word in ("--release", release)]
    command = [sys.executable, "-m", "dask_matrix", "run", *releases, "--scenarios", str(work.scenarios), *options]
    environ = clean_environ(DASK_MATRIX_DATA=str(data))
    return measure(command, cwd=ROOT, environ=environ, records=data / "records", log=work.log)


NOXFILE = """
import nox

LOCKS = {locks!r}
NODES = {nodes!r}


@nox.session(venv_backend={backend!r}, python={python!r})
@nox.parametrize("release", list(LOCKS))
def scenarios(session, release):
    session.install("-q", "-r", LOCKS[release], {pytest!r})
    session.chdir({scenarios!r})
    for nodes in {each}:
        session.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *nodes, success_codes=[0, 1])
"""


def nox_and_pytest(work: Work, backend: str, *, process_each: bool) -> Measured:
    """Measure nox with plain pytest: one process for each scenario, or one for all of an environment."""
    name = f"nox-{backend}-{'each' if process_each else 'all'}"
    folder = work.folder / name
    folder.mkdir()
    text = NOXFILE.format(
        locks={release: str(path) for release, path in work.locks.items()},
        nodes=work.nodes,
        backend=backend,
        python=work.python,
        pytest=PYTEST,
        scenarios=str(work.scenarios),
        each="[[node] for node in NODES]" if process_each else "[NODES]",
    )
    (folder / "noxfile.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "nox", "-f", str(folder / "noxfile.py")]
    return measure(command, cwd=folder, environ=clean_environ(), log=work.log, accepted=(0,))


ASV_BENCHMARKS = '''"""Each scenario as a benchmark that is tracked: it is called once, in a process that asv gives it."""

import contextlib
import importlib
import inspect
import pathlib
import sys
import tempfile

SCENARIOS = pathlib.Path({scenarios!r})
sys.path[:0] = [str(SCENARIOS), str(SCENARIOS / "futures")]
import conftest


def fixture(name, given):
    function = inspect.unwrap(getattr(conftest, name).__pytest_wrapped__.obj)
    made = function(**{{key: given[key] for key in inspect.signature(function).parameters}})
    return contextlib.contextmanager(lambda: made)() if inspect.isgenerator(made) else contextlib.nullcontext(made)


def benchmark(node):
    file, _, name = node.partition("::")
    test = getattr(importlib.import_module(pathlib.Path(file).stem), name)

    def track():
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            given = {{"tmp_path": pathlib.Path(folder)}}
            for key in inspect.signature(test).parameters:
                if key not in given:
                    given[key] = stack.enter_context(fixture(key, given))
            test(**{{key: given[key] for key in inspect.signature(test).parameters}})
        return 1

    track.timeout = 120
    track.__name__ = track.__qualname__ = "track_" + node.replace("/", "_").replace(".py::", "_")
    return track


for node in {nodes!r}:
    made = benchmark(node)
    globals()[made.__name__] = made
'''


def asv(work: Work) -> Measured:
    """Measure ``asv run`` with environments of its own making, once, since it measures every commit alike."""
    project = work.folder / "asv"
    (project / "benchmarks").mkdir(parents=True)
    (project / "benchmarks" / "__init__.py").touch()
    text = ASV_BENCHMARKS.format(scenarios=str(work.scenarios), nodes=work.nodes)
    (project / "benchmarks" / "scenarios.py").write_text(text, encoding="utf-8")
    (project / "asv.conf.json").write_text(json.dumps(_asv_config(work, project)), encoding="utf-8")
    git = ["git", "-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "nothing to build"]):
        subprocess.run([*git, *arguments], cwd=project, check=True)
    environ = clean_environ()
    subprocess.run(
        [sys.executable, "-m", "asv", "machine", "--yes"],
        cwd=project,
        env=environ,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    command = [sys.executable, "-m", "asv", "run", "--show-stderr", "main^!"]
    measured = measure(command, cwd=project, environ=environ, log=work.log)
    done = [_tracked(path) for path in project.glob("results/*/*-env-*.json")]
    print(f"asv tracked {sum(done)} of {len(work.locks) * len(work.nodes)}", file=sys.stderr)
    return measured


def _tracked(results: Path) -> int:
    """Count the benchmarks of which asv has a value: those whose scenario did not fail."""
    found = json.loads(results.read_text(encoding="utf-8"))["results"].values()
    return sum(value is not None and (value[0] if isinstance(value, list) else value) is not None for value in found)


def _asv_config(work: Work, project: Path) -> dict[str, object]:
    pins = {release: _pins(path) for release, path in work.locks.items()}
    return {
        "version": 1,
        "project": "scenarios",
        "repo": str(project),
        "branches": ["main"],
        "environment_type": "virtualenv",
        "pythons": [work.python],
        "install_command": ["python -c pass"],
        "build_command": ["python -c pass"],
        "uninstall_command": ["return-code=any python -c pass"],
        "exclude": [{"python": work.python, "environment_type": "virtualenv", "req": {"dask": None}}],
        "include": [
            {"python": work.python, "req": {**each, "pytest": PYTEST.partition("==")[2]}} for each in pins.values()
        ],
    }


def _pins(lock: Path) -> dict[str, str]:
    lines = (line.partition(";")[0].strip() for line in lock.read_text(encoding="utf-8").splitlines())
    return dict(line.split("==", 1) for line in lines if "==" in line)
