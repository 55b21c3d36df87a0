"""The setting that chooses between the two implementations of DataFrames; it counts where they are first imported."""

import subprocess
import sys

import pytest

WITHOUT = """
import dask
dask.config.set({"dataframe.query-planning": False, "dataframe.query-planning-warning": False})
import dask.dataframe as dd
import pandas as pd
frame = dd.from_pandas(pd.DataFrame({"x": [1, 2, 3]}), npartitions=2)
print(frame.x.sum().compute(), len(frame.assign(y=1).dask.layers) > 0)
"""


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/11606", covers=["dask.config.set", "dask.dataframe.DataFrame"]
)
def test_it_can_be_switched_off():
    """The setting dataframe.query-planning: false gives the DataFrame of before query planning."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", WITHOUT], check=False, capture_output=True, text=True)
    assert done.stdout.split() == ["6", "True"], done.stderr[-1000:]
