#!/usr/bin/env bash
# Pickled with dask 2025.2.0, frames, bags and delayed calls compute under 2026.8.0; array + 1 loads and then fails.
#
# Versions: dask 2025.2.0 and 2026.8.0, numpy 2.2.2, pandas 2.2.3, pyarrow 19.0.0 in both.
# Guess:    either graphs are private to a release and nothing loads, or all collections do alike; the frame, whose classes moved from
#           release to release, is the last to survive. Who loads without an error is safe.
# Fact:     it is the frame that survives, with its operations, and an array straight from from_array. The tasks of most operations on arrays
#           lack a field that was added since, which pickle does not notice. Back from 2026.8.0 to 2025.2.0 neither frame nor delayed loads.
# Seen:     2025.2.0 -> 2026.8.0    frame, bag, delayed, array: computed
#                                   array + 1: loads, then AttributeError: 'Task' object has no attribute 'key'
#           2026.8.0 -> 2025.2.0    bag, array: computed
#                                   array + 1, delayed: UnpicklingError     frame: AttributeError, each when loaded
# Matters:  a cache or queue of pickled collections passes a smoke test that only loads them. Store what they are made from.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for version in 2025.2.0 2026.8.0; do
    uv venv --quiet --no-project --python 3.11 "$version"
    uv pip install --quiet --python "$version" "dask[dataframe]==$version" cloudpickle==3.1.3 numpy==2.2.2 pandas==2.2.3 pyarrow==19.0.0
done
cat >write.py <<'END'
import pickle
from pathlib import Path

import cloudpickle
import dask
import dask.array as da
import dask.bag as db
import dask.dataframe as dd
import numpy as np
import pandas as pd

made = {
    "frame": dd.from_pandas(pd.DataFrame({"v": range(6)}), npartitions=2).v.sum(),
    "bag": db.range(5, 2).sum(),
    "delayed": dask.delayed(sum)([1, 2]),
    "array": da.from_array(np.array([7]), chunks=1),
    "array + 1": da.from_array(np.array([7]), chunks=1) + 1,
}
Path(dask.__version__ + ".pickle").write_bytes(pickle.dumps({name: cloudpickle.dumps(each) for name, each in made.items()}))
END
cat >read.py <<'END'
import pickle
import sys
from pathlib import Path

import dask

dask.config.set(scheduler="sync")
for name, held in pickle.loads(Path(sys.argv[1] + ".pickle").read_bytes()).items():
    step = "loading"
    try:
        loaded = pickle.loads(held)
        step = "computing"
        outcome = loaded.compute()
    except Exception as error:
        told = str(error).partition("\n")[0].partition(" on <module")[0]
        outcome = f"{step}: {type(error).__name__}: {told}"
    print(f"  {name}: {outcome}")
END
for version in 2025.2.0 2026.8.0; do
    "$version/bin/python" write.py
done
for pair in 2025.2.0:2026.8.0 2026.8.0:2025.2.0; do
    echo "$pair"
    "${pair#*:}/bin/python" read.py "${pair%:*}"
done | tee seen
diff - seen <<'END'
2025.2.0:2026.8.0
  frame: 15
  bag: 10
  delayed: 3
  array: [7]
  array + 1: computing: AttributeError: 'Task' object has no attribute 'key'
2026.8.0:2025.2.0
  frame: loading: AttributeError: Can't get attribute 'Expr._reconstruct'
  bag: 10
  delayed: loading: UnpicklingError: state is not a dictionary
  array: [7]
  array + 1: loading: UnpicklingError: state is not a dictionary
END
