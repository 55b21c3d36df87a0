"""`dask-matrix bisect`. Exit codes: 0 found, 1 only a set of suspects, or unknown, 2 usage, 3 an end is not as said."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dask_matrix.commands import options
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.records.bisection import Ended

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.collect.bisection.bisect import Question
    from dask_matrix.domain.records.bisection import Bisected

CODES = {Ended.FOUND: 0, Ended.SUSPECTS: 1, Ended.UNVERIFIED: 1, Ended.CONTRADICTED: 3}
"""130 is an interruption: what is finished is kept, and the same command goes on from there."""


def bisect(
    scenario: Annotated[str, typer.Argument(help="A scenario by its id, or by a part that only its id has.")],
    good: Annotated[str, typer.Option(metavar="RELEASE|REF", help="Where it holds.", show_default="as stored")] = "",
    bad: Annotated[str, typer.Option(metavar="RELEASE|REF", help="Where it does not.", show_default="as stored")] = "",
    commits: Annotated[bool, typer.Option("--commits", help="Go on over the commits of both repositories.")] = False,
    find_fix: Annotated[
        bool, typer.Option("--find-fix", help="Search what mended it: the bad end is earlier.")
    ] = False,
    failing_with: Annotated[
        str, typer.Option(metavar="KIND", help="Only this exception, or message with this part, is bad.")
    ] = "",
    sweep: Annotated[
        int, typer.Option(min=0, metavar="N", help="Look at N points, evenly spread, first: turnings show there.")
    ] = 0,
    lane: Annotated[Lane, typer.Option(help="How other dependencies are chosen.")] = Lane.AS_RELEASED,
    python: Annotated[str, typer.Option(help="A Python minor such as 3.11.")] = "",
    jobs: options.Jobs = None,
    log: Annotated[bool, typer.Option("--log", help="Print each step and why it is taken.")] = False,
    scenarios: options.Scenarios = None,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """Find the release, then the commit, that broke or mended a scenario. Exits 0 found, 1 a set of suspects or unknown, 2 usage, 3 an end is not as said."""
    from dask_matrix.collect.bisection.bisect import Question
    from dask_matrix.collect.bisection.endpoints import Named
    from dask_matrix.collect.bisection.stored_observations import Setting
    from dask_matrix.tell.bisect_report import report

    ends = Named(bad, good, mends=True) if find_fix else Named(good, bad, mends=False)
    setting = Setting(lane, Python.parse(python) if python else None)
    question = Question(scenario, ends, setting, failing_with, commits, sweep)
    found = _searched(question, data, scenarios, jobs or os.cpu_count() or 1, log=log)
    print(json.dumps(found.model_dump(mode="json"), indent=1, ensure_ascii=False) if as_json else report(found))
    raise typer.Exit(CODES[found.ended])


def _searched(question: Question, data: Path | None, scenarios: Path | None, jobs: int, *, log: bool) -> Bisected:
    """Search with the progress shown on stderr, each step with ``log``."""
    from dask_matrix.collect.bisection.bisect import bisect as search
    from dask_matrix.collect.bisection.search import Bench
    from dask_matrix.collect.planning.plan import Repeats
    from dask_matrix.commands.driver import notes, order_of, store_of, terminate_as_interrupt, workplace_of
    from dask_matrix.commands.terminal import plain_lines

    workplace = workplace_of(data, scenarios)
    order = order_of(workplace, [], jobs, Repeats())
    with store_of(workplace) as store, terminate_as_interrupt():
        found = search(question, Bench(workplace, store, order, plain_lines(), _step if log else _nothing))
    notes(workplace.index.notes)
    return found


def _step(told: str) -> None:
    print(f"bisect: {told}", file=sys.stderr, flush=True)


def _nothing(_told: str) -> None:
    pass
