"""`dask-matrix plan`: dry run of `dask-matrix run`."""

from __future__ import annotations

import json
from dataclasses import replace

from dask_matrix.commands import options
from dask_matrix.commands.driver import make_request, open_store, selected_environments, workspace_of


def plan(
    release: options.Releases = None,
    python: options.Pythons = None,
    lane: options.Lanes = None,
    tag: options.Tag = "",
    scenarios: options.Scenarios = None,
    jobs: options.Jobs = None,
    again: options.Again = False,
    failed: options.Failed = False,
    flaky: options.Flaky = False,
    older_than: options.OlderThan = "",
    no_retries: options.NoRetries = False,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """Show what `run` would do. Prints what would be executed, why, and how long it would take; installs and runs nothing."""
    from dask_matrix.collect.planning.dry_run import DryRun
    from dask_matrix.commands.sources import recorded_database
    from dask_matrix.commands.terminal import plan_lines

    reruns = options.reruns(again=again, failed=failed, flaky=flaky, older_than=older_than)
    workspace = workspace_of(data, scenarios)
    request = make_request(workspace, selected_environments(workspace, release, python, lane, tag), jobs, reruns)
    recorded_database(workspace.places)
    with open_store(workspace) as store:
        planned = DryRun(replace(request, retries=0) if no_retries else request, workspace, store).environments()
    if as_json:
        print(json.dumps([each.as_json() for each in planned], indent=1))
    else:
        print("\n".join(plan_lines(planned)))
