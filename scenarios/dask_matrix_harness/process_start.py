"""Start a scenario's process: a fork of this one, or a fresh interpreter."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Callable

from . import child, processes
from .evidence import Evidence
from .execution import Execution
from .spawn_request import SpawnRequest


def fork(execution: Execution, evidence: Evidence, prepare: Callable[[], None]) -> int:
    """Run an execution in a fork, after `prepare`; return the process id."""
    item = execution.scenario.item
    assert item is not None
    parent, pid = os.getpid(), processes.fork()
    if pid == 0:
        processes.die_with(parent)
        execution.channels.close_sources()
        child.run(item, evidence, execution.folder, execution.channels.sinks, prepare)
    return pid


def spawn(execution: Execution, job: Path, arguments: Sequence[str]) -> int:
    """Run an execution in a fresh interpreter; return the process id."""
    item = execution.scenario.item
    assert item is not None
    sinks = execution.channels.sinks
    request = SpawnRequest(
        str(job), item.nodeid, str(execution.folder.root), [*arguments, str(item.path)], sinks, os.getpid()
    )
    request_file = execution.folder.root / "single.json"
    request.save(request_file)
    for sink in sinks:
        os.set_inheritable(sink, True)  # noqa: FBT003 - its only argument
    command = [sys.executable, str(Path(__file__).parent), "--single", str(request_file)]
    return os.posix_spawn(sys.executable, command, os.environ)
