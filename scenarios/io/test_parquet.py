"""Parquet files and folders."""

import dask.dataframe as dd
import pandas as pd
import pyarrow.fs
import pytest


@pytest.mark.scenario(covers=["dask.dataframe.read_parquet", "dask.dataframe.DataFrame.to_parquet"])
def test_round_trip(frame, source, folder):
    """A frame with dates and missing values comes back from parquet as it was."""
    frame.to_parquet(folder)
    pd.testing.assert_frame_equal(dd.read_parquet(folder).compute(), source, check_names=False)


@pytest.mark.scenario(covers=["dask.dataframe.read_parquet"])
def test_only_the_asked_columns_and_rows(frame, folder):
    """read_parquet(columns=…, filters=…) gives those columns and exactly the rows that pass."""
    frame.to_parquet(folder)
    result = dd.read_parquet(folder, columns=["n"], filters=[("n", ">", 4)]).compute()
    assert result.to_dict("list") == {"n": [5, 6]}


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.to_parquet"])
def test_rows_appended(frame, folder):
    """to_parquet(append=True) adds rows to those already there."""
    frame.to_parquet(folder, write_index=False)
    frame.to_parquet(folder, write_index=False, append=True, ignore_divisions=True)
    assert sorted(dd.read_parquet(folder).n.compute()) == sorted([1, 2, 3, 4, 5, 6] * 2)


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.to_parquet", "dask.dataframe.read_parquet"])
def test_folders_by_value(frame, folder):
    """to_parquet(partition_on='k') makes a folder per value, and a filter on k reads only those rows."""
    frame.to_parquet(folder, partition_on="k")
    result = dd.read_parquet(folder, filters=[("k", "==", 1)]).compute()
    assert sorted(result.n) == [3, 4]
    assert set(result.k.astype(int)) == {1}


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10042", covers=["dask.dataframe.read_parquet"])
def test_a_filter_on_a_file_without_statistics(source, folder):
    """A filter works on a parquet file that was written without statistics."""
    source.to_parquet(f"{folder}/data.parquet", write_statistics=False)
    result = dd.read_parquet(f"{folder}/data.parquet", filters=[("n", "<=", 2)]).compute()
    assert result.n.tolist() == [1, 2]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10320", covers=["dask.dataframe.read_parquet"])
def test_a_filter_that_excludes_values(frame, folder):
    """read_parquet(filters=[('n', 'not in', …)]) leaves these values out."""
    frame.to_parquet(folder)
    result = dd.read_parquet(folder, filters=[[("n", "not in", (1, 2))]]).compute()
    assert result.n.tolist() == [3, 4, 5, 6]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11898", covers=["dask.dataframe.read_parquet"])
def test_a_column_of_partition_lengths(folder):
    """A column made by map_partitions(len) can be set on a frame read from folders by value."""
    pd.DataFrame({"k": [1, 2, 3], "x": [0.1, 0.2, 0.3]}).to_parquet(folder, partition_cols=["k"])
    frame = dd.read_parquet(folder)
    frame["rows"] = frame.map_partitions(len, meta=(None, "int64"))
    assert frame.rows.compute().tolist() == [1, 1, 1]


@pytest.mark.scenario(issue="https://github.com/dask/dask-expr/pull/1006", covers=["dask.dataframe.read_parquet"])
def test_folders_on_an_arrow_filesystem(source, folder):
    """read_parquet takes a list of folders together with a pyarrow filesystem."""
    folders = []
    for name in ("a", "b"):
        folders.append(f"{folder}/{name}")
        dd.from_pandas(source, npartitions=1).to_parquet(folders[-1])
    result = dd.read_parquet(folders, filesystem=pyarrow.fs.LocalFileSystem())
    assert sorted(result.n.compute()) == sorted([1, 2, 3, 4, 5, 6] * 2)


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/9637", covers=["dask.dataframe.read_parquet"])
def test_small_files_put_together(source, folder):
    """read_parquet(aggregate_files=True, split_row_groups='adaptive') reads small files as one partition."""
    dd.from_pandas(source, npartitions=3).to_parquet(folder)
    result = dd.read_parquet(folder, aggregate_files=True, split_row_groups="adaptive", blocksize="1 MiB")
    assert result.npartitions == 1
    assert sorted(result.n.compute()) == [1, 2, 3, 4, 5, 6]
