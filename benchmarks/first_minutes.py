"""Measures a newcomer's first minutes: a fresh clone, the README's first command, and the page filling.

    python benchmarks/first_minutes.py [--cold] [--port 8123]

Clones the present commit to a temporary folder, runs the command with an empty data folder (and, with --cold, empty
pip and uv caches), and asks the JSON until the default matrix is full. Prints seconds of wall-clock time since the
start of the command, and since its set-up had ended. Needs the network for the packages that are not cached.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 1800
"""Seconds until it is given up."""


def main() -> None:
    """Measure, print, and leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cold", action="store_true", help="empty pip and uv caches too")
    parser.add_argument("--port", type=int, default=8123)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "dask-matrix"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        measure(clone, environ(Path(folder), cold=options.cold), options.port)


def environ(folder: Path, *, cold: bool) -> dict[str, str]:
    """Return the variables of a user who has set nothing."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"}}
    caches = {"PIP_CACHE_DIR": str(folder / "pip"), "UV_CACHE_DIR": str(folder / "uv")} if cold else {}
    return kept | caches | {"DASK_MATRIX_DATA": str(folder / "data")}


def measure(clone: Path, variables: dict[str, str], port: int) -> None:
    """Run the README's first command in a clone and say when what was there."""
    start = time.monotonic()
    set_up = "python3 -m venv .venv && .venv/bin/pip install -q -e ."
    subprocess.run(["bash", "-c", set_up], cwd=clone, env=variables, check=True)
    ready = time.monotonic()
    print(f"set up                 {ready - start:6.1f} s", flush=True)
    command = [".venv/bin/nox", "-s", "up", "--", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=clone, env=variables, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        for what, reached in (
            ("the page answers", answers),
            ("the first full column", one_column),
            ("the whole matrix", full),
        ):
            wait(lambda test=reached: test(port), process)
            now = time.monotonic()
            print(f"{what:22} {now - start:6.1f} s, {now - ready:6.1f} s after the set-up", flush=True)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait()


def wait(reached: Any, process: subprocess.Popen[bytes]) -> None:
    """Wait for something while the command runs."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"not reached; the command ended with {process.poll()}")
        time.sleep(0.2)


def grid(port: int) -> Any:
    """Return the matrix, or None while there is no answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/matrix", timeout=10) as answer:
            return json.load(answer)
    except OSError:
        return None


def answers(port: int) -> bool:
    """Whether the server is up."""
    return grid(port) is not None


def tested(matrix: Any) -> list[bool]:
    """Return for each column whether it has a verdict in every row."""
    columns = zip(*matrix["cells"], strict=True) if matrix["cells"] else []
    return [" " not in column for column in columns]


def one_column(port: int) -> bool:
    """Whether an installable column is full."""
    matrix = grid(port)
    status = [each["status"] for each in matrix["environments"]]
    return any(done and each == "installable" for done, each in zip(tested(matrix), status, strict=False))


def full(port: int) -> bool:
    """Whether all ten columns of the default set are full."""
    matrix = grid(port)
    return len(matrix["environments"]) >= 10 and all(tested(matrix))  # noqa: PLR2004 - the set `quick`


if __name__ == "__main__":
    main()
