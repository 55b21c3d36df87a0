"""`dask-matrix run`: run scenarios in environments."""

from __future__ import annotations

import sys
from dataclasses import replace

import typer

from dask_matrix.commands import options
from dask_matrix.commands.driver import (
    accidents_of_the_disk,
    make_request,
    run_request,
    selected_environments,
    workspace_of,
)
from dask_matrix.domain.errors import DaskMatrixError

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": False})
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
    no_surface: options.NoSurface = False,
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
    """Run scenarios in environments. Executes those without a result, and repeats those whose verdict needs confirmation."""
    from dask_matrix.commands.background_server import run_with_server

    if context.args and "--" not in sys.argv:
        raise DaskMatrixError(
            f"Unexpected {' '.join(context.args)!r}. Name releases with --release; put pytest arguments after --."
        )
    reruns = options.reruns(again=again, failed=failed, flaky=flaky, older_than=older_than)
    limits = options.limits(timeout, memory, output, isolation)
    verification = options.verification(verify, seed)
    workspace = workspace_of(data, scenarios)
    arguments = (*(("-k", expression) if expression else ()), *context.args)

    def work() -> int:
        request = make_request(workspace, selected_environments(workspace, release, python, lane, tag), jobs, reruns)
        request = replace(request, pytest_arguments=arguments, limits=limits, verification=verification)
        request = replace(request, surface=not no_surface and verification is None)
        return run_request(replace(request, retries=0) if no_retries else request, workspace, as_json=as_json)

    with accidents_of_the_disk():
        raise typer.Exit(
            run_with_server(work, workspace.places.data, workspace.tests, host, port) if serve_too else work()
        )
