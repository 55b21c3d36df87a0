"""The exact commands that make a cell, or an environment, again. Names from records are quoted for the shell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from shlex import join, quote
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.environment import narrowing

if TYPE_CHECKING:
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.transitions.transitions import Turn


@dataclass(frozen=True)
class Reproduce:
    """Two ways to execute one cell again: by its nox session, and by the command line. ``--again``: though it is done."""

    nox: str
    dask_matrix: str


def expression(scenario: Scenario) -> str:
    """Return the ``-k`` expression that picks the test function of a scenario: ``test_file and TestClass and test_name``."""
    module = PurePosixPath(scenario.file).stem
    name = scenario.function.partition("[")[0]
    return " and ".join(re.findall(r"\w+", f"{module} {name}"))


def reproduce(scenario: Scenario, environment: Environment) -> Reproduce:
    """Return the commands that execute a scenario in an environment."""
    wanted = f"-k {quote(expression(scenario))}" if expression(scenario) else ""
    place = f"--release {quote(environment.release.text)} --python {environment.python} --lane {environment.lane}"
    return Reproduce(
        nox=f'nox -s "scenarios({environment.label})" -- {wanted} --again'.replace("  ", " "),
        dask_matrix=f"dask-matrix run {place} {wanted} --again".replace("  ", " "),
    )


def bisect(turn: Turn) -> str:
    """Return the command that finds what made a scenario turn: what broke it, or what fixed it, on the Python of both sides."""
    held, broke = (turn.before, turn.after) if turn.breaks else (turn.after, turn.before)
    python = held.python if held.python == broke.python else None
    words = ["dask-matrix", "bisect", turn.scenario.id, "--good", held.release.text, "--bad", broke.release.text]
    words += [] if turn.breaks else ["--find-fix"]
    return join([*words, "--commits", *narrowing(held.lane, python)])


def install(environment: Environment) -> tuple[str, ...]:
    """Return the commands that install exactly an environment, from its lock saved as a file; none if it was refused."""
    if not environment.lock:
        return ()
    name = f"dask-{environment.release}".replace("+", "-")
    return (
        f"uv venv --python {quote(environment.python_full or str(environment.python))} {name}",
        f"uv pip install --python {name} --no-deps -r lock-{environment.key}.txt",
    )
