"""What code imports from Dask is found with its places, unless the code copes with its absence."""

from __future__ import annotations

from pathlib import Path

import pytest

from dask_matrix.project.code.usage import usage


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import dask.compatibility", {"dask.compatibility": 1}),
        (
            "from dask.base import collections_to_dsk as c, tokenize",
            {"dask.base.collections_to_dsk": 1, "dask.base.tokenize": 1},
        ),
        ("from dask.compatibility import *", {"dask.compatibility": 1}),
        ("def f():\n    if 1:\n        from distributed import Pub", {"distributed.Pub": 3}),
        ("class C:\n    with x:\n        import distributed.bokeh", {"distributed.bokeh": 3}),
        ("try:\n    pass\nexcept ValueError:\n    from dask import old", {"dask.old": 4}),
        ("match x:\n    case 1:\n        from dask import old", {"dask.old": 3}),
        ("try:\n    from dask import old\nexcept ImportError:\n    old = None", {}),
        ("try:\n    from dask import old\nexcept (KeyError, ImportError):\n    old = None", {}),
        ("try:\n    from dask import old\nexcept KeyError:\n    old = None", {"dask.old": 2}),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from dask import old\n", {}),
        ("from .dask import old\nimport daskboard", {}),
        ("import dask.base as b\nb.old(1)", {"dask.base": 1, "dask.base.old": 2}),
        ("import dask.array\ndask.array.core.old", {"dask.array": 1, "dask.array.core": 2, "dask.array.core.old": 2}),
        ("from contextlib import suppress\nwith suppress(ImportError):\n    from dask import old", {}),
        ("try:\n    from dask import old\nexcept builtins.ImportError:\n    old = None\nold and old(1)", {}),
        ("import dask\nif hasattr(dask, 'old'):\n    dask.old()", {"dask": 1}),
        (
            "import dask\nif dask.__version__ < '2025':\n    from dask import old\nelse:\n    from dask import new",
            {"dask": 1},
        ),
    ],
)
def test_imports_that_must_work_are_found(code: str, names: dict[str, int], tmp_path: Path) -> None:
    """Wherever they stand."""
    (tmp_path / "mine.py").write_text(code)
    found = usage([tmp_path]).literal.places
    assert {name: places[0].line for name, places in found.items()} == names
