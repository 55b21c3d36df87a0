"""Text columns: object, string[pyarrow] or, from pandas 3 on, str."""

import dask
import dask.dataframe as dd
import pandas as pd
import pytest

PDEP_14 = "https://github.com/pandas-dev/pandas/pull/58551"
FRAME = pd.DataFrame({"name": ["a", "b", None, "d"]})


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/10400",
    covers=["dask.dataframe.from_pandas"],
)
def test_text_is_stored_by_pyarrow():
    """A column of text has dtype string[pyarrow]."""
    assert dd.from_pandas(FRAME, npartitions=2).name.dtype == "string[pyarrow]"


@pytest.mark.usefixtures("plain_strings")
@pytest.mark.scenario(issue=PDEP_14, covers=["dask.dataframe.from_pandas"])
def test_text_is_object_with_convert_string_off():
    """With dataframe.convert-string off, a column of text has dtype object."""
    assert dd.from_pandas(FRAME, npartitions=2).name.dtype == object


@pytest.mark.usefixtures("plain_strings")
@pytest.mark.scenario(issue=PDEP_14, covers=["dask.dataframe.from_pandas"])
def test_missing_text_is_none_with_convert_string_off():
    """With dataframe.convert-string off, a missing text that was None comes back as None."""
    assert dd.from_pandas(FRAME, npartitions=2).compute().name[2] is None


@pytest.mark.usefixtures("plain_strings")
@pytest.mark.scenario(issue=PDEP_14, covers=["dask.dataframe.Series.str"])
def test_a_search_with_missing_text_is_a_mask():
    """With dataframe.convert-string off, rows can be chosen by str.contains although texts are missing."""
    frame = dd.from_pandas(FRAME, npartitions=2)
    assert frame[frame.name.str.contains("b")].compute().name.tolist() == ["b"]


@pytest.mark.usefixtures("plain_strings")
@pytest.mark.scenario(issue=PDEP_14, covers=["dask.dataframe.DataFrame.map_partitions"])
def test_a_number_among_text_with_convert_string_off():
    """With dataframe.convert-string off, a function can put a number into a column of text."""

    def mark(part):
        part = part.copy()
        part.loc[part.name == "b", "name"] = 0
        return part

    result = dd.from_pandas(FRAME, npartitions=1).map_partitions(mark, meta=FRAME).compute()
    assert result.name.tolist()[:2] == ["a", 0]


@pytest.mark.scenario(issue=PDEP_14, covers=["dask.dataframe.from_delayed"])
def test_from_delayed_with_text_announced_as_object():
    """dd.from_delayed(meta={'name': 'object'}) takes parts with a column of text."""
    parts = [dask.delayed(FRAME), dask.delayed(FRAME)]
    frame = dd.from_delayed(parts, meta={"name": "object"})
    assert frame.name.count().compute() == 6


@pytest.mark.usefixtures("plain_strings")
@pytest.mark.scenario(issue=PDEP_14, covers=["dask.dataframe.DataFrame.explode"])
def test_the_pieces_of_split_text():
    """What str.split and explode give has the announced dtype."""
    frame = dd.from_pandas(pd.DataFrame({"name": ["a,b", "c"]}), npartitions=1)
    pieces = frame.assign(name=frame.name.str.split(",")).explode("name")
    assert pieces.compute().name.tolist() == ["a", "b", "c"]
    assert pieces.name.dtype == pieces.compute().name.dtype


@pytest.mark.scenario(
    issue="https://github.com/pandas-dev/pandas/issues/25353",
    covers=["dask.dataframe.Series.astype"],
)
def test_missing_numbers_stay_missing_as_text():
    """astype(str) leaves a missing number missing."""
    numbers = dd.from_pandas(pd.Series([1.5, None, 2.5]), npartitions=2)
    assert numbers.astype(str).isna().compute().tolist() == [False, True, False]


@pytest.mark.scenario(
    issue="https://github.com/pandas-dev/pandas/issues/65735",
    covers=["dask.dataframe.Series.map"],
)
def test_a_function_of_text_gives_plain_integers():
    """Series.map(len, meta=(…, 'int64')) on text gives int64, as announced."""
    names = dd.from_pandas(pd.Series(["a", "bb"]), npartitions=1)
    assert str(names.map(len, meta=(None, "int64")).compute().dtype) == "int64"
