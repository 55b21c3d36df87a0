"""`dask-matrix run`: runs scenarios in environments."""

from __future__ import annotations

import sys
from dataclasses import replace

import typer

from dask_matrix.commands import options
from dask_matrix.commands.driver import drive, order_of, wanted_of, workplace_of
from dask_matrix.commands.server import served
from dask_matrix.domain.errors import DaskMatrixError


def run(
    context: typer.Context,
    release: options.Releases = None,
    python: options.Pythons = None,
    lane: options.Lanes = None,
    tag: options.Tag = "",
    scenarios: options.Scenarios = None,
    expression: options.Expression = "",
    jobs: options.Jobs = None,
    again: options.Again = False,
    failed: options.Failed = False,
    flaky: options.Flaky = False,
    older_than: options.OlderThan = "",
    no_retries: options.NoRetries = False,
    timeout: options.Timeout = options.LIMITS.timeout,
    memory: options.Memory = options.LIMITS.memory or 0,
    output: options.Output = options.LIMITS.output,
    isolation: options.IsolationOption = options.LIMITS.isolation,
    verify: options.Verify = None,
    seed: options.Seed = None,
    serve_too: options.Serve = False,
    host: options.ServeHost = "127.0.0.1",
    port: options.ServePort = 8000,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """Run the scenarios in the environments asked for: only what has no result yet, and again what is in doubt."""
    if context.args and "--" not in sys.argv:
        raise DaskMatrixError(
            f"Unexpected {' '.join(context.args)!r}. Name releases with --release; what goes to pytest stands after --."
        )
    repeats = options.repeats(again=again, failed=failed, flaky=flaky, older_than=older_than)
    limits = options.limits(timeout, memory, output, isolation)
    verification = options.verification(verify, seed)
    workplace = workplace_of(data, scenarios)
    arguments = (*(("-k", expression) if expression else ()), *context.args)

    def work() -> int:
        order = order_of(workplace, wanted_of(workplace, release, python, lane, tag), jobs, repeats)
        order = replace(order, pytest_arguments=arguments, limits=limits, verification=verification)
        return drive(replace(order, retries=0) if no_retries else order, workplace, as_json=as_json)

    raise typer.Exit(served(work, workplace.places.data, workplace.tests, host, port) if serve_too else work())
