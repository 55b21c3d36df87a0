"""Write a template for a new file of scenarios."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from pathlib import Path

TODO = "TODO"
"""Prefix of the placeholder texts in the template; lint reports them."""
TEMPLATE = '''\
"""{todo}: what these scenarios of {area} are about."""

import dask
import pytest


@pytest.mark.scenario(
    covers=[],  # the public API it exercises, such as "dask.delayed"
    # issue="https://github.com/dask/dask/issues/…",  # required if the result changes between releases
)
def test_states_one_behaviour(client):
    """{todo}: state one behaviour in one sentence that a user understands."""
    assert dask.delayed(sum)([1, 2]).compute() == sum([1, 2])
'''


class CannotScaffold(DaskMatrixError):
    """The file cannot be created; the message says why and what to do."""


def scaffold(folder: Path, area: str, name: str) -> Path:
    """Create AREA/test_NAME.py in a scenario folder and return its path; raise CannotScaffold."""
    stem = name.removesuffix(".py").removeprefix("test_")
    for what, word in (("area", area), ("name", stem)):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", word) or keyword.iskeyword(word):
            raise CannotScaffold(
                f"{word!r} is not a valid {what}: use lower-case letters, digits and _, as in time_series."
            )
    if not folder.is_dir():
        raise CannotScaffold(f"No such folder: {folder}. Use --scenarios with the folder of a scenario set.")
    path = folder / area / f"test_{stem}.py"
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE.format(todo=TODO, area=area))
    except FileExistsError:
        raise CannotScaffold(f"{path} already exists. Add to it, or choose another name.") from None
    return path
