"""Measures the API surface: what observing it costs, how fast it answers, and what griffe finds of the same releases.

    python benchmarks/surface_speed.py --data FOLDER [--pair A..B]... [--rounds N] [--out FOLDER]

FOLDER is a data folder in which the releases of the pairs were run (`dask-matrix run --release A --release B …`): their
environments are installed, so griffe reads the very files that were observed. We answer from what ships. Writes
FOLDER/surface_speed.json. Needs `pip install -e '.[benchmarks]'` and a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAIRS = (
    "2023.5.1..2023.6.0",
    "2024.2.1..2024.3.0",
    "2024.12.1..2025.1.0",
    "2025.3.0..2025.4.0",
    "2026.3.0..2026.6.0",
    "2026.7.1..2026.8.0",
)
GRIFFE = """
import json, sys, griffe
found = []
for project in ("dask", "distributed"):
    old, new = (griffe.load(project, search_paths=[path], resolve_aliases=True) for path in sys.argv[1:3])
    found += [(each.kind.value, each.obj.path) for each in griffe.find_breaking_changes(old, new)]
json.dump(found, sys.stdout)
"""
"""What `griffe check` does, for two folders of installed packages in place of two commits."""
NAME = "dask.base.collections_to_dsk"


def main() -> None:
    """Measure, print, write."""
    options = _options()
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    installed = _installed(environ | {"DASK_MATRIX_DATA": str(options.data.resolve())})
    environ.pop("DASK_MATRIX_DATA", None)
    pairs = [_pair(pair, installed, environ, options.rounds) for pair in options.pair or PAIRS]
    report = {
        "name of a release's history": _timed([*_ours(), "surface", "--snapshot", NAME], environ, options.rounds)[0],
        "pairs": pairs,
        "ratio": round(statistics.median(each["griffe"]["seconds"] / each["ours"]["seconds"] for each in pairs), 1),
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "surface_speed.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="data folder with the releases")
    parser.add_argument("--pair", action="append", metavar="A..B", help="two releases; repeatable")
    parser.add_argument("--rounds", type=int, default=3, help="how often each command is timed; the median counts")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args()


def _installed(environ: dict[str, str]) -> dict[str, Path]:
    """Return release -> the site-packages of its environment."""
    asked = subprocess.run([*_ours(), "show", "--json"], env=environ, capture_output=True, check=True)
    data = Path(environ["DASK_MATRIX_DATA"])
    found = {each["release"]: each["key"] for each in json.loads(asked.stdout)["environments"]}
    return {
        release: path
        for release, key in found.items()
        for path in (data / "environments" / key).glob("lib/python*/site-packages")
    }


def _pair(pair: str, installed: dict[str, Path], environ: dict[str, str], rounds: int) -> dict[str, Any]:
    start, target = pair.split("..")
    ask = [*_ours(), "surface", "--snapshot", "--from", start, "--to", target, "--json"]
    ours, answer = _timed(ask, environ, rounds)
    with tempfile.TemporaryDirectory(prefix="griffe-") as folder:
        script = Path(folder) / "peer.py"
        script.write_text(GRIFFE, encoding="utf-8")
        command = [sys.executable, str(script), str(installed[start]), str(installed[target])]
        griffe, found = _timed(command, environ, rounds)
    everything = json.loads(_output([*ask, "--private"], environ))
    print(f"{pair}: {ours['seconds']} s, griffe {griffe['seconds']} s", file=sys.stderr)
    return {
        "pair": pair,
        "ours": ours,
        "griffe": griffe,
        **_compared(json.loads(answer), everything, json.loads(found)),
    }


def _compared(answer: dict[str, Any], everything: dict[str, Any], found: list[list[str]]) -> dict[str, Any]:
    """Say how many breaking changes each found, and which names only one of them names."""
    named = {each["name"] for each in _breaking(answer)}
    all_named = {place for each in _breaking(everything) for place in (each["name"], *each["also"])}
    theirs = {path.split("(", 1)[0] for _, path in found}
    return {
        "ours finds": len(named),
        "griffe finds": len(theirs),
        "only ours": sorted(name for name in named if name not in theirs),
        "only griffe": sorted(path for path in theirs if path not in all_named),
    }


def _breaking(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [*answer["removed"], *answer["moved"], *answer["narrowed"]]


def _timed(command: list[str], environ: dict[str, str], rounds: int) -> tuple[dict[str, float], bytes]:
    """Return the median seconds and CPU seconds of a command, after a first run that does not count, and its output."""
    output = _output(command, environ)
    seconds, cpu = [], []
    for _ in range(rounds):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        _output(command, environ)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(time.perf_counter() - start)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {"seconds": round(statistics.median(seconds), 3), "cpu": round(statistics.median(cpu), 3)}, output


def _output(command: list[str], environ: dict[str, str]) -> bytes:
    return subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True).stdout


def _ours() -> list[str]:
    return [sys.executable, "-m", "dask_matrix"]


if __name__ == "__main__":
    main()
