"""The command without the time that its imports take: forked for each call from a process that has them done.

What a test starts through it is a process of its own, with its own arguments, variables, folder, output and exit code. It
begins where the installed program does.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import pkgutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("dask-matrix")
NOT_IMPORTED = ("__main__", "nox_sessions", "migrations")
"""Parts of dask-matrix that another program imports, or runs."""


class ForkServer:
    """Runs commands one after another, each in a fork of its process, which ends when this one does."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        command = [sys.executable, "-P", __file__]
        self._lock = threading.Lock()
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)

    def run(
        self, arguments: Sequence[str], environ: Mapping[str, str], cwd: Path | None, timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run the command; return its exit code and output. Raises TimeoutExpired, after it has killed it."""
        command = [str(PROGRAM), *arguments]
        sys.audit("subprocess.Popen", command[0], command, cwd, environ)  # --quick skips what starts a process
        with self._lock, tempfile.TemporaryDirectory() as folder:
            output = [Path(folder, "stdout"), Path(folder, "stderr")]
            called = {"command": command, "environ": dict(environ), "cwd": str(cwd or Path.cwd())}
            code = self._ask({"timeout": timeout, "called": {**called, "files": [str(path) for path in output]}})
            if code is None:
                raise subprocess.TimeoutExpired(command, timeout)
            return subprocess.CompletedProcess(command, code, *(path.read_text() for path in output))

    def close(self) -> None:
        """End its process."""
        self._process.communicate()

    def _ask(self, request: dict[str, Any]) -> int | None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(request)}\n")
        self._process.stdin.flush()
        answer: int | None = json.loads(self._process.stdout.readline())
        return answer


def serve() -> None:
    """Fork for each line of the input, and answer it with the exit code: that of `subprocess`, or null after the timeout."""
    import_everything()
    for line in sys.stdin:
        request = json.loads(line)
        fork = multiprocessing.get_context("fork").Process(target=call, kwargs=request["called"])
        fork.start()
        fork.join(request["timeout"])
        print(json.dumps(fork.exitcode), flush=True)
        fork.kill()
        fork.join()


def import_everything() -> None:
    """Import all of dask-matrix, and leave what is there then alone in every later garbage collection."""
    package = import_module("dask_matrix")
    for module in pkgutil.walk_packages(package.__path__, "dask_matrix."):
        if not any(part in NOT_IMPORTED for part in module.name.split(".")):
            import_module(module.name)
    gc.freeze()


def call(command: list[str], environ: dict[str, str], cwd: str, files: list[str]) -> None:
    """Make this process that of a command, whose output goes to files."""
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(cwd)
    for number, name in enumerate(files, 1):
        opened = os.open(name, os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = command
    import_module("dask_matrix.__main__").main()


if __name__ == "__main__":
    serve()
