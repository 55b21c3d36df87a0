"""JSON lines, ORC and files in memory."""

import dask.dataframe as dd
import pandas as pd
import pytest


@pytest.mark.scenario(covers=["dask.dataframe.read_json", "dask.dataframe.DataFrame.to_json"])
def test_json_lines(frame, source, folder):
    """Numbers written as JSON lines are read back, with a partition per file."""
    frame[["n", "x"]].to_json(f"{folder}/*.json", orient="records", lines=True)
    result = dd.read_json(f"{folder}/*.json", orient="records", lines=True)
    assert result.npartitions == 2
    pd.testing.assert_frame_equal(result.compute().reset_index(drop=True), source[["n", "x"]])


@pytest.mark.scenario(covers=["dask.dataframe.read_orc", "dask.dataframe.DataFrame.to_orc"])
def test_orc(frame, source, folder):
    """Numbers written by to_orc are read back by dd.read_orc."""
    frame[["n", "x"]].to_orc(folder, write_index=False)
    pd.testing.assert_frame_equal(dd.read_orc(folder).compute().reset_index(drop=True), source[["n", "x"]])


@pytest.mark.scenario(covers=["dask.dataframe.read_parquet", "dask.dataframe.DataFrame.to_parquet"])
def test_files_in_memory(frame, source):
    """Frames are written to and read from any fsspec filesystem, such as memory://."""
    frame.to_parquet("memory://files-in-memory/data")
    result = dd.read_parquet("memory://files-in-memory/data").compute()
    pd.testing.assert_frame_equal(result, source, check_names=False)
