"""Runs in a target environment: the CPU seconds that importing Dask and the scenarios themselves take, nothing else.

    PYTHON floor.py SCENARIOS NODES_FILE

Prints JSON: ``imports`` (the modules of matrix.toml, imported once) and ``bodies`` (setup, call and teardown of every
test, each run twice in this one process, the second time counted; child processes included).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

IMPORTS = ("dask", "dask.array", "dask.bag", "dask.dataframe", "dask.delayed", "distributed")


def cpu() -> float:
    """CPU seconds of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Meter:
    """A pytest plugin that runs every test twice."""

    def __init__(self) -> None:
        self.bodies = 0.0

    def pytest_runtest_protocol(self, item: object, nextitem: object) -> bool:
        """Run it once to have everything warm, then measure it."""
        from _pytest.runner import runtestprotocol  # noqa: PLC0415 - after what is measured

        runtestprotocol(item, nextitem=item, log=False)
        item._initrequest()  # noqa: SLF001 - as plugins that run a test again do
        start = cpu()
        runtestprotocol(item, nextitem=nextitem, log=False)
        self.bodies += cpu() - start
        return True


def main() -> None:
    """Import, run, print."""
    start = cpu()
    for name in IMPORTS:
        __import__(name)
    imports = cpu() - start
    import pytest  # noqa: PLC0415 - after what is measured

    scenarios, nodes = sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8").split()
    os.chdir(scenarios)
    meter, shown = Meter(), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    pytest.main(["-q", "-p", "no:cacheprovider", "--import-mode=append", *nodes], plugins=[meter])
    os.write(shown, json.dumps({"imports": imports, "bodies": meter.bodies}).encode())


if __name__ == "__main__":
    main()
