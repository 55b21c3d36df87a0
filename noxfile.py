"""The sessions a person or CI calls: `up`, `tests`, `lint`, `truth`, `snapshot`, and one per environment.

Those of the environments are in service/collect/sessions.py.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent))  # `nox` may come from elsewhere than this checkout's environment

from service.collect.sessions import scenarios  # noqa: F401 - nox finds the sessions here

TIME_TO_END = 30
"""Seconds that a run gets after Ctrl-C to end its scenarios and to say how it ended."""
nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"


@nox.session(venv_backend="none")
def up(session: nox.Session) -> None:
    """Run the small default matrix and serve it on http://127.0.0.1:8000 from the start; arguments go to `run`."""
    command = [sys.executable, "-m", "service.cli", "run", "--tag", "quick", "--serve"]
    session.run(*command, *session.posargs, external=True, interrupt_timeout=TIME_TO_END)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the whole test suite: ruff, mypy strict, the layering rules, and everything else; two files at a time."""
    session.install("-q", "-e", ".[tests]")
    lint(session)
    session.run("pytest", "-n2", "--dist=loadfile", "--no-loadscope-reorder", *session.posargs)


@nox.session(name="lint", default=False)
def lint_alone(session: nox.Session) -> None:
    """Run ruff and mypy alone."""
    session.install("-q", "-e", ".[tests]")
    lint(session)


def lint(session: nox.Session) -> None:
    """Check style and types in a session's environment."""
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@nox.session(venv_backend="none", default=False)
def truth(session: nox.Session) -> None:
    """Hold every release against tests/truth, running what has no result yet; `-- --data FOLDER`, `-- --draft`."""
    session.run(sys.executable, "-m", "tests.truth_of", *session.posargs, external=True)


@nox.session(venv_backend="none", default=False)
def snapshot(session: nox.Session) -> None:
    """Make the evidence that ships anew: run what has no result yet, then write snapshot/; `-- --data FOLDER`."""
    command = [sys.executable, "-m", "service.cli"]
    for tag in ("all", "recent"):
        session.run(*command, "run", "--tag", tag, *session.posargs, external=True)
    session.run(*command, "export", "--snapshot", "snapshot", *session.posargs, external=True)


@nox.session(default=False)
def wheel(session: nox.Session) -> None:
    """Build the wheel into dist/."""
    shutil.rmtree("dist", ignore_errors=True)
    session.run("uv", "build", "--wheel", "--out-dir", "dist", external=True)
