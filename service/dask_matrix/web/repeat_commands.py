"""Shell commands that rerun a cell, bisect a transition or install an environment. Names from records are quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from shlex import join, quote
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.environment import lane_and_python_options

if TYPE_CHECKING:
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.transitions.transitions import Transition


@dataclass(frozen=True)
class Reproduce:
    """Two commands that rerun one cell: its nox session, and `dask-matrix run`. ``--again`` reruns despite a result."""

    nox: str
    dask_matrix: str


def expression(scenario: Scenario) -> str:
    """Return the ``-k`` expression that selects a scenario's test function: ``test_file and TestClass and test_name``."""
    module = PurePosixPath(scenario.file).stem
    name = scenario.function.partition("[")[0]
    return " and ".join(re.findall(r"\w+", f"{module} {name}"))


def reproduce(scenario: Scenario, environment: Environment) -> Reproduce:
    """Return the commands that rerun a scenario in an environment."""
    selection = f"-k {quote(expression(scenario))}" if expression(scenario) else ""
    options = f"--release {quote(environment.release.text)} --python {environment.python} --lane {environment.lane}"
    return Reproduce(
        nox=f'nox -s "scenarios({environment.label})" -- {selection} --again'.replace("  ", " "),
        dask_matrix=f"dask-matrix run {options} {selection} --again".replace("  ", " "),
    )


def bisect(transition: Transition) -> str:
    """Return the command that bisects a transition: what broke or fixed it, on the Python of both if it is the same."""
    good, bad = (transition.before, transition.after) if transition.breaks else (transition.after, transition.before)
    python = good.python if good.python == bad.python else None
    command = ["dask-matrix", "bisect", transition.scenario.id, "--good", good.release.text, "--bad", bad.release.text]
    command += [] if transition.breaks else ["--find-fix"]
    return join([*command, "--commits", *lane_and_python_options(good.lane, python)])


def install(environment: Environment) -> tuple[str, ...]:
    """Return the commands that install exactly an environment from its lock saved as a file; none without a lock."""
    if not environment.lock:
        return ()
    name = f"dask-{environment.release}".replace("+", "-")
    return (
        f"uv venv --python {quote(environment.python_full or str(environment.python))} {name}",
        f"uv pip install --python {name} --no-deps -r lock-{environment.key}.txt",
    )
