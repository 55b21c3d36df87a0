"""Tables of a database, and HDF files."""

import dask.dataframe as dd
import pandas as pd
import pytest
from sqlalchemy import column, select, table

TO_AND_FRO = ["dask.dataframe.DataFrame.to_hdf", "dask.dataframe.read_hdf"]
WHEELS = "https://github.com/PyTables/PyTables/issues/1172"
"""Releases of summer 2024 came with NumPy 2, and with a PyTables that had been built for NumPy 1."""


@pytest.fixture
def database(tmp_path, source):
    """The URL of a SQLite database whose table `rows` holds `source`, by number."""
    url = f"sqlite:///{tmp_path}/data.db"
    source.set_index("n")[["x", "k"]].to_sql("rows", url)
    return url


@pytest.mark.scenario(covers=["dask.dataframe.read_sql_table"])
def test_a_table_is_read(database, source):
    """A SQLite table is read in partitions that together hold every row."""
    result = dd.read_sql_table("rows", database, index_col="n", npartitions=3)
    assert result.npartitions == 3
    pd.testing.assert_frame_equal(result.compute(), source.set_index("n")[["x", "k"]])


@pytest.mark.scenario(covers=["dask.dataframe.read_sql_table"])
def test_divisions_cut_a_table(database):
    """read_sql_table cuts a table at the divisions it is given."""
    result = dd.read_sql_table("rows", database, index_col="n", divisions=[1, 3, 6])
    assert result.divisions == (1, 3, 6)
    assert result.get_partition(0).compute().index.tolist() == [1, 2]


@pytest.mark.scenario(covers=["dask.dataframe.read_sql_query"])
def test_a_query_is_read(database, source):
    """A query of SQLAlchemy is read like a table."""
    query = select(column("n"), column("x")).select_from(table("rows")).where(column("k") > 0)
    result = dd.read_sql_query(query, database, index_col="n", npartitions=2)
    pd.testing.assert_frame_equal(result.compute(), source[source.k > 0].set_index("n")[["x"]])


@pytest.mark.scenario(covers=["dask.dataframe.DataFrame.to_sql"])
def test_a_frame_is_written_to_a_table(tmp_path, frame, source):
    """to_sql writes every partition into one table."""
    url = f"sqlite:///{tmp_path}/written.db"
    frame[["n", "k"]].to_sql("rows", url, index=False)
    pd.testing.assert_frame_equal(pd.read_sql("rows", url).sort_values("n", ignore_index=True), source[["n", "k"]])


@pytest.mark.scenario(covers=TO_AND_FRO, issue=WHEELS)
def test_hdf(tmp_path, frame, source):
    """Numbers written to a file of HDF5 are read back."""
    path = str(tmp_path / "data.h5")
    frame[["n", "x"]].to_hdf(path, key="/rows")
    pd.testing.assert_frame_equal(dd.read_hdf(path, "/rows").compute(), source[["n", "x"]])


@pytest.mark.scenario(covers=TO_AND_FRO, issue=WHEELS)
def test_a_file_of_hdf_for_each_partition(tmp_path, frame, source):
    """to_hdf with a star in the name writes a file for each partition, and read_hdf reads them all."""
    frame[["n", "x"]].to_hdf(str(tmp_path / "part-*.h5"), key="/rows")
    assert len(list(tmp_path.glob("part-*.h5"))) == 2
    result = dd.read_hdf(str(tmp_path / "part-*.h5"), "/rows")
    pd.testing.assert_frame_equal(result.compute(), source[["n", "x"]])
