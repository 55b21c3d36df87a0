"""Change the harness's job from one start to the next, when a test file or a scenario ended the harness."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dask_matrix.collect.supervising.import_failures import broken_file, signal_name

if TYPE_CHECKING:
    from dask_matrix.collect.supervising.import_failures import BrokenFile

STOPPED = 5
"""Exit code of a harness that was asked to stop."""


@dataclass(frozen=True)
class Ended:
    """How a start of the harness ended: its exit code, and the file it was importing or the scenarios it was executing."""

    code: int
    file: BrokenFile | None = None
    running: tuple[str, ...] = ()

    @classmethod
    def of(cls, scratch: Path, code: int, timeout: float, *, recorded: bool) -> Ended:
        """Read what the harness left. It records nothing before all files are imported: if it did, no import ended it."""
        return cls(code, None if recorded else broken_file(scratch, code, timeout), _running(scratch))


class Restarts:
    """The harness's job, ``fields``, from start to start. ``records`` is the file to which it appends."""

    def __init__(self, fields: dict[str, Any], records: Path) -> None:
        self.fields = dict(fields)
        self._records = records
        self._read = records.stat().st_size if records.exists() else 0

    def without_what_ended_it(self, ended: Ended) -> str:
        """Change the job for another start, and return why; empty if that would not help."""
        file = ended.file
        if file is not None and file.file not in self.fields.get("broken", {}):
            self.fields["broken"] = self.fields.get("broken", {}) | {file.file: file.fields()}
            return f"importing {file.file} ended the harness ({file.reason}); restarting without it"
        if not ended.running or (ended.code >= 0 and ended.code != STOPPED) or self.fields.get("rounds", 1) > 1:
            return ""
        self._leave_out_results()
        how = f"signal {signal_name(-ended.code)}" if ended.code < 0 else "a signal to stop"
        if len(ended.running) > 1:
            self.fields["alone"] = sorted({*self.fields.get("alone", ()), *ended.running})
            return f"the harness was ended by {how}; restarting, one at a time: {', '.join(sorted(ended.running))}"
        (scenario,) = ended.running
        result = {"outcome": "errored", "reason": f"executing it ended the harness by {how}", "traceback": ""}
        self.fields["ends_harness"] = self.fields.get("ends_harness", {}) | {scenario: result}
        return f"executing {scenario} ended the harness ({how}); restarting without it"

    def _leave_out_results(self) -> None:
        """Take out of the job what has been recorded since the last start."""
        with self._records.open("rb") as file:
            file.seek(self._read)
            lines = file.read().splitlines(keepends=True)
        records = [json.loads(line) for line in lines if line.endswith(b"\n")]
        self._read += sum(map(len, lines))
        attempts = {name: list(numbers) for name, numbers in self.fields.get("attempts", {}).items()}
        done = dict(self.fields.get("done", {}))
        for result in (record for record in records if record["kind"] == "result"):
            scenario = result["scenario"]
            done[scenario] = result["fingerprint"]
            left = [number for number in attempts.pop(scenario, ()) if number != result["attempt"]]
            attempts |= {scenario: left} if left else {}
        self.fields |= {"attempts": attempts, "done": done}


def _running(scratch: Path) -> tuple[str, ...]:
    """Return the scenarios that a harness was executing when it was killed or stopped."""
    abandoned = Path(f"{scratch}.abandoned")
    notes = [*scratch.glob("x/*/scenario"), *([abandoned] if abandoned.exists() else [])]
    found = [line for note in notes for line in note.read_text(encoding="utf-8").splitlines()]
    abandoned.unlink(missing_ok=True)
    return tuple(dict.fromkeys(found))
