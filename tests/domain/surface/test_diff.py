"""What is gone, moved, new or no longer fits between two surfaces."""

from __future__ import annotations

from typing import Any

import pytest

from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.diff import surface_diff
from dask_matrix.domain.surface.surface import Surface, Visibility
from tests.domain.surface.made_up import a_class, function, surface


def changes(before: Surface, after: Surface) -> list[tuple[str, str, str | None]]:
    """Return what turned, which name, and what it is now."""
    return [(each.turn.value, each.name, each.after) for each in surface_diff(before, after)]


def only(before: Surface, after: Surface) -> SurfaceChange:
    """Return the only change."""
    (found,) = surface_diff(before, after)
    return found


def test_equal_surfaces_have_no_changes() -> None:
    """Unknown modules included."""
    both = {"dask": {"get": function()}, "dask.config": "OSError"}
    assert changes(surface(both), surface(both)) == []


def test_a_name_that_is_nowhere_any_more_is_removed() -> None:
    """With the signature that it had."""
    found = only(surface({"dask": {"get": function(), "put": function()}}), surface({"dask": {"put": function()}}))
    assert (found.turn, found.kind, found.name, found.before) == (Turn.REMOVED, Kind.FUNCTION, "dask.get", "(x)")


def test_an_object_gone_from_several_places_is_one_change_named_by_the_most_public() -> None:
    """Its other places are told beside it."""
    before = surface({"dask": {"get": "dask.base.get"}, "dask.base": {"get": function()}})
    found = only(before, surface({"dask": {}, "dask.base": {}}))
    assert (found.name, found.also, found.visibility) == ("dask.get", ("dask.base.get",), Visibility.DOCUMENTED)


def test_a_name_that_is_importable_elsewhere_has_moved() -> None:
    """Even if its signature changed on the way."""
    before = surface({"dask.base": {"get": function()}})
    after = surface({"dask.base": {}, "dask.utils": {"get": function("(x, y=1)")}})
    assert changes(before, after) == [("moved", "dask.base.get", "dask.utils.get"), ("added", "dask.utils", None)]


def test_a_name_of_another_kind_is_no_place_to_move_to() -> None:
    """A class does not replace a function."""
    before = surface({"dask.base": {"get": function()}})
    after = surface({"dask.base": {}, "dask.utils": {"get": a_class()}})
    assert ("removed", "dask.base.get", None) in changes(before, after)


def test_a_name_that_was_elsewhere_all_along_is_no_place_to_move_to() -> None:
    """It is another object that has the same name."""
    other = {"get": function("(other)")}
    before = surface({"dask.base": {"get": function()}, "dask.utils": other})
    assert changes(before, surface({"dask.base": {}, "dask.utils": other})) == [("removed", "dask.base.get", None)]


def test_a_module_that_says_where_it_went_has_moved() -> None:
    """Its ImportError is no missing package."""
    after = surface({})
    after.modules["distributed.bokeh"] = {"unknown": {"exception": "ImportError", "moved": "distributed.dashboard"}}  # type: ignore[index]
    before = surface({"distributed.bokeh": {"run": function()}})
    assert ("moved", "distributed.bokeh", "distributed.dashboard") in changes(before, after)


@pytest.mark.parametrize("is_before", [True, False])
def test_nothing_is_said_of_a_module_that_one_side_could_not_import(is_before: bool) -> None:
    """A package may be missing on one side only."""
    known, unknown = surface({"dask.cupy": {"get": function()}}), surface({"dask.cupy": "No module named 'cupy'"})
    assert changes(*((unknown, known) if is_before else (known, unknown))) == []


def test_inherited_members_are_compared_as_users_call_them() -> None:
    """A member that moves to the class itself is still there; one lost with its base is gone."""
    base = {"base": "(self)", "old": "(self, a)"}
    before = surface(
        {"dask": {"Frame": a_class(("dask.base.Base",), own="(self)")}, "dask.base": {"Base": a_class(**base)}}
    )
    after = surface({"dask": {"Frame": a_class(own="(self)", base="(self)")}, "dask.base": {"Base": a_class(**base)}})
    assert changes(before, after) == [("removed", "dask.Frame.old", None)]


def test_members_of_another_project_are_neither_gone_nor_new() -> None:
    """They come with that project, or with Python."""
    before = surface({"dask": {"Frame": a_class(("abc.Mapping",))}}, foreign={"abc.Mapping": ["get", "keys"]})
    after = surface({"dask": {"Frame": a_class(("abc.Mapping",))}}, foreign={"abc.Mapping": ["keys"]})
    assert changes(before, after) == []


