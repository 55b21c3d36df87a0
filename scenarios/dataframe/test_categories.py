"""Categorical columns."""

import dask.dataframe as dd
import pandas as pd
import pytest


@pytest.mark.scenario(
    issue="https://github.com/dask/dask-expr/pull/1074",
    covers=["dask.dataframe.DataFrame.categorize"],
)
def test_another_column_after_categorize():
    """After categorize(columns=['a']), column b alone can be computed."""
    source = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})
    frame = dd.from_pandas(source, npartitions=2).categorize(columns=["a"])
    assert frame["b"].to_frame().compute().b.tolist() == [1, 2]


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.categorize", "dask.dataframe.Series.cat"])
def test_categories_of_all_partitions():
    """categorize() knows the values of all partitions as categories."""
    source = pd.DataFrame({"a": ["x", "y", "z", "x"]})
    frame = dd.from_pandas(source, npartitions=2).categorize()
    assert sorted(frame.a.cat.categories) == ["x", "y", "z"]
    assert frame.compute().a.tolist() == ["x", "y", "z", "x"]


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/issues/11147",
    covers=["dask.dataframe.DataFrame.categorize", "dask.dataframe.Series.compute"],
)
def test_a_categorized_column_alone():
    """After categorize(columns=['a']), column a alone can be computed."""
    source = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})
    frame = dd.from_pandas(source, npartitions=2).categorize(columns=["a"])
    assert frame.a.compute().tolist() == ["x", "y"]
