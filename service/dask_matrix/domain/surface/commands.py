"""Compare the command lines of two surfaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.surface import Surface, Visibility


def changes(before: Surface, after: Surface) -> Iterator[SurfaceChange]:
    """Return the console scripts, sub-commands and options that are gone, new, or have another default."""
    old, new = (surface.part("commands") for surface in (before, after))
    if "unknown" not in old and "unknown" not in new:
        yield from _of_commands(old, new, "", (before, after))


def _of_commands(
    old: Mapping[str, Any], new: Mapping[str, Any], prefix: str, sides: tuple[Surface, Surface]
) -> Iterator[SurfaceChange]:
    for name in sorted(old.keys() | new.keys()):
        command = f"{prefix}{name}"
        if name not in new:
            yield _change(Turn.REMOVED, Kind.COMMAND, command, sides[0])
        elif name not in old:
            yield _change(Turn.ADDED, Kind.COMMAND, command, sides[1])
        elif "unknown" not in old[name] and "unknown" not in new[name]:
            yield from _of_options(old[name].get("options", {}), new[name].get("options", {}), command, sides)
            inner, inner_new = (each.get("commands", {}) for each in (old[name], new[name]))
            yield from _of_commands(inner, inner_new, f"{command} ", sides)


def _of_options(
    old: Mapping[str, Any], new: Mapping[str, Any], command: str, sides: tuple[Surface, Surface]
) -> Iterator[SurfaceChange]:
    """An option is the same if a spelling is: ``--nworkers/--n-workers`` that loses one of them lost an option."""
    was, now = ({word: told for words, told in each.items() for word in words.split("/")} for each in (old, new))
    for word in sorted(was.keys() - now.keys()):
        yield _change(Turn.REMOVED, Kind.OPTION, f"{command} {word}", sides[0])
    for word in sorted(now.keys() - was.keys()):
        yield _change(Turn.ADDED, Kind.OPTION, f"{command} {word}", sides[1])
    for word in sorted(was.keys() & now.keys()):
        before, after = (each[word].get("default", "none") for each in (was, now))
        if before != after:
            yield _change(Turn.DEFAULT_CHANGED, Kind.OPTION, f"{command} {word}", sides[1], before, after)


def _change(
    turn: Turn, kind: Kind, name: str, side: Surface, before: str | None = None, after: str | None = None
) -> SurfaceChange:
    script = name.partition(" ")[0]
    owners = (
        project
        for project, told in side.part("distributions").items()
        if script in told.get("entry_points", {}).get("console_scripts", {})
    )
    return SurfaceChange(turn, kind, name, next(owners, "dask"), Visibility.DOCUMENTED, before, after)
