#!/usr/bin/env bash
# Bag.to_dataframe drops every field that the very first record lacks, without a word.
#
# Versions: dask 2026.8.0, pandas 3.1.1, pyarrow 26.0.1.
# Guess:    the columns are all fields that occur, as in pandas.DataFrame(records), or records of another shape are an error.
# Fact:     the columns are those of the first record of the first partition. What later records have besides is cut off, in the same
#           partition and in others. What they lack is NaN, or an error if the first record has a whole number there.
# Seen:     {"a": 1.0}, {"a": 2.0, "b": 3.0}, {"b": 4.0}    pandas: a, b    dask: a = 1, 2, NaN
#           the same in reverse                             pandas: b, a    dask: b = 4, 3, NaN
#           the same with 1, 2, 3, 4                        pandas: a, b    dask: Cannot convert non-finite values (NA or inf) to integer
#           meta={"a": "float64", "b": "float64"}           dask: a, b
# Matters:  lines of JSON mostly leave out what is empty. The table depends on which line stands first. Give meta.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv 'dask[dataframe]==2026.8.0' numpy==2.4.6 pandas==3.1.1 pyarrow==26.0.1
cat >look.py <<'END'
import warnings

import dask
import dask.bag as db
import pandas as pd

warnings.simplefilter("error")
dask.config.set(scheduler="sync")
records = [{"a": 1.0}, {"a": 2.0, "b": 3.0}, {"b": 4.0}]


def told(frame):
    return {name: [None if pd.isna(each) else each for each in values] for name, values in frame.items()}


def look(name, lines):
    print(name, "pandas", told(pd.DataFrame(lines)))
    for partitions in (1, 3):
        try:
            print(name, partitions, told(db.from_sequence(lines, npartitions=partitions).to_dataframe().compute()))
        except ValueError as error:
            print(name, partitions, str(error).partition(".")[0])
    whole = db.from_sequence(lines).to_dataframe(meta={"a": "float64", "b": "float64"})
    print(name, "with meta", told(whole.compute()))


look("forth", records)
look("back", records[::-1])
look("integers", [{name: int(value) for name, value in record.items()} for record in records])
END
venv/bin/python look.py | tee seen
diff - seen <<'END'
forth pandas {'a': [1.0, 2.0, None], 'b': [None, 3.0, 4.0]}
forth 1 {'a': [1.0, 2.0, None]}
forth 3 {'a': [1.0, 2.0, None]}
forth with meta {'a': [1.0, 2.0, None], 'b': [None, 3.0, 4.0]}
back pandas {'b': [4.0, 3.0, None], 'a': [None, 2.0, 1.0]}
back 1 {'b': [4.0, 3.0, None]}
back 3 {'b': [4.0, 3.0, None]}
back with meta {'a': [None, 2.0, 1.0], 'b': [4.0, 3.0, None]}
integers pandas {'a': [1.0, 2.0, None], 'b': [None, 3.0, 4.0]}
integers 1 Cannot convert non-finite values (NA or inf) to integer
integers 3 Cannot convert non-finite values (NA or inf) to integer
integers with meta {'a': [1.0, 2.0, None], 'b': [None, 3.0, 4.0]}
END
