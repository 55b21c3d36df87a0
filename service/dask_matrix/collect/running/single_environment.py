"""Run one environment from its nox session, as ``dask-matrix run`` would."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dask_matrix.collect.planning.plan import Reruns
from dask_matrix.collect.planning.request import RunRequest
from dask_matrix.collect.running.run import Runner
from dask_matrix.collect.scenario_set import catalog
from dask_matrix.collect.supervising.job import plain_command
from dask_matrix.collect.supervising.progress import Stage
from dask_matrix.collect.workspace.selection import SelectionOptions, select_environments
from dask_matrix.collect.workspace.workspace import Workspace
from dask_matrix.domain.environments.environment import label_parts
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.store.store import Store

if TYPE_CHECKING:
    from dask_matrix.collect.supervising.progress import Step


AGAIN = "--again"
"""The one session argument that is not passed to pytest: also rerun finished scenarios."""


def run_label(label: str, arguments: tuple[str, ...]) -> int:
    """Run the environment of a session; return 0 if it could be run, whatever the outcomes.

    ``arguments`` go to pytest, except ``--again``.
    """
    reruns = Reruns(frozenset(Verdict)) if AGAIN in arguments else Reruns()
    pytest_arguments = tuple(argument for argument in arguments if argument != AGAIN)
    workspace = Workspace.of()
    try:
        release, python, lane = label_parts(label)
        narrowing = SelectionOptions((release,), (python,), (lane,))
        request = RunRequest(
            select_environments(narrowing, workspace.config, workspace.cached_index, workspace.git),
            catalog.read(workspace.tests),
            pytest_arguments,
            reruns=reruns,
        )
        with Store.open(workspace.places.database) as store:
            run_request = Runner(request, workspace, store, _print, plain_command)
            summary = run_request.run()
    except DaskMatrixError as error:
        print(error, file=sys.stderr)
        return 2
    if summary.bad_arguments:
        print(summary.bad_arguments, file=sys.stderr)
        return 2
    if pytest_arguments and summary.count(Stage.DONE) and not summary.matched:
        print(f"No scenario matches {' '.join(pytest_arguments)!r}.", file=sys.stderr)
        return 2
    for line in summary.tally.errored_lines():
        print(line, file=sys.stderr)
    print(summary.tally.counted())
    undone = summary.count(Stage.FAILED) or summary.interrupted or summary.tally.without_evidence or summary.problem
    return 1 if undone else 0


def _print(step: Step) -> None:
    if step.stage not in {Stage.RUNNING, Stage.CONFIRMING}:
        counted = f" {step.done}/{step.total}" if step.total else ""
        print(f"{step.label}: {step.stage}{counted}", step.note, flush=True)
