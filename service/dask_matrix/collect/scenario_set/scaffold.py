"""Writes a file of scenarios to begin with."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from pathlib import Path

TODO = "TODO"
"""What the texts begin with that are still to be written; lint finds them."""
TEMPLATE = '''\
"""{todo}: what of {area} these scenarios are about."""

import dask
import pytest


@pytest.mark.scenario(
    covers=[],  # the public names it exercises, such as "dask.delayed"
    # issue="https://github.com/dask/dask/issues/…",  # the story; mandatory for whatever turns between releases
)
def test_states_one_behaviour(client):
    """{todo}: say one behaviour in one sentence that a user understands."""
    assert dask.delayed(sum)([1, 2]).compute() == sum([1, 2])
'''


class CannotScaffold(DaskMatrixError):
    """No such file of scenarios can be begun; the message says why, and how to go on."""


def scaffold(folder: Path, area: str, name: str) -> Path:
    """Write AREA/test_NAME.py in a scenario folder and return its path; raise CannotScaffold."""
    stem = name.removesuffix(".py").removeprefix("test_")
    for what, word in (("area", area), ("name", stem)):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", word) or keyword.iskeyword(word):
            raise CannotScaffold(
                f"{word!r} cannot be the {what} of scenarios: write lower-case letters, digits and _, as in time_series."
            )
    if not folder.is_dir():
        raise CannotScaffold(f"No folder {folder}. Give --scenarios the folder of a scenario set.")
    path = folder / area / f"test_{stem}.py"
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE.format(todo=TODO, area=area))
    except FileExistsError:
        raise CannotScaffold(f"{path} exists already. Add to it, or choose another name.") from None
    return path
