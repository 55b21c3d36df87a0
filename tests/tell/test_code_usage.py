"""Names that no scenario covers are listed with their places."""

from dask_matrix.tell.code_usage import CodeCoverage


def test_uncovered_names_are_sorted_with_their_places() -> None:
    """Covered names are left out."""
    code = CodeCoverage(
        {"dask.b": ("b.py:2",), "dask.a": ("a.py:1", "a.py:9"), "dask.c": ("c.py:3",)}, frozenset({"dask.c"})
    )
    assert list(code.uncovered.items()) == [("dask.a", ("a.py:1", "a.py:9")), ("dask.b", ("b.py:2",))]
