#!/usr/bin/env bash
# frame[frame.k != "a"] leaves out the rows whose text is missing, and frame.query("k != 'a'") has them.
#
# Versions: dask 2026.8.0, pandas 3.1.1, pyarrow 26.0.1 (alike on 2025.2.0 with pandas 2.2.3 and 2026.3.0 with pandas 2.3.3).
# Guess:    a missing value is unequal to "a", so the row stays, as in pandas. With pandas 3, whose own text dtype is backed by pyarrow,
#           Dask has no reason to convert anything any more.
# Fact:     Dask still turns pandas 3's str, in which missing is NaN, into string, in which it is NA. Then k != "a" and ~(k == "a") are NA,
#           and NA selects nothing. query() and isin() answer as in pandas. It makes a difference to sums of masks as well.
# Seen:     pandas   k != "a": rows 1, 2      mean of the mask 0.5
#           dask     k != "a": row 2          mean of the mask 0.333…   query("k != 'a'"): rows 1, 2
#           dask with dataframe.convert-string False: as pandas
# Matters:  moving from pandas to Dask, or turning convert-string on, loses rows without a message. Write (k != "a").fillna(True), or
#           convert nothing.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv 'dask[dataframe]==2026.8.0' numpy==2.4.6 pandas==3.1.1 pyarrow==26.0.1
cat >look.py <<'END'
import dask
import dask.dataframe as dd
import pandas as pd

pdf = pd.DataFrame({"k": ["a", None, "b", "a"]})


def look(name, frame):
    def rows(found):
        return list(dask.compute(found)[0].index)

    print(f"{name}: {frame.k.dtype!r}")
    print("  unequal", rows(frame[frame.k != "a"]), "not equal", rows(frame[~(frame.k == "a")]))
    print("  query", rows(frame.query("k != 'a'")), "not isin", rows(frame[~frame.k.isin(["a"])]))
    print("  fillna", rows(frame[(frame.k != "a").fillna(True)]))
    print(f"  mean {dask.compute((frame.k != 'a').mean())[0]:.3f}")


look("pandas", pdf)
look("dask", dd.from_pandas(pdf, npartitions=2))
with dask.config.set({"dataframe.convert-string": False}):
    look("dask, converting nothing", dd.from_pandas(pdf, npartitions=2))
END
venv/bin/python look.py | tee seen
diff - seen <<'END'
pandas: <StringDtype(na_value=nan)>
  unequal [1, 2] not equal [1, 2]
  query [1, 2] not isin [1, 2]
  fillna [1, 2]
  mean 0.500
dask: <StringDtype(na_value=<NA>)>
  unequal [2] not equal [2]
  query [1, 2] not isin [1, 2]
  fillna [1, 2]
  mean 0.333
dask, converting nothing: <StringDtype(na_value=nan)>
  unequal [1, 2] not equal [1, 2]
  query [1, 2] not isin [1, 2]
  fillna [1, 2]
  mean 0.500
END
