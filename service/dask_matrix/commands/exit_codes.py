"""Says how a run ended, and gives the exit code that says it to scripts."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from dask_matrix.collect.supervising.progress import Stage
from dask_matrix.commands.server import INTERRUPTED
from dask_matrix.commands.terminal import unstable_lines
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.verdicts.stability import unstable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from dask_matrix.collect.planning.request import Order
    from dask_matrix.collect.running.run import Summary
    from dask_matrix.domain.verdicts.stability import Trial, Unstable

DONE, NOT_ALL_DONE, USAGE = 0, 1, 2
GOES_ON = "Interrupted. What is finished is kept; the same command goes on from there."


def conclude(summary: Summary, order: Order, trials: Iterable[Trial], *, as_json: bool) -> int:
    """Say how a run ended, ``trials`` being its executions; return the exit code, or raise what was wrong with it."""
    print(f"run {summary.run}: {summary.results} results recorded.", file=sys.stderr)
    if summary.interrupted:
        print(GOES_ON, file=sys.stderr)
        return INTERRUPTED
    rejected(summary.rejected)
    _refuse_misuse(summary, order)
    listed = unstable(trials) if order.verification else []
    if as_json:
        print(json.dumps(_as_json(summary, order, listed), indent=1))
    elif order.verification:
        print("\n".join(unstable_lines(listed, order.verification, summary.labels)))
    failed = summary.count(Stage.FAILED)
    if failed:
        print(
            f"{failed} of {len(order.wanted)} environments could not be run; the reasons stand above.", file=sys.stderr
        )
    return NOT_ALL_DONE if failed or listed else DONE


def _refuse_misuse(summary: Summary, order: Order) -> None:
    """Raise what was asked for in vain."""
    if summary.misused:
        raise DaskMatrixError(summary.misused)
    if summary.count(Stage.DONE) and not summary.matched and order.pytest_arguments:
        raise DaskMatrixError(f"No scenario matches {' '.join(order.pytest_arguments)!r}.")
    ended = [step for step in summary.ended.values() if step.stage in {Stage.DONE, Stage.NOTHING}]
    if ended and not summary.matched and not any(step.total for step in ended):
        raise DaskMatrixError(f"No tests in {order.catalog.folder}: pytest found none in its files.")


def _as_json(summary: Summary, order: Order, listed: list[Unstable]) -> dict[str, Any]:
    environments = [
        {"label": label, "ended": step.stage.value, "note": step.note} for label, step in summary.ended.items()
    ]
    told: dict[str, Any] = {"run": summary.run, "results": summary.results, "environments": environments}
    if order.verification is None:
        return told
    named = [each.as_json() | {"label": summary.labels.get(each.environment)} for each in listed]
    return told | {"rounds": order.verification.rounds, "seed": order.verification.seed, "unstable": named}


def rejected(lines: Iterable[object]) -> bool:
    """Name the lines of record files that are no records; say whether there are any."""
    told = [f"dask-matrix: not a record: {line}" for line in lines]
    if told:
        print("\n".join(told), file=sys.stderr)
    return bool(told)
