"""What no scenario covers is named with its places."""

from dask_matrix.tell.code_usage import Code


def test_what_is_uncovered_is_in_order_with_its_places() -> None:
    """And what is covered is not told."""
    code = Code({"dask.b": ("b.py:2",), "dask.a": ("a.py:1", "a.py:9"), "dask.c": ("c.py:3",)}, frozenset({"dask.c"}))
    assert list(code.uncovered.items()) == [("dask.a", ("a.py:1", "a.py:9")), ("dask.b", ("b.py:2",))]
