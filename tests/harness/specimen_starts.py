"""Run the harness over all specimens and summarise how each ends.

`.venv/bin/python -m tests.harness.specimen_starts` prints a draft of tests/specimens/expected.json, made with the Python
it is run by. Review each line that differs: the file states what should happen, not what happens.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.harness.bench import ENVIRON, HARNESS

SPECIMENS = Path(__file__).parents[1] / "specimens"
EXPECTED = SPECIMENS / "expected.json"
TRACER = "SPECIMENS_STARTED_BY"
LEAK = "dask_matrix.Leak"

#: Outcome, phase, reason and type of the exception.
Ending = tuple[str, str, str, str | None]


@dataclass(frozen=True)
class Target:
    """An interpreter to run the harness with, and a folder with pytest for it ("" if it has its own)."""

    python: Path
    pytest: str = ""


@dataclass(frozen=True)
class Start:
    """A finished start of the harness over a folder of specimens."""

    code: int
    stderr: str
    records: list[dict[str, Any]]
    folder: Path
    tracer: str

    @classmethod
    def from_json(cls, text: str) -> Start:
        """Return a start that another process has made."""
        fields = json.loads(text)
        return cls(**fields | {"folder": Path(fields["folder"])})

    def as_json(self) -> str:
        """Return all of it as text, for another process."""
        return json.dumps(asdict(self), default=str)

    @property
    def scratch(self) -> Path:
        """The folder for temporary files."""
        return self.folder / "scratch"

    @property
    def ports(self) -> list[int]:
        """Ports that specimens listened on."""
        return [int(note.name.partition("-")[2]) for note in (self.folder / "notes").glob("port-*")]

    def of_kind(self, kind: str) -> dict[str, dict[str, Any]]:
        """Records of one kind by the scenario they are about, the last of each."""
        return {record["scenario"]: record for record in self.records if record["kind"] == kind}

    def result(self, scenario: str) -> dict[str, Any]:
        """The result of one scenario's last attempt."""
        return self.of_kind("result")[scenario]

    def attempts(self) -> dict[str, list[dict[str, Any]]]:
        """The results of each scenario, in their order."""
        found: dict[str, list[dict[str, Any]]] = {}
        for record in self.records:
            if record["kind"] == "result":
                found.setdefault(record["scenario"], []).append(record)
        return found

    def endings(self) -> dict[str, list[Ending]]:
        """Scenario -> how each of its attempts ended."""
        return {scenario: [_ending(result) for result in results] for scenario, results in self.attempts().items()}

    def leaks(self) -> dict[str, list[str]]:
        """Scenario -> the leaks of its last attempt."""
        found = {
            scenario: [warning["message"] for warning in results[-1]["warnings"] if warning["category"] == LEAK]
            for scenario, results in self.attempts().items()
        }
        return {scenario: leaks for scenario, leaks in found.items() if leaks}


def start(folder: Path, target: Target, tests: Path = SPECIMENS, **fields: Any) -> Start:
    """Run every specimen of a folder; `folder` is an empty one for all that comes of it."""
    for name in ("notes", "tmp"):
        (folder / name).mkdir()
    job = {
        "tests": str(tests),
        "records": str(folder / "records.jsonl"),
        "pytest": target.pytest,
        "scratch": str(folder / "scratch"),
        "run": "r1",
        "environment": "0123456789abcdef",
        "release": "2025.2.0",
        "imports": ["json"],
        "jobs": 4,
        "timeout": 60,
        "alive": os.getpid(),
        "fingerprints": {"test_ends.py::test_passes": "of-the-test", "test_ends.py": "of-the-file"},
    }
    (folder / "job.json").write_text(json.dumps(job | fields))
    tracer = uuid.uuid4().hex
    ended = subprocess.run(
        [target.python, HARNESS, "--job", folder / "job.json"],
        env=_environ(folder, tracer),
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    records = [json.loads(line) for line in (folder / "records.jsonl").read_bytes().split(b"\n") if line]
    return Start(ended.returncode, ended.stderr, records, folder, tracer)


def _environ(folder: Path, tracer: str) -> dict[str, str]:
    """Variables of a target environment, in which temporary files and notes have a place where they are seen."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    own = {TRACER: tracer, "TMPDIR": str(folder / "tmp"), "SPECIMENS_NOTES": str(folder / "notes")}
    return kept | ENVIRON | own


def _ending(result: dict[str, Any]) -> Ending:
    exception = (result["exception"] or {}).get("type")
    return result["outcome"], result["phase"], result["reason"], exception


def main() -> None:
    """Print a draft of what is expected."""
    with tempfile.TemporaryDirectory() as folder:
        endings = start(Path(folder), Target(Path(sys.executable))).endings()
    lines = [
        f"  {json.dumps(scenario, ensure_ascii=False)}: {json.dumps(endings[scenario], ensure_ascii=False)}"
        for scenario in sorted(endings)
    ]
    print("{", ",\n".join(lines), "}", sep="\n")


if __name__ == "__main__":
    main()
