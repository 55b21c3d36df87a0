#!/usr/bin/env bash
# An older Client on a newer scheduler connects and scatters, but each task is cancelled; a newer one on an older scheduler does not start.
#
# Versions: dask and distributed 2025.2.0 and 2026.8.0 (the client also 2026.3.0 and 2026.7.0: newer than 2025.2.0, it does not start).
# Guess:    versions that differ give a VersionMismatchWarning and work for simple things, or are refused, either way round alike.
# Fact:     the messages are not versioned. The older client is warned and can do all that needs no graph; a graph that it sends
#           closes its connection, and the reason given is that the scheduler was lost. The scheduler's log has the TypeError. The other way
#           round Client() raises a TypeError on an argument of the scheduler, before any version is compared.
# Seen:     client 2025.2.0, scheduler 2026.8.0    scatter, run, Variable: as always
#                                                  submit: FutureCancelledError … scheduler-connection-lost
#           client 2026.8.0, scheduler 2025.2.0    TypeError: Scheduler.identity() got an unexpected keyword argument 'n_workers'
# Matters:  when the cluster is upgraded before its clients, it looks like an unstable network. Upgrade both at once.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"; [ -z "${server:-}" ] || kill "$server"' EXIT
cd "$folder"

for version in 2025.2.0 2026.8.0; do
    uv venv --quiet --no-project --python 3.11 "$version"
    uv pip install --quiet --python "$version" "dask==$version" "distributed==$version"
done
cat >serve.py <<'END'
import asyncio
from pathlib import Path

from distributed import Scheduler, Worker

QUIET = {"dashboard_address": "127.0.0.1:0"}


async def main():
    async with Scheduler(host="127.0.0.1", port=0, **QUIET) as scheduler:
        async with Worker(scheduler.address, nthreads=1, local_directory=".", **QUIET):
            Path("address").write_text(scheduler.address)
            await scheduler.finished()


asyncio.run(main())
END
cat >look.py <<'END'
import sys
import warnings

import distributed
from distributed import Client, Variable


def tell(name, work):
    try:
        outcome = work()
    except Exception as error:
        reason = str(error).partition("reason: ")[2].partition(".")[0]
        outcome = f"{type(error).__name__} {reason or error}"
    print(f"  {name}: {outcome}")


def use(client):
    tell("scatter", lambda: client.gather(client.scatter(5)))
    tell("run", lambda: list(client.run(int).values()))
    tell("variable", lambda: Variable("v").set(1) or Variable("v").get(timeout=10))
    tell("submit", lambda: client.submit(sum, [1, 2]).result(timeout=30))
    tell("workers", lambda: len(client.nthreads()))


print(f"client {distributed.__version__}")
try:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        client = Client(sys.argv[1], timeout=10)
except TypeError as error:
    print(f"  TypeError: {error}")
else:
    print("  warned of", [type(each.message).__name__ for each in warned])
    use(client)
    client.close(timeout=10)
END
for scheduler in 2025.2.0 2026.8.0; do
    rm -f address
    "$scheduler/bin/python" serve.py 2>"log.$scheduler" &
    server=$!
    for _ in $(seq 300); do [ -s address ] || sleep 0.1; done
    echo "scheduler $scheduler"
    for client in 2025.2.0 2026.8.0; do
        "$client/bin/python" look.py "$(cat address)" 2>>log
    done
    kill "$server"
    wait "$server" 2>/dev/null || true
    server=
done >seen
grep -h -E '^TypeError' log.2025.2.0 log.2026.8.0 | uniq >>seen
cat seen
diff - seen <<'END'
scheduler 2025.2.0
client 2025.2.0
  warned of []
  scatter: 5
  run: [0]
  variable: 1
  submit: 3
  workers: 1
client 2026.8.0
  TypeError: Scheduler.identity() got an unexpected keyword argument 'n_workers'
scheduler 2026.8.0
client 2025.2.0
  warned of ['VersionMismatchWarning']
  scatter: 5
  run: [0]
  variable: 1
  submit: FutureCancelledError scheduler-connection-lost
  workers: 1
client 2026.8.0
  warned of []
  scatter: 5
  run: [0]
  variable: 1
  submit: 3
  workers: 1
TypeError: Scheduler.identity() got an unexpected keyword argument 'n_workers'
TypeError: Scheduler.update_graph() got an unexpected keyword argument 'graph_header'
END
