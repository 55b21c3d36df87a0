"""What one change is about, as it is on any surface: to find where on the way it happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.names import Name, Unknown, look_up
from dask_matrix.domain.surface.requirements import requirements
from dask_matrix.domain.surface.surface import Surface

UNKNOWN = object()
"""The surface does not tell."""
_SIGNATURES = frozenset({Turn.NARROWED, Turn.WIDENED, Turn.DEFAULT_CHANGED})


def aspect(surface: Surface, change: SurfaceChange) -> Any:
    """Return whether a name is there, its signature, whether it is deprecated, …: what the change turned; or UNKNOWN."""
    if change.kind is Kind.SETTING:
        return surface.part("settings").get("defaults", {}).get(change.name, {}).get("value", "missing")
    if change.kind in (Kind.REQUIREMENT, Kind.PYTHON):
        return _requirement(surface, change)
    if change.kind in (Kind.COMMAND, Kind.OPTION):
        return _command(surface, change.name.split(" "))
    if change.kind in (Kind.ROUTE, Kind.METRIC, Kind.HANDLER):
        return _of_server(surface, *change.name.split(" ", 1))
    return _of_name(look_up(surface, change.name), change.turn)


def _of_name(name: Name | Unknown | None, turn: Turn) -> Any:
    if isinstance(name, Unknown):
        return UNKNOWN
    if turn is Turn.DEPRECATED:
        return name is not None and bool(name.deprecated)
    return name and (name.kind, name.signature) if turn in _SIGNATURES else name is not None


def _requirement(surface: Surface, change: SurfaceChange) -> Any:
    told = surface.part("distributions").get(change.project)
    if told is None or "unknown" in told:
        return UNKNOWN
    return told.get("requires_python") if change.kind is Kind.PYTHON else requirements(told).get(change.name)


def _command(surface: Surface, words: Iterable[str]) -> Any:
    """Whether a command is there, or the default of an option."""
    node: Any = {"commands": surface.part("commands")}
    for word in words:
        if "unknown" in node:
            return UNKNOWN
        options = {each: told for names, told in node.get("options", {}).items() for each in names.split("/")}
        if word in options:
            return options[word].get("default", "none")
        node = node.get("commands", {}).get(word)
        if node is None:
            return None
    return "there"


def _of_server(surface: Surface, server: str, name: str) -> Any:
    told = surface.part("servers").get(server)
    if told is None:
        return UNKNOWN
    handlers = told.get("handlers", {}).get(name, told.get("stream_handlers", {}).get(name))
    return handlers, name in told.get("routes", ()), name in told.get("metrics", {}).get("names", ())
