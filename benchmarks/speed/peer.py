"""An earlier build of ours as a contender: a whole run of its own scenario set, by it and by this build in turns."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uv import find_uv_bin

from speed.contenders import ROOT, clean_environ
from speed.meter import Measured, measure

PASSES = {"with confirmations": (), "without": ("--no-retries",)}
WARM = ("-k", "test_blocks", "--no-retries")
"""What installs and compiles everything before anything is measured."""


@dataclass(frozen=True)
class Build:
    """One of the two: its command, and the folder in which its data folder is. ``scenarios`` is the set of the peer."""

    name: str
    command: tuple[str, ...]
    folder: Path
    scenarios: Path
    release: str

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / f"data-{self.name}"

    def run(self, *options: str) -> tuple[Measured, dict[str, list[str]]]:
        """Run everything as for the first time, but installed; return the measure, and the outcomes by scenario in order."""
        for path in [*self.data.glob("records"), *self.data.glob("matrix.sqlite*")]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        which = ["--release", self.release, "--lane", "as-released", "--scenarios", str(self.scenarios)]
        measured = measure(
            [*self.command, "run", *which, *options],
            cwd=self.folder,
            environ=clean_environ(DASK_MATRIX_DATA=str(self.data)),
            log=self.folder / "log.txt",
            records=self.data / "records",
        )
        return measured, _outcomes(self.data)


@contextmanager
def checked_out(ref: str, folder: Path) -> Iterator[Path]:
    """Check out and install a git ref in a folder of its own; yield the folder of the checkout."""
    checkout = folder / "peer"
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(checkout), ref], check=True)
    try:
        environ = clean_environ()
        uv = [find_uv_bin(), "--quiet"]
        subprocess.run([*uv, "venv", "--python", sys.executable, str(folder / "venv")], check=True, env=environ)
        install = [*uv, "pip", "install", "--python", str(folder / "venv" / "bin" / "python"), "-e", str(checkout)]
        subprocess.run(install, check=True, env=environ)
        yield checkout
    finally:
        subprocess.run([*git, "remove", "--force", str(checkout)], check=True)


def compare(ref: str, folder: Path, release: str, rounds: int, expression: str = "") -> dict[str, Any]:
    """Let both do the same work in turns; return medians by pass and build, their ratios, and scenarios that differ."""
    with checked_out(ref, folder) as checkout:
        peer = (str(folder / "venv" / "bin" / "dask-matrix"),)
        ours = (sys.executable, "-m", "dask_matrix")
        builds = [
            Build(name, command, folder, checkout / "scenarios", release)
            for name, command in (("peer", peer), ("ours", ours))
        ]
        for build in builds:
            build.run(*WARM)
        only = ("-k", expression) if expression else ()
        return {name: _compared(builds, (*options, *only), rounds) for name, options in PASSES.items()}


def _compared(builds: list[Build], options: tuple[str, ...], rounds: int) -> dict[str, Any]:
    measured: dict[str, list[Measured]] = defaultdict(list)
    seen: dict[str, dict[str, list[str]]] = {}
    for _ in range(rounds):
        for build in builds:
            result, seen[build.name] = build.run(*options)
            measured[build.name].append(result)
            print(f"{build.name} {options}: {result.seconds:.1f} s, {result.cpu:.1f} s CPU", file=sys.stderr)
    medians = {
        name: {field: statistics.median(getattr(each, field) for each in found) for field in ("seconds", "cpu")}
        for name, found in measured.items()
    }
    return {
        **medians,
        "ratio": {field: round(medians["peer"][field] / medians["ours"][field], 2) for field in ("seconds", "cpu")},
        "busy": {name: found[-1].busy for name, found in measured.items()},
        "scenarios": {name: len(each) for name, each in seen.items()},
        "first executions that differ": _differing(seen, lambda outcomes: outcomes[0]),
        "verdicts that differ": _differing(seen, lambda outcomes: sorted(set(outcomes))),
    }


def _differing(seen: dict[str, dict[str, list[str]]], view: Any) -> list[str]:
    ours, peer = seen["ours"], seen["peer"]
    return sorted(
        name
        for name in ours.keys() | peer.keys()
        if name not in ours or name not in peer or view(ours[name]) != view(peer[name])
    )


def _outcomes(data: Path) -> dict[str, list[str]]:
    """Return the outcomes of each scenario, by attempt. A verdict follows from them."""
    records = (json.loads(line) for path in data.glob("records/*/*.jsonl") for line in path.open(encoding="utf-8"))
    found: dict[str, list[str]] = defaultdict(list)
    for result in sorted((each for each in records if each["kind"] == "result"), key=lambda each: each["attempt"]):
        found[result["scenario"]].append(result["outcome"])
    return found
