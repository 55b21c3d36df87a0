"""Write a template for a new file of scenarios."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from dask_matrix.collect.scenario_set.fixtures import available, conftests, defined_names
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from pathlib import Path

FIXTURE = "client"
"""The fixture that the template uses where there is one."""
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
def test_states_one_behaviour({fixture}):
    """{todo}: state one behaviour in one sentence that a user understands."""
    assert dask.delayed(sum)([1, 2]).compute() == sum([1, 2])
'''


class CannotScaffold(DaskMatrixError):
    """The file cannot be created; the message says why and what to do."""


def scaffold(folder: Path, area: str, name: str, fixtures: Path) -> list[Path]:
    """Create AREA/test_NAME.py in a scenario folder; return the files written, the test file last.

    A folder without a conftest.py gets a copy of ``fixtures``, the conftest.py that ours use. Raise CannotScaffold.
    """
    stem = name.removesuffix(".py").removeprefix("test_")
    for what, word in (("area", area), ("name", stem)):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", word) or keyword.iskeyword(word):
            raise CannotScaffold(
                f"{word!r} is not a valid {what}: use lower-case letters, digits and _, as in time_series."
            )
    path = folder / area / f"test_{stem}.py"
    if path.exists():
        raise CannotScaffold(f"{path} already exists. Add to it, or choose another name.")
    _make_folder(path.parent)
    written = _write_fixtures(folder, fixtures)
    known = available(conftests(path.parent), defined_names)
    text = TEMPLATE.format(todo=TODO, area=area, fixture=FIXTURE if FIXTURE in (known or ()) else "")
    path.write_text(text, encoding="utf-8")
    return [*written, path]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotScaffold(
            f"Cannot create {folder}: {error.strerror}. Use --scenarios with another folder."
        ) from None


def _write_fixtures(folder: Path, fixtures: Path) -> list[Path]:
    """Copy the fixtures into a folder that no conftest.py applies to yet; return the file, if any."""
    if any(conftests(folder)):
        return []
    copy = folder / "conftest.py"
    copy.write_text(fixtures.read_text(encoding="utf-8"), encoding="utf-8")
    return [copy]
