"""A surface that passes validation is one that every reader can show."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from dask_matrix.domain.records.records import Rejection, SurfaceRecord, parse
from dask_matrix.domain.surface.answer import SurfaceAnswer
from dask_matrix.domain.surface.change import Narrowing
from dask_matrix.domain.surface.comparison import compare
from dask_matrix.domain.surface.surface import Surface
from tests.domain.surface.made_up import timeline
from tests.record_lines import HEAD, SURFACE


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the content with a value at a path."""
    content: dict[str, Any] = copy.deepcopy(SURFACE)
    *way, last = path.split("/")
    node = content
    for name in way:
        node = node[name]
    node[last] = value
    return content


def parsed(content: Any) -> Any:
    """Return what becomes of a line."""
    return parse(json.dumps(HEAD | {"kind": "surface", "id": "s", "content": content}).encode())


def test_what_was_observed_is_kept_as_it_was() -> None:
    """Also in a line that is written again."""
    record = parsed(SURFACE)
    assert isinstance(record, SurfaceRecord)
    assert record.content.kept() == SURFACE
    assert json.loads(record.encode())["content"] == SURFACE


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("objects/dask.config.get/signature", "(x"),
        ("objects/dask.config.get/signature", 5),
        ("objects/dask.config.get/kind", "banana"),
        ("objects/dask.delayed.Delayed/mro", 5),
        ("objects/dask.delayed.Delayed/members", {"m": "weird"}),
        ("modules/dask/names", "hostile"),
        ("modules/dask/names", {"x" * 400: ""}),
        ("modules/distributed.protocol.cupy/unknown", {}),
        ("modules/distributed.protocol.cupy/unknown", "x"),
        ("settings", "none"),
        ("commands/dask/options", {"--x": 5}),
        ("servers", {"nanny": {}}),
        ("foreign", {"a": 5}),
        ("modules", None),
    ],
)
def test_a_malformed_surface_is_rejected(path: str, value: Any) -> None:
    """With the field that is wrong."""
    found = parsed(changed(path, value))
    assert isinstance(found, Rejection)
    assert path.split("/", maxsplit=1)[0] in found.reason


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("distributions/dask/requires_python", "banana"),
        ("distributions/dask/requires", ["a===foo", "not a requirement!", "click>=9"]),
        ("objects/dask.delayed.Delayed/deprecated_members", {"gone": "soon"}),
        ("objects/dask.delayed.Delayed/members", {}),
        ("objects/dask.delayed.delayed/kind", "class"),
        ("settings/defaults/scheduler", {"type": "dict", "value": {}}),
        ("settings/defaults", {}),
        ("commands", {}),
        ("servers", {"scheduler": {"handlers": {}}}),
        ("modules/dask/names", {}),
        ("commands/dask", {"unknown": {"exception": "x"}}),
        ("distributions", {"unknown": {"exception": "x"}}),
    ],
)
def test_a_surface_that_is_accepted_can_be_compared_both_ways(path: str, value: Any) -> None:
    """Whatever its parts say."""
    record = parsed(changed(path, value))
    assert isinstance(record, SurfaceRecord)
    sides = Surface(SURFACE), Surface(record.content.kept())
    for before, after in (sides, reversed(sides)):
        both = timeline(v2025_1_0=before, v2025_2_0=after, v2025_3_0=after)
        found = compare(both, "2025.1.0", "2025.3.0", Narrowing(private=True, added=True))
        assert SurfaceAnswer.of(found).model_dump_json()
