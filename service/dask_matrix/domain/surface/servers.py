"""Compare what the scheduler and the workers of two surfaces offer: routes, metrics, handlers."""

from __future__ import annotations

from collections.abc import Iterator

from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.signature_changes import signature_changes
from dask_matrix.domain.surface.surface import Surface, Visibility

SERVERS = ("scheduler", "worker")


def changes(before: Surface, after: Surface) -> Iterator[SurfaceChange]:
    """Return the routes, metrics and handlers that are gone or new, and the handlers that take other arguments."""
    for server in SERVERS:
        yield from _of_lists(before, after, server, Kind.ROUTE)
        yield from _of_lists(before, after, server, Kind.METRIC)
        for handlers in ("handlers", "stream_handlers"):
            yield from _of_handlers(before, after, server, handlers)


def _of_lists(before: Surface, after: Surface, server: str, kind: Kind) -> Iterator[SurfaceChange]:
    old, new = (_listed(each, server, kind) for each in (before, after))
    if old is None or new is None:
        return
    visibility = Visibility.PUBLIC if kind is Kind.ROUTE else Visibility.DOCUMENTED
    for name in sorted(old - new):
        yield SurfaceChange(Turn.REMOVED, kind, f"{server} {name}", "distributed", visibility)
    for name in sorted(new - old):
        yield SurfaceChange(Turn.ADDED, kind, f"{server} {name}", "distributed", visibility)


def _listed(surface: Surface, server: str, kind: Kind) -> set[str] | None:
    """Return the routes or the metrics of a server; None if they are unknown."""
    told = surface.part("servers").get(server)
    if told is None:
        return None
    if kind is Kind.ROUTE:
        return set(told.get("routes", ()))
    metrics = told.get("metrics", {})
    return None if "unknown" in metrics else set(metrics.get("names", ()))


def _of_handlers(before: Surface, after: Surface, server: str, handlers: str) -> Iterator[SurfaceChange]:
    """Handlers are what servers call each other by: private to Dask, and what a mixed cluster fails at."""
    old, new = (each.part("servers").get(server, {}).get(handlers) for each in (before, after))
    if old is None or new is None:
        return
    for name in sorted(old.keys() | new.keys()):
        dotted = f"{server} {name}"
        if name not in new or name not in old:
            turn = Turn.ADDED if name in new else Turn.REMOVED
            sides = old.get(name), new.get(name)
            yield SurfaceChange(turn, Kind.HANDLER, dotted, "distributed", Visibility.PRIVATE, *sides)
        else:
            yield from signature_changes(old[name], new[name], Kind.HANDLER, dotted, Visibility.PRIVATE)
