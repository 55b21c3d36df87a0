"""A soak: the scenario set many times in random order, with other work on every core; nothing may waver or be left.

    python benchmarks/soak.py [--release 2025.2.0] [--rounds 200] [--data FOLDER] [-k EXPRESSION]

Runs `dask-matrix run --verify ROUNDS` beside a process per core that burns half of its time, prints every scenario whose
outcome was not always the same, and what is left of the run: processes, listening ports of theirs, temporary files.
Exit code 0: nothing of either kind.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
TRACER = "DASK_MATRIX_SOAK"
SLICE = 0.05
"""Seconds of work, and of rest after it, of a process that burns."""


def main() -> int:
    """Soak, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--release", default="2025.2.0")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--data", type=Path, help="a data folder to use and keep")
    parser.add_argument("-k", dest="expression", default="")
    options = parser.parse_args()
    burners = [multiprocessing.Process(target=burn, daemon=True) for _ in range(os.cpu_count() or 1)]
    for burner in burners:
        burner.start()
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or Path(folder)
        tracer = uuid.uuid4().hex
        code = soak(data, tracer, options)
        left = [*carriers(tracer), *(str(path) for path in (data / "scratch").glob("*"))]
    for burner in burners:
        burner.kill()
    print(f"left behind: {left or 'nothing'}")
    return 1 if left else code


def soak(data: Path, tracer: str, options: argparse.Namespace) -> int:
    """Run, with what was started recognisable; return the exit code."""
    command = [
        sys.executable,
        "-m",
        "dask_matrix",
        "run",
        "--verify",
        str(options.rounds),
        "--release",
        options.release,
    ]
    command += ["-k", options.expression] if options.expression else []
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environ |= {"DASK_MATRIX_DATA": str(data), TRACER: tracer}
    return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode


def carriers(tracer: str) -> list[str]:
    """Return the command lines of living processes that come from this run, with the ports they listen on."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(TRACER) == tracer:
                ports = [each.laddr.port for each in process.net_connections() if each.status == psutil.CONN_LISTEN]
                found.append(f"{process.pid} {' '.join(process.cmdline())} {ports}")
        except psutil.Error:
            continue
    return found


def burn() -> None:
    """Work and rest in turn, for ever."""
    while True:
        until = time.monotonic() + SLICE
        while time.monotonic() < until:
            pass
        time.sleep(SLICE)


if __name__ == "__main__":
    sys.exit(main())
