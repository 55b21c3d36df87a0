"""Print how a run ended and determine its exit code."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from dask_matrix.collect.supervising.progress import Stage
from dask_matrix.commands.exit_codes import DONE, INTERRUPTED, INTERRUPTED_MESSAGE, NOT_ALL_DONE
from dask_matrix.commands.terminal import unstable_lines
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.records.outcome import Outcome
from dask_matrix.domain.verdicts.stability import unstable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from dask_matrix.collect.planning.request import RunRequest
    from dask_matrix.collect.running.run import Summary
    from dask_matrix.domain.verdicts.stability import Trial, Unstable


def conclude(summary: Summary, request: RunRequest, trials: Iterable[Trial], *, as_json: bool) -> int:
    """Print how a run ended, and return the exit code. ``trials`` are its executions. Raises DaskMatrixError."""
    for line in [*summary.tally.errored_lines(), *([summary.problem] if summary.problem else [])]:
        print(line, file=sys.stderr)
    print(f"run {summary.run}: {summary.tally.counted()}", file=sys.stderr)
    if summary.interrupted:
        print(INTERRUPTED_MESSAGE, file=sys.stderr)
        return INTERRUPTED
    print_rejected(summary.rejected)
    _refuse_misuse(summary, request)
    listed = unstable(trials) if request.verification else []
    if as_json:
        print(json.dumps(_as_json(summary, request, listed), indent=1))
    elif request.verification:
        print("\n".join(unstable_lines(listed, request.verification, summary.labels)))
    failed = summary.count(Stage.FAILED)
    if failed:
        print(f"{failed} of {len(request.environments)} environments could not be run; see above.", file=sys.stderr)
    return NOT_ALL_DONE if failed or listed or summary.tally.without_evidence or summary.problem else DONE


def _refuse_misuse(summary: Summary, request: RunRequest) -> None:
    """Raise DaskMatrixError for bad pytest arguments or a selection without scenarios."""
    if summary.bad_arguments:
        raise DaskMatrixError(summary.bad_arguments)
    if summary.count(Stage.DONE) and not summary.matched and request.pytest_arguments:
        raise DaskMatrixError(f"No scenario matches {' '.join(request.pytest_arguments)!r}.")
    finished = [step for step in summary.final_steps.values() if step.stage in {Stage.DONE, Stage.NOTHING}]
    if finished and not summary.matched and not any(step.total for step in finished):
        raise DaskMatrixError(f"No tests in {request.catalog.folder}: pytest found none in its files.")


def _as_json(summary: Summary, request: RunRequest, listed: list[Unstable]) -> dict[str, Any]:
    environments = [
        {"label": label, "ended": step.stage.value, "note": step.note} for label, step in summary.final_steps.items()
    ]
    output: dict[str, Any] = {"run": summary.run, "results": summary.results, "environments": environments}
    output["outcomes"] = {outcome.value: summary.tally.outcomes[outcome] for outcome in Outcome}
    output["errored"] = [
        {"label": label, "scenario": scenario, "cause": cause}
        for (label, scenario), cause in sorted(summary.tally.without_evidence.items())
    ]
    if request.verification is None:
        return output
    named = [each.as_json() | {"label": summary.labels.get(each.environment)} for each in listed]
    return output | {"rounds": request.verification.rounds, "seed": request.verification.seed, "unstable": named}


def print_rejected(lines: Iterable[object]) -> bool:
    """Print the lines of record files that are not valid records; return whether there are any."""
    messages = [f"dask-matrix: not a record: {line}" for line in lines]
    if messages:
        print("\n".join(messages), file=sys.stderr)
    return bool(messages)
