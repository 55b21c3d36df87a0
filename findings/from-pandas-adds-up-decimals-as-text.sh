#!/usr/bin/env bash
# dd.from_pandas turns a column of Decimal into text, and its sum is the texts put together.
#
# Versions: dask 2026.8.0, pandas 3.1.1, pyarrow 26.0.1 (since dask 2023.7.1 wherever pyarrow is installed).
# Guess:    dataframe.convert-string concerns text; objects that are no text stay as they are, or are refused.
# Fact:     every column of dtype object becomes string[pyarrow]: Decimal, date, bytes, lists and dicts by way of str().
#           What follows is arithmetic on texts, without a warning.
# Seen:     price  [Decimal('1.10'), Decimal('2.00')]  -> ['1.10', '2.00']
#           sum of price  pandas: 3.10  Dask: 1.102.00
#           tags   [['a'], ['b', 'c']]  -> ["['a']", "['b', 'c']"], whose lengths are 5 and 10
#           convert-string off: Decimal('1.10'), Decimal('2.00') and 1, 2 again; the sum raises a TypeError, which at least is heard
# Matters:  the values change, not the code: an upgrade over 2023.7.1, or pyarrow coming in with another package, is enough.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv 'dask[dataframe]==2026.8.0' numpy==2.4.6 pandas==3.1.1 pyarrow==26.0.1
cat >look.py <<'END'
from decimal import Decimal

import dask
import dask.dataframe as dd
import pandas as pd

source = pd.DataFrame({"price": [Decimal("1.10"), Decimal("2.00")], "tags": [["a"], ["b", "c"]]})


def tell():
    frame = dd.from_pandas(source, npartitions=2)
    print("price:", frame.price.compute().tolist())
    try:
        print("sum of price:", frame.price.sum().compute())
    except TypeError as error:
        print("sum of price: TypeError:", error)
    print("lengths of tags:", frame.tags.map(len, meta=("tags", "int64")).compute().tolist())


print("pandas:", source.price.sum(), source.tags.map(len).tolist())
tell()
with dask.config.set({"dataframe.convert-string": False}):
    print("convert-string off")
    tell()
END
venv/bin/python look.py | tee seen
diff - seen <<'END'
pandas: 3.10 [1, 2]
price: ['1.10', '2.00']
sum of price: 1.102.00
lengths of tags: [5, 10]
convert-string off
price: [Decimal('1.10'), Decimal('2.00')]
sum of price: TypeError: unsupported operand type(s) for +: 'object' and 'object'
lengths of tags: [1, 2]
END
