"""What broke downstream projects most is told by the surfaces that ship, each with its releases."""

from __future__ import annotations

import lzma
import re
from pathlib import Path

import pytest

from dask_matrix import places
from dask_matrix.domain.surface.change import Narrowing, Turn
from dask_matrix.domain.surface.comparison import compare
from dask_matrix.domain.surface.names import Name, known_history
from dask_matrix.domain.surface.timeline import Timeline
from dask_matrix.store.snapshots.surfaces import MAX_SIZE, SURFACES, load


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    """Return the surfaces that ship."""
    return load(places.bundled("snapshot"), tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize(
    ("name", "last", "first"),
    [
        ("dask.base.collections_to_dsk", "2025.3.1", "2025.4.0"),
        ("dask.core._execute_task", "2024.10.0", "2024.11.1"),
        ("dask.compatibility", "2024.5.2", "2024.6.0"),
        ("distributed.Client.register_worker_plugin", "2026.3.0", "2026.6.0"),
        ("dask.dataframe.DataFrame.applymap", "2024.2.1", "2024.3.0"),
        ("distributed.Pub", "2025.3.1", "2025.4.0"),
    ],
)
def test_a_name_that_is_gone_is_told_with_its_last_release(shipped: Timeline, name: str, last: str, first: str) -> None:
    """And with the first that lacks it."""
    main = [each for each in known_history(shipped, name).stretches if each.columns[0].is_main]
    *_, before, after = main
    assert isinstance(before.name, Name)
    assert after.name is None
    assert (before.columns[-1].label, after.columns[0].label) == (last, first)
    (turned,) = [
        each
        for each in compare(shipped, "2022.12.0", "latest", Narrowing((name,))).turned
        if name in (each.change.name, *each.change.also) and each.change.turn in (Turn.REMOVED, Turn.MOVED)
    ]
    assert (turned.last_before.label, turned.first_after.label) == (last, first)


def test_a_keyword_that_is_gone_is_told(shipped: Timeline) -> None:
    """`Blockwise(dsk=)` is `Blockwise(task=)` now."""
    found = compare(shipped, "2024.11.2", "2024.12.0", Narrowing(("dask.blockwise.Blockwise",))).turned
    (change,) = [
        each.change for each in found if each.change.turn is Turn.NARROWED and each.change.name.endswith("Blockwise")
    ]
    assert change.detail.startswith("no keyword dsk")


def test_the_surfaces_are_small_and_name_no_folder_of_a_machine() -> None:
    """1.5 MB at most, for all releases."""
    path: Path = places.bundled("snapshot") / SURFACES
    assert path.stat().st_size <= MAX_SIZE
    text = lzma.decompress(path.read_bytes()).decode()
    assert not re.findall(r"/(?:tmp|root|home)/[\w./-]+", text)


def test_a_view_of_a_column_is_its_surface(shipped: Timeline) -> None:
    """Of a real release."""
    index = len(shipped.columns) - 1
    view, whole = shipped.view(index), shipped.surface(index)
    assert set(view.objects) == set(whole.objects)
    assert (
        dict(view.objects["distributed.client.Client"]["members"])
        == whole.objects["distributed.client.Client"]["members"]
    )
