"""Import once, before any fork, what Dask imports only when a cluster starts: else every child that starts one pays.

Which modules these are differs by release, so a throw-away fork starts a cluster and tells. Only those are imported
here whose import nobody could notice: a warning or a log line of a first import belongs to the scenario that sees it.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import select
import sys
import threading
import time
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Callable

import pytest
from _pytest.tmpdir import get_user

from . import processes
from .scenario import Scenario

#: Fewest scenarios with a cluster for which it saves time: finding out costs as much as about eleven of them save.
WORTHWHILE = 12
#: Names in the code of a scenario, or of a fixture of it, that starts a cluster.
_CLUSTERS = {"Client", "LocalCluster"}
#: Seconds after which a fork that has not answered is killed: as long as a scenario has.
PATIENCE = 60.0


def import_what_clusters_import(scenarios: Sequence[Scenario], scratch: Path) -> None:
    """Import it if enough of `scenarios` start a cluster. `scratch` is a folder, for a while."""
    if "distributed" in sys.modules and sum(_starts_cluster(each.item) for each in scenarios) >= WORTHWHILE:
        scratch.mkdir(parents=True, exist_ok=True)
        for name in _unnoticed(_answer_of_fork(lambda: _imported_by_cluster(scratch), scratch) or [], scratch):
            importlib.import_module(name)


def _starts_cluster(item: pytest.Item | None) -> bool:
    fixtures = getattr(item, "_fixtureinfo", None)
    given = fixtures.name2fixturedefs.values() if fixtures is not None else ()
    functions = [getattr(item, "function", None), *(each.func for several in given for each in several)]
    return any(_CLUSTERS & set(getattr(getattr(each, "__code__", None), "co_names", ())) for each in functions)


def _imported_by_cluster(scratch: Path) -> list[str]:
    """Start and close a cluster as small as those of scenarios, which also ask pytest for a folder; what that imports."""
    before = set(sys.modules)
    distributed = sys.modules["distributed"]
    get_user()
    nowhere: dict[str, Any] = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}
    one: dict[str, Any] = {"n_workers": 1, "threads_per_worker": 1, "processes": False}
    with (
        distributed.LocalCluster(**one, **nowhere, local_directory=str(scratch)) as cluster,
        distributed.Client(cluster),
    ):
        return [name for name in sys.modules if name not in before]


def _unnoticed(names: list[str], scratch: Path) -> list[str]:
    """Those of `names` that can be imported without a trace, as one more fork has confirmed for all together."""
    noticed = _answer_of_fork(lambda: _noticed(names), scratch) if names else []
    if noticed is None:
        return []
    return _unnoticed([name for name in names if name not in noticed], scratch) if noticed else names


def _noticed(names: Iterable[str]) -> list[str]:
    """The first of `names` whose import leaves more than modules, with all that it imports; empty if there is none."""
    logging.getLogger().addHandler(logging.StreamHandler())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name in names:
            modules, state = set(sys.modules), _state(caught)
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001 - whatever it is, a scenario would see it
                return [name]
            if _state(caught) != state:
                return [name, *set(sys.modules).difference(modules)]
    return []


def _state(caught: Sequence[object]) -> tuple[object, ...]:
    """What imports may change beside modules: output, warnings, threads, environment, path, Dask's configuration."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    threads = (threading.active_count(), len(processes.listed("/proc/self/task")))
    settings = repr(getattr(sys.modules.get("dask.config"), "config", None))
    return (os.fstat(1).st_size, len(caught), threads, dict(os.environ), list(sys.path), warnings.filters[:], settings)


def _answer_of_fork(question: Callable[[], list[str]], scratch: Path) -> list[str] | None:
    """What `question` returns in a fork of this process; None if it fails or takes longer than `PATIENCE`."""
    source, sink = os.pipe()
    parent, pid = os.getpid(), processes.fork()
    if pid == 0:
        _answer(question, parent, sink, scratch)
    os.close(sink)
    try:
        text = _read(source, time.monotonic() + PATIENCE)
        return json.loads(text) if text else None
    finally:
        os.close(source)
        processes.kill_group(pid)
        processes.kill(pid)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _answer(question: Callable[[], list[str]], parent: int, sink: int, scratch: Path) -> None:
    """In the fork: write the answer as JSON, nothing if it fails, and end. The output goes to a file."""
    with suppress(BaseException):
        os.setsid()
        processes.die_with(parent)
        output = os.open(scratch / "output", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for descriptor in (1, 2):
            os.dup2(output, descriptor)
        os.write(sink, json.dumps(question()).encode())
    os._exit(0)


def _read(source: int, deadline: float) -> bytes:
    """All that comes before the end; nothing if that does not come before the `deadline`."""
    parts: list[bytes] = []
    while select.select([source], [], [], max(0.0, deadline - time.monotonic()))[0]:
        part = os.read(source, 65536)
        if not part:
            return b"".join(parts)
        parts.append(part)
    return b""
