"""Chaos: `dask-matrix run` killed at random moments and started again must end with the records of an undisturbed run.

    python benchmarks/chaos.py [--kills 50] [--seed N] [--release V]... [-k EXPRESSION] [--prepared FOLDER]

Kills (SIGKILL) the command, or the session or harness below it, whichever chance picks, at a random moment; when all
kills are spent the run may end. Then compares which cells have results, their outcomes and fingerprints, looks for torn
lines, processes and temporary files left, and has `dask-matrix rebuild` give the same matrix. Exit code 0: all equal.
`--prepared` names a data folder whose locks, index, pytest and environments are used, so that only the runs are chaotic.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psutil
from soak import ROOT, TRACER, carriers

PREPARED = ("locks", "index", "pytest", "environments")


def main() -> int:
    """Disturb, compare, say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311 - no secret
    parser.add_argument("--release", action="append", dest="releases")
    parser.add_argument("-k", dest="expression", default="test_delayed or test_array or test_bag")
    parser.add_argument("--prepared", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        calm, chaotic = Path(folder) / "calm", Path(folder) / "chaotic"
        command = run_command(options)
        for data in (calm, chaotic):
            prepare(data, options.prepared or calm)
        tracer = uuid.uuid4().hex
        seconds = undisturbed(command, calm, tracer)
        print(f"undisturbed: {seconds:.1f} s, {len(cells(calm))} cells; seed {options.seed}", flush=True)
        kills = disturb(command, chaotic, tracer, options, seconds)
        seconds = undisturbed(command, chaotic, tracer)
        print(f"killed {kills} times, the last start took {seconds:.1f} s")
        return compare(calm, chaotic, tracer)


def run_command(options: argparse.Namespace) -> list[str]:
    """Return the run that is disturbed."""
    releases = options.releases or ["2025.2.0", "2025.4.0"]
    chosen = [word for release in releases for word in ("--release", release)]
    return [sys.executable, "-m", "dask_matrix", "run", *chosen, "-k", options.expression]


def prepare(data: Path, prepared: Path) -> None:
    """Make a data folder that shares what is no record."""
    data.mkdir(parents=True, exist_ok=True)
    for name in PREPARED if data != prepared else ():
        (prepared / name).mkdir(parents=True, exist_ok=True)
        (data / name).symlink_to(prepared / name)


def environ(data: Path, tracer: str) -> dict[str, str]:
    """Return the variables of a run in a data folder."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"DASK_MATRIX_DATA": str(data), TRACER: tracer}


def undisturbed(command: list[str], data: Path, tracer: str) -> float:
    """Run to the end; return the seconds it took."""
    start = time.monotonic()
    subprocess.run(command, cwd=ROOT, env=environ(data, tracer), check=True, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def disturb(command: list[str], data: Path, tracer: str, options: argparse.Namespace, seconds: float) -> int:
    """Start the run and kill it, again and again; return how often it was killed before it had ended."""
    chance, kills = random.Random(options.seed), 0  # noqa: S311 - no secret
    while kills < options.kills:
        process = subprocess.Popen(command, cwd=ROOT, env=environ(data, tracer), stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, seconds * 0.6))
        if process.poll() is None:
            kill_somebody(process.pid, chance)
            kills += 1
        elif kills < options.kills:
            forget_some(data, chance)
        process.wait()
    return kills


def kill_somebody(pid: int, chance: random.Random) -> None:
    """Kill the command itself, or one of the sessions and harnesses below it."""
    command = psutil.Process(pid)
    below = [each for each in command.children(recursive=True) if is_ours(each)]
    victim = chance.choice([command, command, *below])
    try:
        os.kill(victim.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def is_ours(process: psutil.Process) -> bool:
    """Whether a process is a session or a harness."""
    try:
        line = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return " nox " in line or "harness --job" in line


def forget_some(data: Path, chance: random.Random) -> None:
    """The run has ended before its kills were spent: lose one run's records, and with them the database."""
    runs = sorted((data / "records").iterdir())
    lost = chance.choice(runs)
    for path in lost.rglob("*"):
        path.unlink()
    lost.rmdir()
    for path in data.glob("matrix.sqlite*"):
        path.unlink()
    subprocess.run([sys.executable, "-m", "dask_matrix", "rebuild"], cwd=ROOT, env=environ(data, ""), check=False)


def cells(data: Path) -> dict[tuple[str, str], tuple[str, frozenset[str]]]:
    """Return for each cell its fingerprint and the outcomes that were recorded."""
    found: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}
    for path in sorted((data / "records").glob("*/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)  # a torn line ends this script, as it should
            if record["kind"] == "result":
                cell = (record["environment"], record["scenario"])
                outcomes = found[cell][1] if cell in found else frozenset()
                found[cell] = (record["fingerprint"], outcomes | {record["outcome"]})
    return found


def compare(calm: Path, chaotic: Path, tracer: str) -> int:
    """Say what differs; return the exit code."""
    expected, found = cells(calm), cells(chaotic)
    differing = {cell for cell in expected.keys() | found.keys() if expected.get(cell) != found.get(cell)}
    for cell in sorted(differing):
        print(f"differs: {cell}: {expected.get(cell)} undisturbed, {found.get(cell)} after the kills")
    before = shown(chaotic)
    subprocess.run([sys.executable, "-m", "dask_matrix", "rebuild"], cwd=ROOT, env=environ(chaotic, ""), check=True)
    left = [*carriers(tracer), *(str(path) for path in (chaotic / "scratch").glob("*"))]
    print(f"{len(expected)} cells, {len(differing)} differ; left behind: {left or 'nothing'}")
    print(f"the matrix made again from the records is {'the same' if shown(chaotic) == before else 'another'}")
    return 1 if differing or left or shown(chaotic) != before else 0


def shown(data: Path) -> str:
    """Return the matrix as JSON."""
    command = [sys.executable, "-m", "dask_matrix", "show", "--json"]
    asked = subprocess.run(command, cwd=ROOT, env=environ(data, ""), capture_output=True, text=True, check=True)
    return asked.stdout


if __name__ == "__main__":
    sys.exit(main())
