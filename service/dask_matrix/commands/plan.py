"""`dask-matrix plan`: what a run would do."""

from __future__ import annotations

import json
from dataclasses import replace

from dask_matrix.commands import options
from dask_matrix.commands.driver import order_of, store_of, wanted_of, workplace_of


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
    """Say what `run` would do, why, and how long it would take, without installing or running anything."""
    from dask_matrix.collect.planning.dry_run import Foresight
    from dask_matrix.commands.terminal import plan_lines

    repeats = options.repeats(again=again, failed=failed, flaky=flaky, older_than=older_than)
    workplace = workplace_of(data, scenarios)
    order = order_of(workplace, wanted_of(workplace, release, python, lane, tag), jobs, repeats)
    with store_of(workplace) as store:
        foreseen = Foresight(replace(order, retries=0) if no_retries else order, workplace, store).all()
    if as_json:
        print(json.dumps([each.as_json() for each in foreseen], indent=1))
    else:
        print("\n".join(plan_lines(foreseen)))
