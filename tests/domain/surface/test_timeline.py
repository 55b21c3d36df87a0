"""A timeline gives back each surface that it was made from, and tells the history of a name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.surface.change import Narrowing
from dask_matrix.domain.surface.comparison import compare
from dask_matrix.domain.surface.names import Name, Unknown, known_history
from dask_matrix.domain.surface.surface import Surface
from dask_matrix.domain.surface.timeline import Timeline
from tests.domain.surface.made_up import a_class, column, function, surface, timeline

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(0, 3), st.text("ab", max_size=2), st.lists(st.integers(0, 2), max_size=2)
)
TREES = st.recursive(LEAVES, lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=6)
CONTENTS = st.dictionaries(st.sampled_from("xyz"), st.dictionaries(st.sampled_from("abc"), TREES), min_size=1)


def plain(value: Any) -> Any:
    """Return a view as what it shows."""
    return {name: plain(each) for name, each in value.items()} if hasattr(value, "items") else value


@given(st.lists(CONTENTS, min_size=1, max_size=5))
def test_each_surface_comes_back_whole_and_as_a_view(contents: list[dict[str, Any]]) -> None:
    """After a round through JSON."""
    columns = [column(f"2025.{number}.0") for number in range(1, len(contents) + 1)]
    made = Timeline.of(zip(columns, map(Surface, contents), strict=True))
    stored = Timeline(columns, json.loads(json.dumps(made.tree)))
    assert [stored.surface(index).content for index in range(len(columns))] == contents
    assert [plain(stored.view(index).content) for index in range(len(columns))] == contents


def test_a_history_has_a_stretch_for_each_signature_and_says_where_a_name_went() -> None:
    """Equal neighbours share a stretch."""
    found = known_history(
        timeline(
            v2025_1_0=surface({"dask.base": {"get": function("(x)")}}),
            v2025_2_0=surface({"dask.base": {"get": function("(x)")}}),
            v2025_3_0=surface({"dask.base": {"get": function("(x, y=1)")}}),
            v2025_4_0=surface({"dask.base": {}, "dask.utils": {"get": function()}}),
        ),
        "dask.base.get",
    )
    told = [
        (each.columns[0].label, each.columns[-1].label, getattr(each.name, "signature", None))
        for each in found.stretches
    ]
    assert told == [
        ("2025.1.0", "2025.2.0", "(x)"),
        ("2025.3.0", "2025.3.0", "(x, y=1)"),
        ("2025.4.0", "2025.4.0", None),
    ]
    assert found.moved == "dask.utils.get"


def test_a_name_in_a_module_that_did_not_import_is_unknown_and_not_missing() -> None:
    """Its package was missing."""
    found = known_history(
        timeline(v2025_1_0=surface({"dask.cupy": "No cupy"}), v2025_2_0=surface({"dask.cupy": {"get": function()}})),
        "dask.cupy.get",
    )
    assert [type(each.name) for each in found.stretches] == [Unknown, Name]


def test_members_are_found_through_bases_and_other_places_of_their_class() -> None:
    """As users write them."""
    frame = surface(
        {
            "dask": {"Frame": "dask.core.Frame"},
            "dask.core": {"Frame": a_class(("dask.core.Base",)), "Base": a_class(sum="(self)")},
        }
    )
    (stretch,) = known_history(timeline(v2025_1_0=frame), "dask.Frame.sum").stretches
    assert isinstance(stretch.name, Name)
    assert (stretch.name.kind, stretch.name.signature) == ("method", "(self)")


def test_a_function_in_the_place_of_its_own_module_is_the_function() -> None:
    """As `dask.delayed`; what is in the module is found below it."""
    both = timeline(
        v2025_1_0=surface({"dask": {"delayed": "dask.delayed.delayed"}, "dask.delayed": {"delayed": function()}})
    )
    found = [known_history(both, name).stretches[0].name for name in ("dask.delayed", "dask.delayed.delayed")]
    assert [isinstance(each, Name) and each.kind for each in found] == ["function", "function"]


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    """Those that end alike."""
    with pytest.raises(UnknownName, match=r"No name 'dask\.gett\.get'\. Nearest: dask\.get\."):
        known_history(timeline(v2025_1_0=surface({"dask": {"get": function()}})), "dask.gett.get")


def test_a_change_names_the_neighbours_between_which_it_happened() -> None:
    """Not only the ends of the comparison."""
    has, lacks = surface({"dask": {"get": function()}}), surface({"dask": {}})
    found = compare(
        timeline(v2025_1_0=has, v2025_2_0=has, v2025_3_0=lacks, v2025_4_0=lacks), "2025.1.0", "latest", Narrowing()
    )
    (turned,) = found.turned
    assert (turned.last_before.label, turned.first_after.label) == ("2025.2.0", "2025.3.0")


def test_private_names_and_imported_helpers_are_counted_but_listed_only_when_asked_for() -> None:
    """By an option, or by their name."""
    before = surface({"dask.core": {"_get": function(), "reduce": "functools.reduce", "get": function()}})
    both = timeline(v2025_1_0=before, v2025_2_0=surface({"dask.core": {}}))
    listed = compare(both, "2025.1.0", "2025.2.0", Narrowing())
    assert [each.change.name for each in listed.turned] == ["dask.core.get"]
    assert {each.value: count for each, count in listed.counts.items()} == {
        "documented": 0,
        "public": 1,
        "private": 1,
        "accidental": 1,
    }
    assert len(compare(both, "2025.1.0", "2025.2.0", Narrowing(private=True)).turned) == 3
    assert len(compare(both, "2025.1.0", "2025.2.0", Narrowing(("dask.core._get",))).turned) == 1
