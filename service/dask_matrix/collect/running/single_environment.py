"""Runs one environment from its nox session, as ``dask-matrix run`` would."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dask_matrix.collect.planning.plan import Repeats
from dask_matrix.collect.planning.request import Order
from dask_matrix.collect.running.run import Drive
from dask_matrix.collect.scenario_set import catalog
from dask_matrix.collect.supervising.job import plain_command
from dask_matrix.collect.supervising.progress import Stage
from dask_matrix.collect.workspace.selection import Narrowing, wanted
from dask_matrix.collect.workspace.workspace import Workplace
from dask_matrix.domain.environments.environment import label_parts
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.store.store import Store

if TYPE_CHECKING:
    from dask_matrix.collect.supervising.progress import Step


AGAIN = "--again"
"""The one argument of a session that is for us: run also what is done."""


def run_label(label: str, arguments: tuple[str, ...]) -> int:
    """Run the environment of a session; return 0 if it did its work, whatever the outcomes.

    ``arguments`` go to pytest, but for ``--again``.
    """
    repeats = Repeats(frozenset(Verdict)) if AGAIN in arguments else Repeats()
    pytest_arguments = tuple(argument for argument in arguments if argument != AGAIN)
    workplace = Workplace.of()
    try:
        release, python, lane = label_parts(label)
        narrowing = Narrowing((release,), (python,), (lane,))
        order = Order(
            wanted(narrowing, workplace.config, workplace.index_as_kept, workplace.git),
            catalog.read(workplace.tests),
            pytest_arguments,
            repeats=repeats,
        )
        with Store.open(workplace.places.database) as store:
            drive = Drive(order, workplace, store, _print, plain_command)
            summary = drive.run()
    except DaskMatrixError as error:
        print(error, file=sys.stderr)
        return 2
    if summary.misused:
        print(summary.misused, file=sys.stderr)
        return 2
    if pytest_arguments and summary.count(Stage.DONE) and not summary.matched:
        print(f"No scenario matches {' '.join(pytest_arguments)!r}.", file=sys.stderr)
        return 2
    return 1 if summary.count(Stage.FAILED) or summary.interrupted else 0


def _print(step: Step) -> None:
    if step.stage not in {Stage.RUNNING, Stage.CONFIRMING}:
        counted = f" {step.done}/{step.total}" if step.total else ""
        print(f"{step.label}: {step.stage}{counted}", step.note, flush=True)
