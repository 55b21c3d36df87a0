"""A change concerns code that names what is gone, moved, renamed or deprecated, by any of its places."""

from __future__ import annotations

import pytest

from dask_matrix.domain.surface.comparison import concerning
from tests.domain.surface.made_up import a_class, function, surface, timeline

BEFORE = surface(
    {
        "dask": {"get": "dask.base.get", "put": function(), "Frame": a_class(melt="(self)", sum="(self)")},
        "dask.base": {"get": function()},
    },
    settings={"defaults": {"array.old": {"type": "int", "value": 1}}, "renamed": {}},
)
AFTER = surface(
    {"dask": {"put": function("(x, y)", deprecated="gone soon"), "Frame": a_class(sum="(self)")}, "dask.base": {}},
    settings={"defaults": {"array.new": {"type": "int", "value": 1}}, "renamed": {"array.old": "array.new"}},
)


@pytest.mark.parametrize(
    ("used", "turns"),
    [
        ("dask.get", {"dask.get": "removed"}),
        ("dask.base.get", {"dask.get": "removed"}),
        ("dask.Frame.melt", {"dask.Frame.melt": "removed"}),
        ("dask.put", {"dask.put": "deprecated"}),
        ("config:array.old", {"array.old": "renamed"}),
        ("dask.Frame.sum", {}),
        ("dask.Frame", {}),
        ("config:array.new", {}),
    ],
)
def test_only_what_the_code_names_concerns_it(used: str, turns: dict[str, str]) -> None:
    """A narrowed call does not: whether the code's call fits is not known here."""
    both = timeline(v2025_1_0=BEFORE, v2025_2_0=AFTER)
    found = concerning(both, "2025.1.0", "2025.2.0", {used: ["a.py:1", "a.py:1", "b.py:2"]})
    assert {each.change.name: each.change.turn.value for each, _ in found} == turns
    assert all(places == ("a.py:1", "b.py:2") for _, places in found)
