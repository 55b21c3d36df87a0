"""Sessions for developers and CI: `up`, `tests`, `lint`, `truth`, `snapshot`, `verdicts`, and one per environment.

Those of the environments are in service/dask_matrix/collect/running/nox_sessions.py.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import nox
from packaging.requirements import Requirement

sys.path.insert(
    0, str(Path(__file__).parent / "service")
)  # `nox` may come from elsewhere than this checkout's environment

from dask_matrix.collect.running.nox_sessions import scenarios  # noqa: F401 - nox finds the sessions here
from dask_matrix.python_process import python_command

CONSTRAINTS = "constraints.txt"
"""The versions that the tests, and CI, are run with."""
TIME_TO_END = 30
"""Seconds that a run gets after Ctrl-C to end its scenarios and to say how it ended."""
nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"


@nox.session(venv_backend="none")
def up(session: nox.Session) -> None:
    """Run the small default matrix and serve it on http://127.0.0.1:8000 from the start; arguments go to `run`."""
    command = python_command("dask_matrix", "run", "--tag", "quick", "--serve")
    session.run(*command, *session.posargs, external=True, interrupt_timeout=TIME_TO_END)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the whole test suite, with the versions of constraints.txt; `-- --quick` for the inner loop; arguments go to pytest."""
    session.install("-q", "-e", ".[tests]", "-c", CONSTRAINTS)
    lint(session)
    suite(session)


@nox.session(default=False)
def newest(session: nox.Session) -> None:
    """Run the test suite with the newest version of every dependency, and list those that have changed."""
    session.install("-q", "--upgrade", "-e", ".[tests]")
    report_changes(session)
    suite(session)


@nox.session(default=False)
def oldest(session: nox.Session) -> None:
    """Run the test suite with the oldest version of every direct dependency that pyproject.toml allows."""
    session.install("-q", "--resolution", "lowest-direct", "-e", ".[tests]")
    suite(session)


@nox.session(venv_backend="none", default=False)
def lock(session: nox.Session) -> None:
    """Rewrite constraints.txt: the newest versions that pyproject.toml allows, on every Python and platform."""
    options = ("--universal", "--all-extras", "--upgrade", "--python-version", "3.11", "--no-annotate", "--no-header")
    uv = (sys.executable, "-m", "uv", "pip", "compile")
    session.run(*uv, *options, "-q", "-o", CONSTRAINTS, "pyproject.toml", external=True)


@nox.session(name="lint", default=False)
def lint_alone(session: nox.Session) -> None:
    """Run ruff and mypy alone."""
    session.install("-q", "-e", ".[tests]", "-c", CONSTRAINTS)
    lint(session)


def lint(session: nox.Session) -> None:
    """Check style and types in a session's environment."""
    session.run("ruff", "check", "--no-cache", ".")  # a cached verdict on imports outlives the module
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


def suite(session: nox.Session) -> None:
    """Run pytest, two files at a time. Compiled modules are kept: else each process of the tests compiles them again."""
    command = ("pytest", "-n2", "--dist=loadfile", "--no-loadscope-reorder", *session.posargs)
    session.run(*command, env={"PYTHONDONTWRITEBYTECODE": None})


def report_changes(session: nox.Session) -> None:
    """List the installed versions that differ from those of constraints.txt."""
    locked = [Requirement(line) for line in Path(CONSTRAINTS).read_text(encoding="utf-8").splitlines()]
    listed: str = session.run("uv", "pip", "list", "--format", "json", silent=True)  # type: ignore[assignment]
    installed = {each["name"]: each["version"] for each in json.loads(listed)}
    for each in locked:
        version = installed.get(each.name)
        if version and (each.marker is None or each.marker.evaluate()) and not each.specifier.contains(version):
            session.log(f"changed: {each.name} {str(each.specifier).removeprefix('==')} -> {version}")


@nox.session(venv_backend="none", default=False)
def truth(session: nox.Session) -> None:
    """Compare every release with tests/truth, running what has no result yet; `-- --data FOLDER`, `-- --draft`."""
    session.run(sys.executable, "-m", "tests.truth_of", *session.posargs, external=True)


@nox.session(venv_backend="none", default=False)
def snapshot(session: nox.Session) -> None:
    """Rewrite snapshot/: run what has no result yet, then export; `-- --data FOLDER`."""
    command = python_command("dask_matrix")
    for tag in ("all", "recent"):
        session.run(*command, "run", "--tag", tag, *session.posargs, external=True)
    session.run(*command, "export", "--snapshot", "snapshot", *session.posargs, external=True)


@nox.session(venv_backend="none", default=False)
def verdicts(session: nox.Session) -> None:
    """Rewrite the verdicts in snapshot/ from the records that are there, after a change of the code that judges."""
    session.run(*python_command("dask_matrix.store.snapshots"), "snapshot", external=True)


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Build the documentation into build/docs; `-- serve` serves it while you write."""
    session.install("-q", "-e", ".[docs]", "-c", CONSTRAINTS)
    session.run("zensical", *(session.posargs or ["build", "--strict"]))


@nox.session(default=False)
def wheel(session: nox.Session) -> None:
    """Build the wheel into dist/."""
    shutil.rmtree("dist", ignore_errors=True)
    session.run("uv", "build", "--wheel", "--out-dir", "dist", external=True)
