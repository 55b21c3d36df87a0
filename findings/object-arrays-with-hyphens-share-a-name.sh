#!/usr/bin/env bash
# Two object arrays whose texts differ only in where the hyphens are get one name, and the second computes to the first.
#
# Versions: dask 2024.8.0, then 2026.8.0 (all from 2024.8.1 on); NumPy 1.26.4 and 2.4.6.
# Guess:    the name of a Dask array is a hash of its content, so arrays that differ never share one.
# Fact:     an array of objects is hashed as its texts joined by "-", so ["a-b", "c"] and ["a", "b-c"] are one array to Dask.
#           In a common graph one block then serves both: wrong values, no warning.
# Seen:     2024.8.0: [['a-b', 'c'], ['a', 'b-c']]
#           2026.8.0: [['a-b', 'c'], ['a-b', 'c']], the names are equal
# Matters:  keys such as "2024-01", "x-1" and other identifiers with hyphens in object arrays can take each other's values
#           after an upgrade over 2024.8.1. Arrays of dtype U or from_array(..., name=False) are not affected.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >look.py <<'END'
import dask
import dask.array as da
import numpy as np

LEFT, RIGHT = ["a-b", "c"], ["a", "b-c"]


def both(dtype, **options):
    arrays = [da.from_array(np.array(texts, dtype=dtype), chunks=2, **options) for texts in (LEFT, RIGHT)]
    return [array.tolist() for array in dask.compute(*arrays)], arrays[0].name == arrays[1].name


print("dask", dask.__version__)
print("object:", *both(object))
print("U:", *both("U9"))
print("object, name=False:", *both(object, name=False))
END
uv venv --quiet --no-project --python 3.11 before
uv pip install --quiet --python before 'dask[array]==2024.8.0' numpy==1.26.4
uv venv --quiet --no-project --python 3.11 after
uv pip install --quiet --python after 'dask[array]==2026.8.0' numpy==2.4.6
before/bin/python look.py | tee seen
after/bin/python look.py | tee -a seen
diff - seen <<'END'
dask 2024.8.0
object: [['a-b', 'c'], ['a', 'b-c']] False
U: [['a-b', 'c'], ['a', 'b-c']] False
object, name=False: [['a-b', 'c'], ['a', 'b-c']] False
dask 2026.8.0
object: [['a-b', 'c'], ['a-b', 'c']] True
U: [['a-b', 'c'], ['a', 'b-c']] False
object, name=False: [['a-b', 'c'], ['a', 'b-c']] False
END
