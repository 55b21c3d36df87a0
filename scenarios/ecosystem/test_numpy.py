"""What NumPy and its version show in data frames."""

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11767", covers=["dask.dataframe.DataFrame.divisions"])
def test_divisions_print_as_plain_numbers():
    """The divisions of a frame with a sorted index print as (1, 3, 8), without np.int64."""
    source = pd.DataFrame({"v": range(4)}, index=pd.Index([1, 2, 3, 8]))
    assert repr(dd.from_pandas(source, npartitions=2).divisions) == "(1, 3, 8)"


@pytest.mark.scenario(covers=["dask.dataframe.Series"])
def test_numpy_functions_stay_lazy():
    """NumPy's functions of a Dask series give a Dask series with NumPy's values."""
    result = np.sqrt(dd.from_pandas(pd.Series([1.0, 4.0, 9.0]), npartitions=2))
    assert isinstance(result, dd.Series)
    assert result.compute().tolist() == [1, 2, 3]
