"""Comma-separated files, read in several blocks."""

import dask.dataframe as dd
import pandas as pd
import pytest


@pytest.mark.scenario(covers=["dask.dataframe.read_csv", "dask.dataframe.DataFrame.to_csv"])
def test_round_trip(frame, source, folder):
    """A frame written by to_csv is read back by dd.read_csv, one partition per file."""
    frame.to_csv(f"{folder}/*.csv", index=False)
    result = dd.read_csv(f"{folder}/*.csv", parse_dates=["t"])
    assert result.npartitions == 2
    pd.testing.assert_frame_equal(result.compute().reset_index(drop=True), source, check_dtype=False)


@pytest.mark.scenario(covers=["dask.dataframe.read_csv"])
def test_a_file_read_in_small_blocks(text_file):
    """dd.read_csv cuts a file into blocks without losing or splitting a line."""
    path = text_file("n,name\n" + "".join(f"{i},name{i}\n" for i in range(50)))
    result = dd.read_csv(path, blocksize=64)
    assert result.npartitions > 3
    assert result.compute().values.tolist() == [[i, f"name{i}"] for i in range(50)]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10355", covers=["dask.dataframe.read_csv"])
def test_a_header_below_the_first_line(text_file):
    """dd.read_csv(header=2) takes the third line as header although the file is read in blocks."""
    path = text_file("made by\nsomebody\nn,m\n" + "".join(f"{i},{i}\n" for i in range(20)))
    assert dd.read_csv(path, header=2, blocksize=30).n.compute().tolist() == list(range(20))


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/9961", covers=["dask.dataframe.read_csv"])
def test_index_col_false(text_file):
    """dd.read_csv(index_col=False) reads every column as data."""
    path = text_file("n,m\n1,2\n3,4\n")
    pd.testing.assert_frame_equal(dd.read_csv(path, index_col=False).compute(), pd.read_csv(path, index_col=False))


@pytest.mark.scenario(covers=["dask.dataframe.read_csv"])
def test_a_type_found_out_wrong_is_explained(text_file):
    """When a later block does not have the type of the first lines, the error names the column and the dtype to give."""
    path = text_file("n\n" + "1\n" * 50 + "one\n")
    with pytest.raises(ValueError, match=r"(?s)Mismatched dtypes.*n.*dtype=\{'n'"):
        dd.read_csv(path, sample=20, sample_rows=5, blocksize=60).compute()


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11603", covers=["dask.dataframe.read_csv"])
def test_text_computes_to_the_announced_type(text_file):
    """A column of text that dd.read_csv announces with a dtype computes to that dtype."""
    frame = dd.read_csv(text_file("name\na\nb\n"))
    assert str(frame.compute().name.dtype) == str(frame.name.dtype)
