"""Measures the harness against others, side by side in one run, and against what cannot be saved.

    python benchmarks/run_speed.py [--releases N] [--scenarios N] [--skip NAME]... [--out FOLDER]
    python benchmarks/run_speed.py --against REF [--rounds N] [--release V] [--only EXPR] [--out FOLDER]

With --against, only this build and the one of a git ref are compared, in turns: a whole run of that ref's scenario set
on one release, installed before, with and without confirmations. Writes FOLDER/run_speed_against.json.

Everybody does the same work: scenarios of the futures area on some releases, from the same locks, with warm download
caches and no environment made yet. Prints the ratios, writes FOLDER/run_speed.json and a picture, FOLDER/run_speed.svg.
Needs `pip install -e '.[benchmarks]'`, the package index, and a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from speed import contenders, harness_alone, peer
from speed.contenders import ROOT, Work, clean_environ
from speed.meter import Measured

RELEASES = ["2024.8.0", "2024.12.1", "2025.2.0", "2025.4.0", "2025.11.0", "2026.3.0"]
PYTHON = "3.11"
TARGETS = {"each": 12.0, "all": 1.0, "asv": 5.0, "floor": 1.3}
"""How many times our seconds the others should take at least; how many times the floor's we may take."""
NAMES = {
    "ours": "dask-matrix run",
    "again": "dask-matrix run --again (everything installed)",
    "each": "nox + pip, a pytest process per scenario",
    "all": "nox + uv, one plain pytest per environment",
    "asv": "asv run",
    "floor": "the floor: imports and bodies only, over all cores",
}


def main() -> None:
    """Measure, print, write."""
    options = _options()
    if options.against:
        _against(options)
        return
    with tempfile.TemporaryDirectory(prefix="run-speed-", ignore_cleanup_errors=True) as name:
        work = _work(Path(name), options.releases, options.scenarios)
        found = _everybody(work, set(options.skip))
        alone = [] if "alone" in options.skip else _alone(work)
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "releases": list(work.locks),
        "scenarios": len(work.nodes),
        "seconds": {name: each.as_json() for name, each in found.items()},
        "scaling": alone,
        "overhead_ms_cpu_per_cell": round(harness_alone.overhead(alone) * 1000, 1) if alone else None,
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "run_speed.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if alone:
        from speed import picture  # noqa: PLC0415 - only a drawing needs matplotlib

        picture.draw(report, NAMES, options.out / "run_speed.svg")
    print(_table(report))


def _against(options: argparse.Namespace) -> None:
    """Compare this build with an earlier one; print and write what came out."""
    with tempfile.TemporaryDirectory(prefix="run-speed-", ignore_cleanup_errors=True) as name:
        report = peer.compare(options.against, Path(name), options.release, options.rounds, options.only)
    text = json.dumps({"against": options.against, "commit": _commit(), **report}, indent=1)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "run_speed_against.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", metavar="REF", help="compare only with the build of a git ref")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each build, with --against")
    parser.add_argument("--release", default="2026.8.0", help="the release to run, with --against")
    parser.add_argument(
        "--only", default="", metavar="EXPR", help="some scenarios instead of all, as pytest's -k, with --against"
    )
    parser.add_argument("--releases", type=int, default=len(RELEASES), help="how many of the six")
    parser.add_argument("--scenarios", type=int, default=40)
    parser.add_argument("--skip", action="append", default=[], choices=["each", "all", "asv", "floor", "alone"])
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args()


