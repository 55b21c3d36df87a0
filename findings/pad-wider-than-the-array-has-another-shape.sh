#!/usr/bin/env bash
# da.pad(mode="reflect") by more than the array's length gives a shorter result than asked for; reflect_type="odd" is ignored.
#
# Versions: dask 2026.8.0, numpy 2.4.6 (alike on 2025.2.0 and 2026.3.0).
# Guess:    the result is padded to the asked width, as in numpy, by reflecting again and again; or it is refused, as mode="median" is.
# Fact:     each side is cut from one copy of the array, as far as that goes, whatever the chunks. The shape that Dask declares is the short
#           one, so nothing notices. reflect_type is accepted for "reflect" and "symmetric", and makes no difference.
# Seen:     6 values padded by 8, reflect, wrap, symmetric     numpy 22, 22, 22     dask 13, 14, 14
#           3 1 1 2 5 4 by 2, reflect_type="odd"               numpy 5 5 …          dask 1 1 … as with "even"
# Matters:  code that crops the padding off again, [8:-8], loses data: of the six values none is left.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv 'dask[array]==2026.8.0' numpy==2.4.6
cat >look.py <<'END'
import dask.array as da
import numpy as np

values = np.array([3, 1, 1, 2, 5, 4])
for chunks in (6, 2):
    array = da.from_array(values, chunks=chunks)
    for mode in ("reflect", "symmetric", "wrap"):
        for width in (5, 8):
            padded = da.pad(array, width, mode=mode)
            computed = padded.compute()
            expected = np.pad(values, width, mode=mode)
            print(array.npartitions, mode, width, expected.size, padded.size, computed.size, len(computed[width:-width]))
    for kind in ("even", "odd"):
        how = {"mode": "reflect", "reflect_type": kind}
        print(kind, np.pad(values, 2, **how), da.pad(array, 2, **how).compute())
END
venv/bin/python look.py | tee seen
diff - seen <<'END'
1 reflect 5 16 16 16 6
1 reflect 8 22 13 13 0
1 symmetric 5 16 16 16 6
1 symmetric 8 22 14 14 0
1 wrap 5 16 16 16 6
1 wrap 8 22 14 14 0
even [1 1 3 1 1 2 5 4 5 2] [1 1 3 1 1 2 5 4 5 2]
odd [5 5 3 1 1 2 5 4 3 6] [1 1 3 1 1 2 5 4 5 2]
3 reflect 5 16 16 16 6
3 reflect 8 22 13 13 0
3 symmetric 5 16 16 16 6
3 symmetric 8 22 14 14 0
3 wrap 5 16 16 16 6
3 wrap 8 22 14 14 0
even [1 1 3 1 1 2 5 4 5 2] [1 1 3 1 1 2 5 4 5 2]
odd [5 5 3 1 1 2 5 4 3 6] [1 1 3 1 1 2 5 4 5 2]
END
