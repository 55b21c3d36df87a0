"""Test files whose import kills the harness: the file is named, and the others run on the next start."""

from __future__ import annotations

import signal
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.harness.bench import ISOLATIONS, SCRATCH_KEPT, TWO_TESTS, Bench

EXITS = "import os\nos._exit(7)\n"
SEGFAULTS = "import ctypes\nctypes.string_at(0)\n"
HANGS = "import time\ntime.sleep(600)\n"
BROKEN = {"outcome": "crashed", "reason": "exit code 7 when imported", "traceback": "here it was"}


def importing(bench: Bench) -> tuple[str, str]:
    """Which file the harness was importing when it ended, and the stacks then."""
    return (bench.scratch / "importing").read_text(), (bench.scratch / "importing.stacks").read_text()


@pytest.mark.parametrize(
    ("text", "code", "stacks"),
    [
        (EXITS, 7, ""),
        (SEGFAULTS, -signal.SIGSEGV, 'area/test_ends.py", line 2 in <module>'),
        (HANGS, 1, 'area/test_ends.py", line 2 in <module>'),
    ],
    ids=["exits", "segfaults", "hangs"],
)
def test_the_file_that_was_imported_is_named(bench: Bench, text: str, code: int, stacks: str) -> None:
    """With every thread's stack, where there was time for that."""
    bench.write("test_before.py", TWO_TESTS)
    bench.write("area/test_ends.py", text)
    assert bench.run(timeout=1) == code
    file, found = importing(bench)
    assert file.splitlines() == ["area/test_ends.py"]
    assert stacks in found
    assert bench.outcomes() == {}


def test_a_file_that_takes_its_time_is_imported_in_the_end(bench: Bench) -> None:
    """Each file has the timeout for itself."""
    for name in ("a", "b", "c"):
        bench.write(f"test_{name}.py", "import time\ntime.sleep(0.6)\n" + textwrap.dedent(TWO_TESTS))
    assert bench.run(timeout=1.5) == 0
    assert set(bench.outcomes().values()) == {"passed"}
    assert {path.name for path in bench.scratch.iterdir()} <= SCRATCH_KEPT


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_broken_file_is_not_imported_and_gets_its_result(bench: Bench, isolation: str) -> None:
    """As whoever started the harness says; the others run."""
    bench.write("test_before.py", TWO_TESTS)
    bench.write("area/test_ends.py", EXITS)
    fields: dict[str, Any] = {"broken": {"area/test_ends.py": BROKEN}, "isolation": isolation}
    assert bench.run(fingerprints={"area/test_ends.py": "f"}, **fields) == 0
    assert bench.outcomes() == {"area/ends": "crashed", "before/one": "passed", "before/two": "passed"}
    result = bench.result("area/ends")
    assert {name: result[name] for name in BROKEN} == BROKEN
    assert (result["phase"], result["fingerprint"], result["attempt"]) == ("collection", "f", 1)
    assert (result["exception"], result["stdout"], result["warnings"]) == (None, "", [])


def test_a_broken_file_is_collected_as_one_scenario(bench: Bench) -> None:
    """So that there is something to hang the result on, and nothing is done twice."""
    bench.write("test_before.py", TWO_TESTS)
    bench.write("area/test_ends.py", EXITS)
    fields: dict[str, Any] = {"broken": {"area/test_ends.py": BROKEN}, "fingerprints": {"area/test_ends.py": "f"}}
    assert bench.run(**fields) == 0
    (collection,) = bench.records("collection")
    assert sorted(collection["scenarios"]) == ["area/ends", "before/one", "before/two"]
    assert sorted(collection["files"]) == ["area/test_ends.py", "test_before.py"]
    assert (collection["selected"], collection["to_run"]) == (3, 3)
    done = collection["scenarios"]
    assert bench.run(**fields, done=done) == 0
    assert len(bench.executed()) == 3


@pytest.mark.quick
def test_nothing_but_broken_files_is_no_trouble(bench: Bench) -> None:
    """The harness does its work."""
    bench.write("test_ends.py", EXITS)
    assert bench.run(broken={"test_ends.py": BROKEN}) == 0
    assert bench.outcomes() == {"ends": "crashed"}


def test_whoever_starts_it_again_and_again_comes_to_an_end(bench: Bench) -> None:
    """Each file that ends the harness is named in its turn."""
    bench.write("test_a.py", EXITS)
    bench.write("test_b.py", TWO_TESTS)
    bench.write("test_c.py", SEGFAULTS)
    bench.write("left/test_d.py", EXITS)
    broken: dict[str, dict[str, str]] = {}
    while bench.run(broken=broken) != 0:
        file = Path(importing(bench)[0].strip()).as_posix()
        assert file not in broken
        broken[file] = BROKEN
    assert set(broken) == {"test_a.py", "test_c.py", "left/test_d.py"}
    assert bench.outcomes() == {
        "a": "crashed",
        "b/one": "passed",
        "b/two": "passed",
        "c": "crashed",
        "left/d": "crashed",
    }
    assert {path.name for path in bench.scratch.iterdir()} <= SCRATCH_KEPT
