"""`dask-matrix bisect`. Exit codes: 0 found, 1 several suspects or unknown, 2 usage error, 3 wrong endpoint."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dask_matrix.commands import options
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.collect.bisection.bisect import Question
    from dask_matrix.domain.records.bisection import BisectReport

CODES = {"found": 0, "suspects": 1, "unverified": 1, "contradicted": 3}
"""By `BisectStatus`. 130 means interrupted: finished results are kept, and the same command continues from there."""


def bisect(
    scenario: Annotated[str, typer.Argument(help="Scenario id, or a unique part of it.")],
    good: Annotated[
        str, typer.Option(metavar="RELEASE|REF", help="Where it passes.", show_default="from stored results")
    ] = "",
    bad: Annotated[
        str, typer.Option(metavar="RELEASE|REF", help="Where it fails.", show_default="from stored results")
    ] = "",
    commits: Annotated[
        bool, typer.Option("--commits", help="After the releases, bisect the commits of dask and distributed.")
    ] = False,
    find_fix: Annotated[
        bool, typer.Option("--find-fix", help="Find what fixed it: --bad is the earlier endpoint.")
    ] = False,
    failing_with: Annotated[
        str,
        typer.Option(
            metavar="KIND", help="Count a failure as bad only if its exception type or message contains this."
        ),
    ] = "",
    sweep: Annotated[
        int, typer.Option(min=0, metavar="N", help="First test N evenly spread points, to find every transition.")
    ] = 0,
    lane: Annotated[Lane, typer.Option(help="How the other dependencies are chosen.")] = Lane.AS_RELEASED,
    python: Annotated[str, typer.Option(help="Python version such as 3.11.")] = "",
    jobs: options.Jobs = None,
    log: Annotated[bool, typer.Option("--log", help="Print each step with its reason.")] = False,
    scenarios: options.Scenarios = None,
    data: options.Data = None,
    as_json: options.Json = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown to paste into an issue; the default in a pipe.")
    ] = False,
) -> None:
    """Find the release or commit that broke or fixed a scenario. Exits 0 found, 1 several suspects or unknown, 2 usage error, 3 wrong endpoint."""
    from dask_matrix.collect.bisection.bisect import Question
    from dask_matrix.collect.bisection.endpoints import NamedEndpoints
    from dask_matrix.collect.bisection.stored_observations import Setting

    if as_json and as_markdown:
        raise DaskMatrixError("Give only one of --json and --markdown.")
    ends = NamedEndpoints(bad, good, find_fix=True) if find_fix else NamedEndpoints(good, bad, find_fix=False)
    setting = Setting(lane, Python.parse(python) if python else None)
    question = Question(scenario, ends, setting, failing_with, commits, sweep)
    found = _search(question, data, scenarios, jobs or os.cpu_count() or 1, log=log)
    _print_report(found, as_json=as_json, as_markdown=as_markdown or not sys.stdout.isatty())
    raise typer.Exit(CODES[found.ended])


def _print_report(found: BisectReport, *, as_json: bool, as_markdown: bool) -> None:
    """Print the record, Markdown, or text for a terminal."""
    if as_json:
        print(json.dumps(found.model_dump(mode="json"), indent=1, ensure_ascii=False))
    elif as_markdown:
        from dask_matrix.tell.bisect_report import report

        print(report(found))
    else:
        from rich.console import Console

        from dask_matrix.tell.bisect_terminal import print_report

        print_report(found, Console())


def _search(question: Question, data: Path | None, scenarios: Path | None, jobs: int, *, log: bool) -> BisectReport:
    """Search, with progress on stderr and, with ``log``, every step."""
    from dask_matrix.collect.bisection.bisect import bisect as run_bisect
    from dask_matrix.collect.bisection.search import SearchSetup
    from dask_matrix.collect.planning.plan import Reruns
    from dask_matrix.commands.driver import make_request, open_store, print_notes, terminate_as_interrupt, workspace_of
    from dask_matrix.commands.terminal import plain_lines

    workspace = workspace_of(data, scenarios)
    request = make_request(workspace, [], jobs, Reruns())
    with open_store(workspace) as store, terminate_as_interrupt():
        log_step = _print_step if log else _ignore_step
        found = run_bisect(question, SearchSetup(workspace, store, request, plain_lines(), log_step))
    print_notes(workspace.index.notes)
    return found


def _print_step(text: str) -> None:
    print(f"bisect: {text}", file=sys.stderr, flush=True)


def _ignore_step(_text: str) -> None:
    pass
