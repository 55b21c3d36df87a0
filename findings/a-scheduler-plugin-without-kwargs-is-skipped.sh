#!/usr/bin/env bash
# A SchedulerPlugin whose remove_worker takes no **kwargs is registered without complaint and never called again.
#
# Versions: dask and distributed 2026.3.0, then 2026.6.0.
# Guess:    a signature that does not fit any more is refused by register_plugin, or its TypeError reaches somebody.
# Fact:     since 2026.6.0 the scheduler always passes stimulus_id=. The TypeError is logged on the scheduler and swallowed;
#           the worker leaves, the cluster works, and the plugin hears nothing. add_worker is called as before.
# Seen:     2026.3.0: add_worker, remove_worker
#           2026.6.0: add_worker
#           log of the scheduler: TypeError: Plugin.remove_worker() got an unexpected keyword argument 'stimulus_id'
# Matters:  a plugin that counts, drains or alerts when workers leave stops doing so with the upgrade. Write (…, **kwargs).
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >look.py <<'END'
import time

import distributed
from distributed import Client, LocalCluster, SchedulerPlugin

QUIET = {"processes": False, "dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}


class Plugin(SchedulerPlugin):
    def add_worker(self, scheduler, worker):
        scheduler.log_event("plugin", "add_worker")

    def remove_worker(self, scheduler, worker):
        scheduler.log_event("plugin", "remove_worker")


class Witness(SchedulerPlugin):
    """Registered last, so it is called after the other."""

    def remove_worker(self, scheduler, worker, **kwargs):
        scheduler.log_event("witness", "remove_worker")


if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, local_directory=".", **QUIET) as cluster, Client(cluster) as client:
        client.register_plugin(Plugin(), name="plugin")
        client.register_plugin(Witness(), name="witness")
        cluster.scale(2)
        client.wait_for_workers(2, timeout=30)
        client.retire_workers([next(iter(client.scheduler_info()["workers"]))])
        give_up = time.monotonic() + 30
        while not client.get_events("witness"):
            assert time.monotonic() < give_up, "no worker left"
            time.sleep(0.01)
        heard = [what for _, what in client.get_events("plugin")]
        assert client.submit(abs, -1).result() == 1
    print(f"{distributed.__version__}:", ", ".join(heard))
END
for release in 2026.3.0 2026.6.0; do
    uv venv --quiet --no-project --python 3.11 "$release"
    uv pip install --quiet --python "$release" "dask==$release" "distributed==$release"
    "$release/bin/python" look.py 2>"log $release" | tee -a seen
done
diff - seen <<'END'
2026.3.0: add_worker, remove_worker
2026.6.0: add_worker
END
grep -h "^TypeError" 'log 2026.6.0' | sort -u | tee said
grep -q "remove_worker() got an unexpected keyword argument 'stimulus_id'" said
