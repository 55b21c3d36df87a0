"""Compare the settings of two surfaces: keys of Dask's configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.surface import Surface, Visibility


def changes(before: Surface, after: Surface) -> Iterator[SurfaceChange]:
    """Return the settings that are gone, renamed or new, and those with another default."""
    old, new = (surface.part("settings") for surface in (before, after))
    if "unknown" in old or "unknown" in new:
        return
    was, now, renamed = old.get("defaults", {}), new.get("defaults", {}), new.get("renamed", {})
    for key in sorted(was.keys() - now.keys()):
        turn = Turn.RENAMED if renamed.get(key) else Turn.REMOVED
        yield _change(turn, key, before=_text(was[key]), after=renamed.get(key))
    for key in sorted(now.keys() - was.keys() - {each for each in renamed.values() if each}):
        yield _change(Turn.ADDED, key, after=_text(now[key]))
    for key in sorted(was.keys() & now.keys()):
        if was[key] != now[key]:
            yield _change(Turn.DEFAULT_CHANGED, key, before=_text(was[key]), after=_text(now[key]))


def _change(turn: Turn, key: str, *, before: str | None = None, after: str | None = None) -> SurfaceChange:
    project = "distributed" if key.startswith(("distributed.", "scheduler.", "worker.")) else "dask"
    return SurfaceChange(turn, Kind.SETTING, key, project, Visibility.DOCUMENTED, before, after)


def _text(setting: Mapping[str, Any]) -> str:
    return json.dumps(setting["value"])
