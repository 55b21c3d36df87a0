#!/usr/bin/env bash
# dask.annotate(resources=…) sends delayed calls to the worker that has the resource; frames, bags and arrays go anywhere.
#
# Versions: dask and distributed 2026.8.0, pandas 3.1.1, NumPy 2.4.6. (Frames kept the annotation up to 2024.2.1.)
# Guess:    an annotation holds for whatever is built inside the block; that is what the with statement is for.
# Fact:     query-planning frames and bags drop it; arrays do when blocks are fused, as by default. The work just runs elsewhere.
# Seen:     delayed            gpu
#           frame              gpu plain
#           bag                gpu plain
#           array              gpu plain
#           array, not fused   gpu          (optimization.fuse.active: False; frames: no change)
# Matters:  a pipeline of frames that was bound to GPU or big-memory workers runs everywhere after an upgrade over 2024.3.0.
#           compute(resources=…) of the client, or delayed calls, still bind.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv 'dask[array,dataframe]==2026.8.0' distributed==2026.8.0 numpy==2.4.6 pandas==3.1.1 pyarrow==26.0.1
cat >look.py <<'END'
import time

import dask
import dask.array as da
import dask.bag as db
import dask.dataframe as dd
import numpy as np
import pandas as pd
from distributed import Client, Scheduler, SpecCluster, Worker, get_worker

QUIET = {"protocol": "inproc://", "dashboard_address": "127.0.0.1:0"}


def where(_):
    time.sleep(0.05)  # both workers get some
    return get_worker().name


def build():
    frame = dd.from_pandas(pd.DataFrame({"x": range(10)}), npartitions=10)
    with dask.annotate(resources={"GPU": 1}):
        return {
            "delayed": dask.delayed(list)([dask.delayed(where)(i) for i in range(10)]),
            "frame": frame.map_partitions(lambda part: pd.Series([where(part)]), meta=pd.Series(["plain"])),
            "bag": db.range(10, npartitions=10).map(where),
            "array": da.ones(10, chunks=1).map_blocks(lambda block: np.array([where(block)], dtype=object), dtype=object),
        }


def tell(kind, collection):
    print(f"{kind}:", *sorted({str(name) for name in collection.compute()}))


if __name__ == "__main__":
    options = {**QUIET, "nthreads": 1, "local_directory": "."}
    workers = {
        "plain": {"cls": Worker, "options": options},
        "gpu": {"cls": Worker, "options": {**options, "resources": {"GPU": 1}}},
    }
    with SpecCluster(workers=workers, scheduler={"cls": Scheduler, "options": QUIET}) as cluster, Client(cluster) as client:
        client.wait_for_workers(2, timeout=30)
        for kind, collection in build().items():
            tell(kind, collection)
        with dask.config.set({"optimization.fuse.active": False}):
            tell("array, not fused", build()["array"])
            tell("frame, not fused", build()["frame"])
        frame = build()["frame"]
        print("client.compute(frame, resources=…):", *set(client.compute(frame, resources={"GPU": 1}).result()))
END
venv/bin/python look.py 2>log | tee seen
diff - seen <<'END'
delayed: gpu
frame: gpu plain
bag: gpu plain
array: gpu plain
array, not fused: gpu
frame, not fused: gpu plain
client.compute(frame, resources=…): gpu
END
