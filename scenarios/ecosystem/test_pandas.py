"""What functions and frames do differently with another pandas."""

import dask.dataframe as dd
import pandas as pd
import pytest
from dask.dataframe.extensions import register_series_accessor

#: Dask 2024.3.0 switched it on for pandas 2 as well, by its dask-expr of the day.
COPY_ON_WRITE = ["https://github.com/pandas-dev/pandas/issues/48998", "https://github.com/dask/dask-expr/pull/974"]
FRAME = pd.DataFrame({"k": [1, 1, 2, 2], "x": [1.0, None, 3.0, None]})


@pytest.fixture
def frame():
    """FRAME in two partitions."""
    return dd.from_pandas(FRAME, npartitions=2)


@pytest.mark.scenario(
    issue=["https://github.com/pandas-dev/pandas/pull/60566", "https://github.com/pandas-dev/pandas/issues/7155"],
    covers=["dask.dataframe.DataFrame.groupby"],
)
def test_apply_sees_the_grouping_column(frame):
    """The function given to groupby.apply sees the column that the frame is grouped by."""
    result = frame.groupby("k").apply(lambda group: group["k"].sum(), meta=(None, "int64")).compute()
    assert sorted(result) == [2, 4]


@pytest.mark.scenario(
    issue="https://github.com/pandas-dev/pandas/pull/51811", covers=["dask.dataframe.DataFrame.groupby"]
)
def test_groups_without_rows_are_listed():
    """A sum grouped by a categorical column lists also the categories without rows."""
    source = FRAME.assign(k=pd.Categorical(FRAME.k, categories=[1, 2, 3]))
    result = dd.from_pandas(source, npartitions=2).groupby("k").x.sum().compute()
    assert dict(result.items()) == {1: 1.0, 2: 3.0, 3: 0.0}


@pytest.mark.scenario(issue=COPY_ON_WRITE, covers=["dask.dataframe.DataFrame.map_partitions"])
def test_fillna_in_place_on_a_column(frame):
    """A function of map_partitions can fill a column with part['x'].fillna(0, inplace=True)."""

    def fill(part):
        part = part.copy()
        part["x"].fillna(0, inplace=True)
        return part

    assert frame.map_partitions(fill, meta=FRAME).compute().x.tolist() == [1, 0, 3, 0]


@pytest.mark.scenario(
    issue=["https://github.com/pandas-dev/pandas/pull/51082", *COPY_ON_WRITE],
    covers=["dask.dataframe.DataFrame.map_partitions"],
)
def test_an_array_of_a_column_can_be_written(frame):
    """A function of map_partitions can change a column through its NumPy array."""

    def clear(part):
        part = part.copy()
        part["k"].to_numpy()[:] = 0
        return part

    assert frame.map_partitions(clear, meta=FRAME).compute().k.tolist() == [0, 0, 0, 0]


@pytest.mark.scenario(issue=COPY_ON_WRITE, covers=["dask.dataframe.DataFrame.map_partitions"])
def test_changing_a_column_taken_out_leaves_the_partition():
    """Writing into a column that a function took out of its partition leaves the partition as it was."""

    def clear(part):
        column = part["k"]
        column[:] = 0
        return part

    frame = dd.from_pandas(FRAME.copy(), npartitions=1)
    assert frame.map_partitions(clear, meta=FRAME).compute().k.tolist() == [1, 1, 2, 2]


@pytest.mark.scenario(
    issue="https://github.com/pandas-dev/pandas/issues/49497",
    covers=["dask.dataframe.Series.value_counts"],
)
def test_value_counts_is_named_count(frame):
    """The result of value_counts is named 'count'."""
    assert frame.k.value_counts().compute().name == "count"


@pytest.mark.scenario(
    issue="https://github.com/pandas-dev/pandas/pull/58668",
    covers=["dask.dataframe.read_csv"],
)
def test_a_file_separated_by_blanks(tmp_path):
    """dd.read_csv(delim_whitespace=True) reads a file whose columns are separated by blanks."""
    (tmp_path / "data.txt").write_text("a   b\n1   2\n3 4\n")
    result = dd.read_csv(str(tmp_path / "data.txt"), delim_whitespace=True)
    assert result.compute().values.tolist() == [[1, 2], [3, 4]]


@pytest.mark.scenario(covers=["dask.dataframe.extensions.register_series_accessor"])
def test_an_accessor_of_ones_own(frame):
    """An accessor registered for series is there on Dask's series."""

    @register_series_accessor("own")
    class Own:
        def __init__(self, series):
            self.series = series

        def doubled(self):
            return self.series * 2

    assert frame.k.own.doubled().compute().tolist() == [2, 2, 4, 4]


@pytest.mark.scenario(covers=["dask.dataframe.Series.sum"])
def test_nullable_integers():
    """Sums of pandas' nullable integers skip what is missing, and comparisons leave it missing."""
    numbers = dd.from_pandas(pd.Series([1, None, 3], dtype="Int64"), npartitions=2)
    assert numbers.sum().compute() == 4
    assert (numbers > 2).compute().isna().tolist() == [False, True, False]