def test_a_class_that_another_one_replaces_at_its_place_is_compared_with_it() -> None:
    """As dask.dataframe.DataFrame at 2024.3.0, which is chosen at import."""
    before = surface({"dask": {"Frame": "dask.old.Frame"}, "dask.old": {"Frame": a_class(melt="(self)", sum="(self)")}})
    after = surface(
        {"dask": {"Frame": "dask_expr.Frame"}, "dask.old": {}, "dask_expr": {"Frame": a_class(sum="(self, axis=0)")}}
    )
    found = changes(before, after)
    assert ("removed", "dask.Frame.melt", None) in found
    assert ("widened", "dask.Frame.sum", "(self, axis=0)") in found


def test_a_call_that_no_longer_fits_says_what() -> None:
    """As Blockwise(dsk=...)."""
    found = only(
        surface({"dask": {"Blockwise": function("(dsk)")}}), surface({"dask": {"Blockwise": function("(task)")}})
    )
    assert (found.turn, found.detail, found.after) == (Turn.NARROWED, "no keyword dsk", "(task)")


def test_a_default_and_a_deprecation_are_told() -> None:
    """Both for the same function."""
    before = surface({"dask": {"get": function("(x, n=1)")}})
    after = surface({"dask": {"get": function("(x, n=2)", deprecated="use put")}})
    assert [(each.turn, each.detail) for each in surface_diff(before, after)] == [
        (Turn.DEFAULT_CHANGED, "n: 1 → 2"),
        (Turn.DEPRECATED, "use put"),
    ]


def test_settings_are_removed_renamed_and_get_other_defaults() -> None:
    """A new name is not told as an added key too."""

    def settings(renamed: dict[str, str | None], **defaults: Any) -> dict[str, Any]:
        told = {key: {"type": type(value).__name__, "value": value} for key, value in defaults.items()}
        return {"defaults": told, "renamed": renamed}

    before = surface(settings=settings({}, gone=1, old=2, kept=3))
    after = surface(settings=settings({"old": "new"}, new=2, kept=4, more=5))
    assert changes(before, after) == [
        ("removed", "gone", None),
        ("default-changed", "kept", "4"),
        ("added", "more", "5"),
        ("renamed", "old", "new"),
    ]


def test_commands_and_each_spelling_of_their_options_are_compared() -> None:
    """A lost spelling breaks a script."""

    def dask(*options: str, **commands: Any) -> dict[str, Any]:
        return {"options": {each: {"type": "text"} for each in options}, "commands": commands}

    before = surface(commands={"dask": dask("-v/--version", worker=dask("--nprocs/--nworkers")), "dask-mpi": dask()})
    after = surface(commands={"dask": dask("--version", worker=dask("--nworkers"))})
    assert changes(before, after) == [
        ("removed", "dask -v", None),
        ("removed", "dask worker --nprocs", None),
        ("removed", "dask-mpi", None),
    ]


@pytest.mark.parametrize(
    ("before", "after", "turn"),
    [
        ("numpy>=1.21", "numpy>=1.24", "raised"),
        ("numpy>=1.21", "numpy>=1.21,<3", "capped"),
        ("numpy>=1.24,<2", "numpy>=1.24", "loosened"),
        ("numpy", "", "removed"),
        ("", "numpy", "added"),
    ],
)
def test_requirements_turn_by_their_bounds(before: str, after: str, turn: str) -> None:
    """A higher lower bound, a lower upper one, or neither."""

    def asks(text: str) -> Surface:
        told = {"requires": [text] if text else [], "requires_python": ">=3.10"}
        return surface(distributions={"dask": told})

    assert only(asks(before), asks(after)).turn == turn


def test_a_python_that_is_no_longer_supported_is_a_raised_requirement() -> None:
    """The pins of Dask and distributed on each other are left out."""
    before, after = (
        surface(distributions={"dask": {"requires": ["distributed==1"], "requires_python": each}})
        for each in (">=3.9", ">=3.10")
    )
    found = only(before, after)
    assert (found.kind, found.turn, found.before, found.after) == (Kind.PYTHON, Turn.RAISED, ">=3.9", ">=3.10")


def test_handlers_of_servers_are_private_and_compared_by_their_calls() -> None:
    """A mixed cluster fails at them."""

    def server(**handlers: str) -> dict[str, Any]:
        told = {"routes": ["/health"], "metrics": {"names": []}, "handlers": handlers, "stream_handlers": {}}
        return {"scheduler": told, "worker": told}

    before, after = surface(servers=server(gather="(keys)")), surface(servers=server(gather="(keys, who)"))
    found = surface_diff(before, after)
    assert [(each.name, each.detail, each.visibility) for each in found] == [
        ("scheduler gather", "who must be given", Visibility.PRIVATE),
        ("worker gather", "who must be given", Visibility.PRIVATE),
    ]
