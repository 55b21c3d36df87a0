#!/usr/bin/env bash
# The mean of 70,000 float16 between 0 and 1 is 0.0, and that of 200,000 is NaN.
#
# Versions: dask 2026.8.0, numpy 2.4.6 (alike on 2025.2.0 and 2026.3.0).
# Guess:    da.mean adds up in float32, as numpy does for float16, so only the result is rounded.
# Fact:     both the sum and the number of values are counted in float16, whose largest number is 65504: above that the number is
#           infinite, and the mean 0.0; as soon as the sum is infinite as well, it is NaN. All that is said is a RuntimeWarning.
# Seen:                  numpy     dask      dask, dtype="float32"
#           60,000       0.5       0.5       0.499…
#           70,000       0.5       0.0       0.499…
#           200,000      0.4993    nan       0.499…
# Matters:  half the precision is what one takes for many values. Other chunks give the same. Say dtype="float32" to mean, std and var.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv 'dask[array]==2026.8.0' numpy==2.4.6
cat >look.py <<'END'
import warnings

import dask.array as da
import numpy as np

values = np.random.default_rng(0).random(200_000).astype("float16")
for size in (60_000, 70_000, 200_000):
    for chunks in (10_000, -1):
        array = da.from_array(values[:size], chunks=chunks)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            mean = array.mean().compute(scheduler="sync")
        exact = array.mean(dtype="float32").compute(scheduler="sync")
        told = "warned" if warned else "silent"
        print(f"{size} in {array.npartitions}: {values[:size].mean():.2f}, {mean:.2f} {told}, {exact:.2f}")
END
venv/bin/python look.py | tee seen
diff - seen <<'END'
60000 in 6: 0.50, 0.50 silent, 0.50
60000 in 1: 0.50, 0.50 silent, 0.50
70000 in 7: 0.50, 0.00 warned, 0.50
70000 in 1: 0.50, 0.00 warned, 0.50
200000 in 20: 0.50, nan warned, 0.50
200000 in 1: 0.50, nan warned, 0.50
END
