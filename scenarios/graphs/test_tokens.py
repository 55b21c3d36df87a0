"""Tokens and names: the same for what is the same, different for what is not."""

import datetime as dt
import os
import subprocess
import sys

import dask
import dask.array as da
import numpy as np
import pandas as pd
import pytest
from dask.base import tokenize


@pytest.fixture
def in_another_process():
    """A function that evaluates an expression in a new process, whose texts have other hashes than ours."""

    def evaluate(imports, expression):
        code = f"{imports}\nfrom dask.base import tokenize\nprint({expression})"
        command, environment = [sys.executable, "-c", code], {**os.environ, "PYTHONHASHSEED": "1"}
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()

    return evaluate


@pytest.mark.scenario(covers=["dask.base.tokenize"])
def test_the_order_of_dicts_and_sets_does_not_matter():
    """Dicts and sets have the same token in whatever order they were filled, lists and tuples have not."""
    assert tokenize({"a": 1, "b": 2}) == tokenize({"b": 2, "a": 1})
    assert tokenize({"a", "b", "c"}) == tokenize({"c", "b", "a"})
    assert len({tokenize([1, 2]), tokenize([2, 1]), tokenize((1, 2))}) == 3


@pytest.mark.scenario(covers=["dask.base.tokenize"])
def test_tokens_are_the_same_in_another_process(in_another_process):
    """Text, numbers, sets, arrays and library functions have the same token in another process."""
    there = in_another_process(
        "import numpy as np", "tokenize('t', (1.5, None), {'x', 'y'}, np.arange(3), np.sin, max)"
    )
    assert there == tokenize("t", (1.5, None), {"y", "x"}, np.arange(3), np.sin, max)


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/11867", covers=["dask.base.tokenize"])
def test_a_dict_has_the_same_token_in_another_process(in_another_process):
    """A dict of twelve texts has the same token in another process."""
    assert in_another_process("", "tokenize(dict.fromkeys('abcdefghijkl'))") == tokenize(dict.fromkeys("lkjihgfedcba"))


@pytest.mark.scenario(
    issue=["https://github.com/dask/dask/pull/10643", "https://github.com/dask/dask/pull/10664"],
    covers=["dask.base.tokenize"],
)
def test_date_offsets_are_told_apart():
    """Date offsets have the same token if they are equal, and different tokens if they are not."""
    assert tokenize(pd.DateOffset(months=1)) == tokenize(pd.DateOffset(months=1))
    assert tokenize(pd.DateOffset(months=1)) != tokenize(pd.DateOffset(months=2))


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10876", covers=["dask.base.tokenize"])
def test_objects_with_the_same_state_have_the_same_token():
    """Equal objects of a plain class, random generators and time zones have the same token."""
    for make in (lambda: Plain(1), lambda: np.random.default_rng(1), lambda: dt.timezone.utc, lambda: pd.NA):
        assert tokenize(make()) == tokenize(make())
    assert tokenize(Plain(1)) != tokenize(Plain(2))


class Plain:
    """An object that is told by its state alone."""

    def __init__(self, state):
        self.state = state


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10913", covers=["dask.base.tokenize"])
def test_a_token_that_cannot_be_deterministic_is_refused():
    """tokenize(…, ensure_deterministic=True) refuses an object that has no state to tell it by."""
    with pytest.raises(RuntimeError, match="determin"):
        tokenize(object(), ensure_deterministic=True)


# Found while writing this: the texts are joined by hyphens before they are hashed, again since #11320.
@pytest.mark.scenario(
    issue=["https://github.com/dask/dask/pull/11320", "https://github.com/dask/dask/pull/10884"],
    covers=["dask.array.from_array", "dask.compute", "dask.base.tokenize"],
)
def test_arrays_of_different_texts_stay_different():
    """Two arrays of text objects compute, together, each to its own text, also where the text has hyphens."""
    first, second = np.array(["a-b", "c"], dtype=object), np.array(["a", "b-c"], dtype=object)
    arrays = [da.from_array(texts, chunks=2) for texts in (first, second)]
    assert [array.tolist() for array in dask.compute(*arrays)] == [["a-b", "c"], ["a", "b-c"]]


@pytest.mark.scenario(covers=["dask.array.map_blocks", "dask.array.random.RandomState"])
def test_the_same_work_has_the_same_name():
    """Arrays made by the same steps have the same name, arrays made by different functions have not."""

    def shift(block):
        return block + 1

    array = da.ones(3)
    assert array.map_blocks(shift).name == array.map_blocks(shift).name
    assert array.map_blocks(lambda block: block + 1).name != array.map_blocks(lambda block: block + 2).name
    draws = [da.random.RandomState(seed).normal(size=3).name for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]
