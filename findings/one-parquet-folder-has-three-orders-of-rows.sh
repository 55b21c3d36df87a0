#!/usr/bin/env bash
# One folder of Parquet files is read in three orders; with filesystem="arrow" it is the order in which the disk lists them.
#
# Versions: dask 2026.8.0, pandas 3.1.1, pyarrow 26.0.1 (with query planning, that is since 2024.3.0).
# Guess:    filesystem="arrow" changes who reads, not what comes: rows in the order in which to_parquet wrote them.
# Fact:     read_parquet(folder) sorts names naturally, so rows are as written; pandas sorts them as text, so part.10 is before
#           part.2; dask with filesystem="arrow" does not sort. calculate_divisions=True, on a sorted index, puts them right.
# Seen:     written            0 1 2 3 4 5 6 7 8 9 10 11
#           dask               0 1 2 3 4 5 6 7 8 9 10 11
#           pandas             0 1 10 11 2 3 4 5 6 7 8 9
#           dask, "arrow"      9 4 1 8 6 2 5 0 11 7 3 10   (on ext4; another disk, or a copy of the folder, has another order)
# Matters:  head(), cumsum(), shift(), rolling windows and repartitioned files differ when a program turns to the faster filesystem.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv 'dask[dataframe]==2026.8.0' numpy==2.4.6 pandas==3.1.1 pyarrow==26.0.1
cat >look.py <<'END'
import os

import dask.dataframe as dd
import pandas as pd

dd.from_pandas(pd.DataFrame({"n": range(12)}), npartitions=12).to_parquet("data")  # part.0.parquet holds 0, and so on
listed = [int(name.split(".")[1]) for name in os.listdir("data")]
folder = os.path.abspath("data")  # filesystem="arrow" refuses a relative path


def tell(who, frame):
    rows = frame.n.tolist()
    print(f"{who}:", *rows)
    return rows


natural = tell("dask", dd.read_parquet(folder).compute())
textual = tell("pandas", pd.read_parquet(folder))
arrow = tell("dask, arrow", dd.read_parquet(folder, filesystem="arrow").compute())
divided = tell("dask, arrow, divisions", dd.read_parquet(folder, filesystem="arrow", calculate_divisions=True).compute())
print("the disk lists:", *listed)

assert natural == list(range(12)), natural
assert textual == sorted(range(12), key=str), textual
assert arrow == listed, (arrow, listed)
assert divided == list(range(12)), divided
END
venv/bin/python look.py
