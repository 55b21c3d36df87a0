"""Bags do with their elements what plain Python does with a list."""

import operator

import dask
import dask.bag as db
import pandas as pd
import pytest
import scipy.sparse


@pytest.fixture(autouse=True)
def in_this_process():
    """Bags compute here: their own default is a pool of processes, which no scenario of this file is about."""
    with dask.config.set(scheduler="sync"):
        yield


@pytest.mark.scenario(
    covers=["dask.bag.from_sequence", "dask.bag.Bag.map", "dask.bag.Bag.filter", "dask.bag.Bag.pluck"]
)
def test_elements_are_mapped_filtered_and_plucked_in_order():
    """map, filter and pluck keep the order of a bag's elements."""
    records = [{"n": n} for n in range(10)]
    bag = db.from_sequence(records, npartitions=3)
    assert bag.pluck("n").filter(lambda n: n % 2).map(lambda n: n * n).compute() == [1, 9, 25, 49, 81]


@pytest.mark.scenario(covers=["dask.bag.Bag.foldby", "dask.bag.Bag.groupby", "dask.bag.Bag.frequencies"])
def test_elements_are_grouped():
    """groupby, foldby and frequencies agree with each other across partitions."""
    bag = db.range(7, npartitions=3)
    groups = dict(bag.groupby(lambda n: n % 2).compute())
    assert {key: sorted(group) for key, group in groups.items()} == {0: [0, 2, 4, 6], 1: [1, 3, 5]}
    assert dict(bag.foldby(lambda n: n % 2, operator.add, 0, operator.add, 0).compute()) == {0: 12, 1: 9}
    assert dict(bag.map(lambda n: n % 2).frequencies().compute()) == {0: 4, 1: 3}


@pytest.mark.scenario(covers=["dask.bag.Bag.fold", "dask.bag.Bag.max", "dask.bag.Bag.mean"])
def test_partitions_without_elements_do_not_count():
    """fold, max and mean pass over the partitions that a filter has emptied."""
    bag = db.from_sequence([1, 2, 3, 4], npartitions=4).filter(lambda n: n > 2)
    assert dask.compute(bag.fold(operator.add), bag.max(), bag.mean()) == (7, 4, 3.5)


@pytest.mark.scenario(covers=["dask.bag.Bag.map", "dask.bag.Item"])
def test_a_reduction_is_an_argument_of_map():
    """map takes a delayed value and another bag's reduction as arguments."""
    bag = db.range(3, npartitions=2)
    assert bag.map(operator.add, bag.max()).compute() == [2, 3, 4]
    assert bag.map(operator.add, dask.delayed(10)).compute() == [10, 11, 12]


@pytest.mark.scenario(covers=["dask.bag.Bag.random_sample"])
def test_a_seeded_sample_is_repeatable():
    """random_sample with a seed draws the same elements of a bag each time."""
    bag = db.range(100, npartitions=4)
    sample = bag.random_sample(0.3, random_state=42).compute()
    assert 0 < len(sample) < 100
    assert bag.random_sample(0.3, random_state=42).compute() == sample


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10294", covers=["dask.bag.from_sequence"])
def test_a_long_sequence_makes_partitions_of_two():
    """db.from_sequence of 150 elements makes partitions of two."""
    assert db.from_sequence(range(150)).npartitions == 75


# Found while writing this: the first elements are taken for tasks. Lists of callables were mended by #1491.
@pytest.mark.scenario(issue="https://github.com/dask/dask/issues/1489", covers=["dask.bag.from_sequence"])
def test_tuples_that_begin_with_a_function_stay_tuples():
    """A bag of tuples that begin with a function gives back those tuples."""
    calls = [(abs, -1), (abs, -2)]
    assert db.from_sequence(calls, npartitions=2).compute() == calls


@pytest.mark.scenario(
    issue="https://docs.dask.org/en/stable/changelog.html#v2023-7-1", covers=["dask.bag.Bag.to_dataframe"]
)
def test_text_in_a_frame_has_the_dtype_that_pandas_gives_it():
    """Text in a frame made from a bag has the dtype that the installed pandas gives to text."""
    records = [{"n": 1, "text": "x"}, {"n": 2, "text": "y"}]
    frame = db.from_sequence(records, npartitions=2).to_dataframe().compute()
    assert frame.text.tolist() == ["x", "y"]
    assert frame.text.dtype == pd.DataFrame(records).text.dtype


@pytest.mark.scenario(
    issue="https://github.com/dask/dask/pull/12103", covers=["dask.bag.from_delayed", "dask.bag.Bag.map"]
)
def test_a_partition_may_be_a_sparse_matrix():
    """A sparse matrix, which has no length, can be a partition of a bag of its rows."""
    matrix = dask.delayed(scipy.sparse.csr_matrix)([[1, 0], [2, 3]])
    assert db.from_delayed([matrix]).map(lambda row: int(row.sum())).compute() == [1, 5]


@pytest.mark.scenario(issue="https://github.com/dask/dask/pull/10005", covers=["dask.bag.Bag.groupby"])
def test_elements_are_grouped_on_a_cluster(client):
    """groupby of a bag works on a cluster."""
    groups = dict(db.range(4, npartitions=2).groupby(lambda n: n % 2).compute(scheduler=client))
    assert {key: sorted(group) for key, group in groups.items()} == {0: [0, 2], 1: [1, 3]}
