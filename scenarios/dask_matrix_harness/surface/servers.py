"""What a scheduler and a worker offer to others: HTTP routes, metrics, handlers with their parameters."""

from __future__ import annotations

import asyncio
import importlib
import os
import re
import urllib.request
from collections.abc import Iterator
from typing import Any

from .imports import explained
from .signatures import signature

_METRIC = re.compile(r"^# TYPE (\S+) ", re.MULTILINE)
_SECONDS = 20


def servers() -> dict[str, Any]:
    """`scheduler`, `worker` -> `routes`, `metrics`, `handlers`, `stream_handlers` (name -> signature); both on 127.0.0.1."""
    return asyncio.run(_started())


async def _started() -> dict[str, Any]:
    distributed: Any = importlib.import_module("distributed")
    here = {"host": "127.0.0.1", "port": 0, "dashboard_address": "127.0.0.1:0"}
    options = {"nthreads": 1, "local_directory": os.getcwd()}
    async with (
        distributed.Scheduler(**here, dashboard=True) as scheduler,
        distributed.Worker(scheduler.address, **here, **options) as worker,
    ):
        return {"scheduler": await _server(scheduler), "worker": await _server(worker)}


async def _server(server: Any) -> dict[str, Any]:
    return {
        "routes": sorted(set(_routes(server.http_application))),
        "metrics": await asyncio.to_thread(_metrics, server.http_server.port),
        "handlers": _handlers(server.handlers),
        "stream_handlers": _handlers(server.stream_handlers),
    }


def _handlers(handlers: dict[str, Any]) -> dict[str, str | None]:
    return {str(name): _without_self(handler) for name, handler in sorted(handlers.items())}


def _without_self(handler: Any) -> str | None:
    text = signature(getattr(handler, "__func__", handler))
    return re.sub(r"^\(self(, )?", "(", text) if text else text


def _routes(application: Any) -> Iterator[str]:
    """The paths of an application of Tornado's as patterns, and of the dashboard's, which it falls back on."""
    for inner in application.applications:
        yield from getattr(inner, "app_paths", ())
    for router in (application.wildcard_router, application.default_router):
        yield from _patterns(router)


def _patterns(router: Any) -> Iterator[str]:
    for rule in router.rules:
        if hasattr(rule.matcher, "regex"):
            yield rule.matcher.regex.pattern.rstrip("$")
        if hasattr(rule.target, "rules"):
            yield from _patterns(rule.target)


def _metrics(port: int) -> dict[str, Any]:
    """The names of the Prometheus metrics; `unknown` without prometheus-client."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=_SECONDS) as answer:
            return {"names": sorted(set(_METRIC.findall(answer.read().decode())))}
    except OSError as problem:
        return {"unknown": explained(problem)}