def _work(folder: Path, releases: int, count: int) -> Work:
    """Choose the scenarios, and have the locks resolved and every download cached by a first, unmeasured run."""
    scenarios, nodes = contenders.selection(folder, count)
    work = Work(folder, scenarios, nodes, dict.fromkeys(RELEASES[:releases], folder), PYTHON)
    contenders.ours(work, "-k", nodes[0].rpartition("::")[2], "--no-retries", name="warm")
    asked = subprocess.run(
        [sys.executable, "-m", "dask_matrix", "show", "--json"],
        env=clean_environ(DASK_MATRIX_DATA=str(folder / "warm")),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    keys = {each["release"]: each["key"] for each in json.loads(asked.stdout)["environments"]}
    locks = {release: _lock(folder / "warm", keys[release]) for release in work.locks}
    return Work(folder, scenarios, nodes, locks, PYTHON)


def _lock(data: Path, key: str) -> Path:
    """Return the lock of an environment, from the records."""
    for path in data.glob("records/*/*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["kind"] == "environment" and record["key"] == key:
                lock = data / f"{key}.txt"
                lock.write_text(_for_pip(record["lock"]), encoding="utf-8")
                return lock
    raise LookupError(key)


def _for_pip(lock: str) -> str:
    """Put `--no-binary NAME` after `--only-binary :all:`: to pip the last one counts, to uv, which wrote them, the narrower."""
    options = [line for line in lock.splitlines() if line.startswith("--no-binary ")]
    return "\n".join([*(line for line in lock.splitlines() if line not in options), *options]) + "\n"


def _everybody(work: Work, skip: set[str]) -> dict[str, Measured]:
    """Let everybody do the work, one after the other."""
    measures: dict[str, Callable[[], Measured]] = {
        "asv": lambda: contenders.asv(work),
        "each": lambda: contenders.nox_and_pytest(work, "venv", process_each=True),
        "all": lambda: contenders.nox_and_pytest(work, "uv", process_each=False),
        "ours": lambda: contenders.ours(work, "--no-retries"),
        "again": lambda: contenders.ours(work, "--no-retries", "--again"),
        "floor": lambda: _floor(work),
    }
    found = {}
    for name, measure in measures.items():
        if name not in skip:
            found[name] = measure()
            print(f"{NAMES[name]:55} {found[name].seconds:7.1f} s, {found[name].cpu:7.1f} s CPU", file=sys.stderr)
    return found


def _floor(work: Work) -> Measured:
    """Ask each environment of nox + uv, which has pytest, what its imports and the bodies take."""
    total = 0.0
    script = Path(__file__).parent / "speed" / "floor.py"
    for release in work.locks:
        python = next(work.folder.glob(f"nox-uv-all/.nox/*{release.replace('.', '-')}*/bin/python"))
        command = [str(python), str(script), str(work.scenarios), str(work.scenarios / "selected.txt")]
        asked = subprocess.run(command, env=clean_environ(), capture_output=True, check=True)
        answer = json.loads(asked.stdout)
        total += answer["imports"] + answer["bodies"]
    return Measured(total / (os.cpu_count() or 1), total)


def _alone(work: Work) -> list[dict[str, float]]:
    data = work.folder / "ours"
    python = next(path for path in data.glob("environments/*/bin/python"))
    return harness_alone.scaling(python, next(data.glob(f"pytest/{PYTHON}")))


def _table(report: dict[str, Any]) -> str:
    """Say what came out, with the ratios."""
    seconds = {name: each["seconds"] for name, each in report["seconds"].items()}
    lines = [f"{len(report['releases'])} releases x {report['scenarios']} scenarios, {report['machine']}", ""]
    for name, each in report["seconds"].items():
        ratio = f"{seconds[name] / seconds['ours']:6.1f} x ours"
        target = f"(target: at least {TARGETS[name]:g})" if name in TARGETS and name != "floor" else ""
        if name == "floor":
            ratio = f"again is {seconds['again'] / seconds['floor']:.2f} x this"
            target = f"(target: at most {TARGETS[name]:g})"
        lines.append(f"{NAMES[name]:55} {each['seconds']:7.1f} s  {each['cpu']:7.1f} s CPU  {ratio} {target}")
    ours = report["seconds"]["ours"]
    lines += [
        "",
        f"largest harness {ours['harness_mib']:.0f} MiB, largest process of the command {ours['command_mib']:.0f} MiB",
    ]
    for name in ("ours", "again"):
        if report["seconds"][name]["busy"] is not None:
            lines.append(f"cores busy between first and last result, {name}: {report['seconds'][name]['busy']:.0%}")
    if report["overhead_ms_cpu_per_cell"] is not None:
        lines.append(f"overhead of a cell: {report['overhead_ms_cpu_per_cell']} ms of CPU (target: at most 40)")
    return "\n".join(lines)


def _commit() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()


if __name__ == "__main__":
    main()
