"""Read and validate the job, the JSON file that tells the harness what to do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class BadJob(ValueError):
    """The job file or the arguments are invalid; the text names the field."""


@dataclass(frozen=True)
class Job:
    """One start of the harness in one environment, see docs/records.md.

    Folders and files are absolute, times are in seconds, memory is in MiB, output in KiB.
    """

    file: Path
    tests: Path
    records: Path
    pytest: str
    bytecode: Path
    scratch: Path
    run: str
    environment: str
    release: str
    imports: tuple[str, ...]
    paths: tuple[str, ...]
    fingerprints: dict[str, str]
    done: dict[str, str]
    attempts: dict[str, list[int]]
    expected: dict[str, float]
    retries: int
    rounds: int
    seed: int | None
    isolation: str
    jobs: int
    timeout: float
    memory: float | None
    output: float
    alive: int | None
    gate: Path | None
    broken: dict[str, dict[str, str]]
    ends_harness: dict[str, dict[str, str]]
    alone: tuple[str, ...]
    surface: bool

    @classmethod
    def read(cls, path: Path) -> Job:
        """The job of the JSON file `path`; raises `BadJob`."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise BadJob(f"{path}: {problem}") from problem
        if not isinstance(fields, dict):
            raise BadJob(f"{path}: not a JSON object")
        return _checked(path, fields)

    @property
    def abandoned(self) -> Path:
        """The file that lists the scenarios that were running when the harness was stopped."""
        return Path(f"{self.scratch}.abandoned")

    def without_means(self, problem: OSError) -> str:
        """What to print when the harness lacks disk, memory or processes: the problem, and where it was."""
        return f"harness: {problem}{'' if problem.filename else f': {self.scratch}'}"


#: How a scenario gets a process of its own.
ISOLATIONS = ("fork", "spawn")

#: Field -> its type, a description for error messages and, if it is optional, its default.
_SHAPES: dict[str, tuple[Any, ...]] = {
    "tests": (str, "a folder"),
    "records": (str, "a file"),
    "scratch": (str, "a folder"),
    "run": (str, "text"),
    "environment": (str, "text"),
    "release": (str, "text"),
    "pytest": (str, "a folder, or empty where the environment has pytest", ""),
    "bytecode": ((str, type(None)), "a folder or null", None),
    "imports": (list, "a list of module names", []),
    "paths": (list, "a list of absolute folders", []),
    "fingerprints": (dict, "an object of texts", {}),
    "done": (dict, "an object of texts", {}),
    "attempts": (dict, "an object of lists of numbers", {}),
    "expected": (dict, "an object of seconds", {}),
    "retries": (int, "a number of executions", 1),
    "rounds": (int, "a number of rounds, 1 or more", 1),
    "seed": ((int, type(None)), "a whole number or null", None),
    "isolation": (str, f"one of {', '.join(ISOLATIONS)}", "fork"),
    "jobs": (int, "a number of processes, 1 or more", 1),
    "timeout": ((int, float), "seconds, more than 0", 60),
    "memory": ((int, float, type(None)), "MiB, more than 0, or null", 2048),
    "output": ((int, float), "KiB, more than 0", 64),
    "alive": ((int, type(None)), "a process id or null", None),
    "gate": ((str, type(None)), "a file or null", None),
    "broken": (dict, "an object of files", {}),
    "ends_harness": (dict, "an object of scenarios", {}),
    "alone": (list, "a list of scenarios", []),
    "surface": (bool, "true or false", False),
}
_POSITIVE = ("jobs", "timeout", "memory", "output", "rounds")


def _checked(path: Path, fields: dict[str, Any]) -> Job:
    found = {name: _field(path, fields, name) for name in _SHAPES}
    invalid = [name for name in _POSITIVE if found[name] is not None and not found[name] > 0]
    invalid += ["isolation"] if found["isolation"] not in ISOLATIONS else []
    invalid += ["retries"] if found["retries"] < 0 else []
    absolute = (isinstance(each, str) and Path(each).is_absolute() for each in found["paths"])
    invalid += [] if all(absolute) else ["paths"]
    for name in invalid:
        raise BadJob(f"{path}: {name}: {found[name]!r} is not {_SHAPES[name][1]}")
    tests = Path(found["tests"]).resolve()
    if not tests.is_dir():
        raise BadJob(f"{path}: tests: no such folder: {tests}")
    folders = {name: Path(found[name]).resolve() for name in ("records", "scratch")}
    gate = Path(found["gate"]) if found["gate"] else None
    bytecode = Path(found["bytecode"]) if found["bytecode"] else folders["scratch"] / "pycache"
    lists = {name: tuple(map(str, found[name])) for name in ("imports", "paths", "alone")}
    paths = {"gate": gate, "bytecode": bytecode, "tests": tests}
    return Job(file=path.resolve(), **{**found, **folders, **lists, **paths})


def _field(path: Path, fields: dict[str, Any], name: str) -> Any:
    kind, description, *default = _SHAPES[name]
    if name not in fields and not default:
        raise BadJob(f"{path}: missing field {name}: must be {description}")
    value = fields.get(name, *default)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise BadJob(f"{path}: {name}: {value!r} is not {description}")
    return value
