"""A record is appended whole or not at all, and starts on a line of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from dask_matrix.collect.running.recorder import Recorder
from dask_matrix.domain.records.run_end import EndStatus

WRITES_WITHIN = """\
import resource, sys
sys.dont_write_bytecode = True  # files of bytecode would be cut off
from pathlib import Path
from dask_matrix.collect.running.recorder import Recorder
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
Recorder(Path(sys.argv[1]), "r1").record_refusal("0123456789abcdef", "install", "x" * 10_000)
"""


def test_torn_line_is_ended_before_the_next_record(tmp_path: Path) -> None:
    """A killed writer damages no record but its own."""
    path = tmp_path / "records" / "run.jsonl"
    recorder = Recorder(path, "r1")
    recorder.record_end(EndStatus.FINISHED)
    with path.open("a") as file:
        file.write('{"v": 1, "ki')
    recorder.record_end(EndStatus.FINISHED)
    first, torn, last = path.read_text().splitlines()
    assert torn == '{"v": 1, "ki'
    assert json.loads(first)["kind"] == json.loads(last)["kind"] == "end"


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs a limit on the size of files")
def test_record_that_does_not_fit_is_taken_back(tmp_path: Path) -> None:
    """Whatever part of it had been written; the error names the file."""
    path = tmp_path / "run.jsonl"
    Recorder(path, "r1").record_end(EndStatus.FINISHED)
    before = path.read_bytes()
    command = [sys.executable, "-c", WRITES_WITHIN, str(path), str(len(before) + 100)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"File too large: '{path}'" in done.stderr
    assert path.read_bytes() == before
