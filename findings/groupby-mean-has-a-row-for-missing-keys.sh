#!/usr/bin/env bash
# groupby(k).mean() has a row for the missing keys, and groupby(k).agg("mean") has none.
#
# Versions: dask 2026.8.0, pandas 3.1.1, pyarrow 26.0.1 (alike on 2025.2.0 with pandas 2.2.3 and 2026.3.0 with pandas 2.3.3).
# Guess:    rows without a key are dropped, as in pandas, by every aggregation; mean() and agg("mean") are one operation.
# Fact:     sum, count, size, min, max and agg() drop them. mean, var and std keep them as a group of their own, for text, numbers and
#           categories alike, unless dropna=True is given, although that is the default according to the documentation.
# Seen:     pandas mean                 {'a': 4.0, 'b': 5.0}
#           dask   mean, agg("mean")    {'a': 4.0, 'b': 5.0, 'missing': 3.0}   {'a': 4.0, 'b': 5.0}
#           dask   sum, count           {'a': 8.0, 'b': 5.0}   {'a': 2, 'b': 1}
# Matters:  mean() / sum() is misaligned by a row, and one spelling exchanged for the other changes the length of a report.
#           Write dropna=True where it matters.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv 'dask[dataframe]==2026.8.0' numpy==2.4.6 pandas==3.1.1 pyarrow==26.0.1
cat >look.py <<'END'
import dask.dataframe as dd
import pandas as pd


def told(groups):
    return dict(sorted(("missing" if pd.isna(key) else str(key), value) for key, value in groups.items()))


def look(name, keys):
    pdf = pd.DataFrame({"k": keys, "v": [1.0, 3.0, 5.0, 7.0]})
    ddf = dd.from_pandas(pdf, npartitions=2)
    print(f"{name}, pandas mean", told(pdf.groupby("k").v.mean()))
    for how in ("mean", "std", "sum", "count"):
        print(f"{name}, {how}", told(getattr(ddf.groupby("k").v, how)().compute().fillna(0)))
    print(f"{name}, agg mean", told(ddf.groupby("k").v.agg("mean").compute()))
    print(f"{name}, dropna=True mean", told(ddf.groupby("k", dropna=True).v.mean().compute()))


look("text", ["a", None, "b", "a"])
look("number", [1.0, None, 2.0, 1.0])
END
venv/bin/python look.py | tee seen
diff - seen <<'END'
text, pandas mean {'a': 4.0, 'b': 5.0}
text, mean {'a': 4.0, 'b': 5.0, 'missing': 3.0}
text, std {'a': 4.242640687119285, 'b': 0.0, 'missing': 0.0}
text, sum {'a': 8.0, 'b': 5.0}
text, count {'a': 2, 'b': 1}
text, agg mean {'a': 4.0, 'b': 5.0}
text, dropna=True mean {'a': 4.0, 'b': 5.0}
number, pandas mean {'1.0': 4.0, '2.0': 5.0}
number, mean {'1.0': 4.0, '2.0': 5.0, 'missing': 3.0}
number, std {'1.0': 4.242640687119285, '2.0': 0.0, 'missing': 0.0}
number, sum {'1.0': 8.0, '2.0': 5.0}
number, count {'1.0': 2, '2.0': 1}
number, agg mean {'1.0': 4.0, '2.0': 5.0}
number, dropna=True mean {'1.0': 4.0, '2.0': 5.0}
END
