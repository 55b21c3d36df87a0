#!/usr/bin/env bash
# compute(scheduler="sync") of a merge or shuffle fails as long as some distributed Client is open.
#
# Versions: dask and distributed 2026.8.0, pandas 3.1.1 (alike on 2024.8.2, 2025.2.0 and 2025.5.1).
# Guess:    scheduler= goes before everything else, so "sync" and "threads" compute here, whatever clients there are.
# Fact:     the tasks do run here, but how rows are moved is chosen by whether a default client is there: P2P, which needs a worker.
#           It makes no difference that the frame was built before the client was opened.
# Seen:     no client:            sync -> 6 rows
#           a client is open:     sync, threads -> RuntimeError: P2P 80eeacdb… failed during transfer phase
#           Client(set_as_default=False), or dataframe.shuffle.method "tasks": sync -> 6 rows
# Matters:  scheduler="sync" is how one debugs, and it works for anything but a shuffle. The message does not name the reason;
#           the error it was raised from does: "This task is not running on a Worker".
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv 'dask[dataframe]==2026.8.0' distributed==2026.8.0 numpy==2.4.6 pandas==3.1.1 pyarrow==26.0.1
cat >look.py <<'END'
import re

import dask
import dask.dataframe as dd
import pandas as pd
from distributed import Client, LocalCluster

QUIET = {"processes": False, "dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}
frame = dd.from_pandas(pd.DataFrame({"k": range(6), "v": range(6)}), npartitions=3)
merged = frame.merge(frame, on="k")


def tell(when, scheduler):
    try:
        outcome = f"{len(merged.compute(scheduler=scheduler))} rows"
    except RuntimeError as error:
        outcome = re.sub("[0-9a-f]{32}", "…", f"RuntimeError: {error}")
        assert "not running on a Worker" in str(error.__cause__), error.__cause__
    print(f"{when}: {scheduler} -> {outcome}")


if __name__ == "__main__":
    tell("no client", "sync")
    with LocalCluster(n_workers=1, threads_per_worker=1, local_directory=".", **QUIET) as cluster:
        with Client(cluster):
            tell("a client is open", "sync")
            tell("a client is open", "threads")
            with dask.config.set({"dataframe.shuffle.method": "tasks"}):
                tell("the same, shuffling by tasks", "sync")
        with Client(cluster, set_as_default=False):
            tell("a client that is not the default", "sync")
END
venv/bin/python look.py 2>log | tee seen
diff - seen <<'END'
no client: sync -> 6 rows
a client is open: sync -> RuntimeError: P2P … failed during transfer phase
a client is open: threads -> RuntimeError: P2P … failed during transfer phase
the same, shuffling by tasks: sync -> 6 rows
a client that is not the default: sync -> 6 rows
END
