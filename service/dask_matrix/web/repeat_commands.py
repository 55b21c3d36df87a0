"""Shell commands that rerun a cell, bisect a transition or install an environment. Names from records are quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from shlex import join, quote
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.environment import lane_and_python_options
from dask_matrix.domain.records.run import scenario_set_option

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


def reproduce(scenario: Scenario, environment: Environment, scenario_set: str = "") -> Reproduce:
    """Return the commands that rerun a scenario of a set in an environment; nox knows only the bundled set."""
    selection = ["-k", expression(scenario)] if expression(scenario) else []
    options = ["--release", environment.release.text, "--python", str(environment.python), "--lane", environment.lane]
    own = scenario_set_option(scenario_set)
    return Reproduce(
        nox="" if own else f'nox -s "scenarios({environment.label})" -- {join([*selection, "--again"])}',
        dask_matrix=join(["dask-matrix", "run", *options, *own, *selection, "--again"]),
    )


def bisect(transition: Transition, scenario_set: str = "") -> str:
    """Return the command that bisects a transition: what broke or fixed it, on the Python of both if it is the same."""
    good, bad = (transition.before, transition.after) if transition.breaks else (transition.after, transition.before)
    python = good.python if good.python == bad.python else None
    command = ["dask-matrix", "bisect", transition.scenario.id, "--good", good.release.text, "--bad", bad.release.text]
    command += [] if transition.breaks else ["--find-fix"]
    command += ["--commits", *lane_and_python_options(good.lane, python), *scenario_set_option(scenario_set)]
    return join(command)


def install(environment: Environment) -> tuple[str, ...]:
    """Return the commands that install exactly an environment from its lock saved as a file; none without a lock."""
    if not environment.lock:
        return ()
    name = f"dask-{environment.release}".replace("+", "-")
    return (
        f"uv venv --python {quote(environment.python_full or str(environment.python))} {name}",
        f"uv pip install --python {name} --no-deps -r lock-{environment.key}.txt",
    )
