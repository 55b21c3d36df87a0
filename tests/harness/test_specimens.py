"""Specimens: scenarios of known fate, run by the harness as a target environment would run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SPECIMENS = ROOT / "tests" / "specimens"
TRACER = "SPECIMENS_STARTED_BY"


@dataclass(frozen=True)
class Start:
    """One start of the harness over all specimens."""

    code: int
    records: list[dict[str, Any]]
    scratch: Path
    tracer: str

    def of_kind(self, kind: str) -> dict[str, dict[str, Any]]:
        """Records of one kind by the scenario they are about."""
        return {record["scenario"]: record for record in self.records if record["kind"] == kind}

    def result(self, scenario: str) -> dict[str, Any]:
        """The result of one scenario."""
        return self.of_kind("result")[scenario]


def files() -> set[Path]:
    """Everything in the folder of specimens."""
    return set(SPECIMENS.rglob("*"))


def carriers(tracer: str) -> list[str]:
    """Command lines of living processes that were started with `tracer` in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{TRACER}={tracer}".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Run every specimen once."""
    folder = tmp_path_factory.mktemp("start")
    job = {
        "tests": str(SPECIMENS),
        "records": str(folder / "records.jsonl"),
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
    (folder / "job.json").write_text(json.dumps(job))
    tracer = uuid.uuid4().hex
    command = [sys.executable, str(ROOT / "scenarios" / "harness"), "--job", str(folder / "job.json")]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = files()
    ended = subprocess.run(command, env=environ | {TRACER: tracer, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, check=False)
    assert files() == before, "the harness leaves no file beside the tests"
    records = [json.loads(line) for line in (folder / "records.jsonl").read_bytes().split(b"\n") if line]
    return Start(ended.returncode, records, folder / "scratch", tracer)


def test_every_specimen_meets_its_fate(start: Start) -> None:
    """Outcome, phase, reason and exception of all of them, compared whole."""
    fates = {
        scenario: {
            "outcome": result["outcome"],
            "phase": result["phase"],
            "reason": result["reason"],
            "exception": (result["exception"] or {}).get("type"),
        }
        for scenario, result in start.of_kind("result").items()
    }
    assert fates == json.loads((SPECIMENS / "expected.json").read_text())


def test_outcomes_are_not_the_harness_s_failure(start: Start) -> None:
    """Whatever the outcomes, it did its work."""
    assert start.code == 0


def test_each_scenario_has_one_result_and_one_description(start: Start) -> None:
    """No record is written twice, and no result is of something that was not collected."""
    (collection,) = [record for record in start.records if record["kind"] == "collection"]
    results = [record["scenario"] for record in start.records if record["kind"] == "result"]
    assert sorted(results) == sorted(collection["scenarios"]) == sorted(start.of_kind("scenario"))
    assert collection["selected"] == collection["to_run"] == len(results)
    assert len({record["id"] for record in start.records}) == len(start.records)


def test_nothing_outlives_its_scenario(start: Start) -> None:
    """No process, whatever its session, and no temporary file."""
    assert carriers(start.tracer) == []
    assert sorted(path.name for path in start.scratch.iterdir()) == ["pycache", "pytest.ini"]


@pytest.mark.parametrize("name", ["leaves_a_process", "leaves_a_grandchild_in_a_session_of_its_own"])
def test_a_leak_is_a_warning_on_the_result(start: Start, name: str) -> None:
    """It names what was left."""
    (leak,) = start.result(f"leaves/{name}")["warnings"]
    assert leak["category"] == "dask_matrix.Leak"
    assert leak["message"].startswith("left 1 process behind: ")
    assert "time.sleep(600)" in leak["message"]


def test_what_timed_out_has_not_leaked(start: Start) -> None:
    """It was not given the time to clean up."""
    assert start.result("leaves/hangs_with_descendants")["warnings"] == []


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        ("ends/fails_by_assertion", "{'rows': 4} != {'rows': 3}"),
        ("ends/raises", '>       raise LookupError("no such key")'),
        ("ends/raises_an_exception_that_cannot_be_shown", "<exception str() failed>"),
        ("ends/hangs", 'test_ends.py", line'),
        ("ends/segfaults", "Fatal Python error: Segmentation fault"),
        ("output/awaits_and_fails", "awaited for nothing"),
        ("phases/fails_in_setup", "no cluster today"),
        ("phases/fails_in_teardown", "the cluster does not close"),
        ("phases/fails_in_call_and_teardown", "the cluster does not close"),
        ("cannot_be_imported", "import no_such_module_at_all"),
        ("exits_when_imported", 'sys.exit("goodbye")'),
    ],
)
def test_the_traceback_says_what_happened(start: Start, scenario: str, text: str) -> None:
    """With the values of an assertion, with every thread's stack after a timeout or a crash."""
    assert text in start.result(scenario)["traceback"]


def test_output_is_kept_until_the_very_end(start: Start) -> None:
    """Also of a test that dies."""
    assert start.result("ends/passes")["stdout"] == "to stdout\n"
    assert start.result("ends/passes")["stderr"] == "to stderr\n"
    assert start.result("ends/segfaults")["stdout"] == "just before\n"
    assert start.result("output/writes_from_a_process_of_its_own")["stdout"] == "from a shell\n"


def test_output_beyond_the_limit_keeps_head_and_tail(start: Start) -> None:
    """And says how much is missing."""
    stdout = start.result("output/floods_stdout")["stdout"]
    head, _, rest = stdout.partition("\n[... ")
    missing, _, tail = rest.partition(" characters left out ...]\n")
    assert head.startswith("first line\n")
    assert tail.endswith("last line\n")
    assert len(head) + int(missing) + len(tail) == 10_000_031
    assert len(stdout) < 70_000


def test_a_long_message_is_cut(start: Start) -> None:
    """Head and tail as well."""
    result = start.result("ends/raises_a_long_message")
    assert "characters left out" in result["exception"]["message"]
    assert len(result["exception"]["message"]) < 5_000
    assert len(result["traceback"]) < 70_000


def test_output_that_is_no_text_can_be_stored(start: Start) -> None:
    """Invalid UTF-8 is replaced, NUL is made visible."""
    result = start.result("output/prints_invalid_utf8_and_nul")
    assert result["stdout"] == "before \ufffd\ufffd\u2400 after\n"
    assert result["stderr"] == "lone \\udc80 surrogate\n"


def test_the_log_is_evidence(start: Start) -> None:
    """Apart from the output."""
    assert "a warning in the log" in start.result("output/logs")["log"]


def test_equal_warnings_are_counted(start: Start) -> None:
    """By category, message and place; the place does not depend on where the folder is."""
    old, other = start.result("output/warns")["warnings"]
    assert (old["category"], old["message"], old["count"]) == ("DeprecationWarning", "old news", 3)
    assert (other["category"], other["message"], other["count"]) == ("UserWarning", "other news", 1)
    assert old["where"].partition(":")[0] == "test_output.py"


def test_a_scenario_is_described(start: Start) -> None:
    """By its docstring, its source and its place."""
    scenario = start.of_kind("scenario")["ends/passes"]
    assert scenario["title"] == "A scenario that passes."
    assert scenario["description"].endswith("\n\nIts description goes on.")
    assert scenario["source"].startswith("def test_passes():\n")
    assert (scenario["area"], scenario["file"], scenario["function"]) == ("", "test_ends.py", "test_passes")
    assert scenario["line"] == (SPECIMENS / "test_ends.py").read_text().splitlines().index("def test_passes():") + 1


def test_titles_without_a_docstring_are_the_name_in_words(start: Start) -> None:
    """Also for what cannot be imported."""
    assert start.of_kind("scenario")["ends/exits_with_0"]["title"] == "exits with 0"
    assert start.of_kind("scenario")["cannot_be_imported"]["title"] == "cannot be imported"


def test_a_name_by_assignment_is_a_scenario_of_its_own(start: Start) -> None:
    """With the docstring of its function."""
    scenario = start.of_kind("scenario")["names/assigned"]
    assert (scenario["function"], scenario["title"]) == ("test_assigned", "One function under two names.")


def test_markers_of_module_and_function_add_up(start: Start) -> None:
    """Lists are joined, the nearest single value counts."""
    scenario = start.of_kind("scenario")["declares/is_for_this_release"]
    assert scenario["issues"] == ["dask/dask#2", "dask/distributed#3", "dask/dask#1"]
    assert scenario["covers"] == ["dask.compute"]
    assert (scenario["since"], scenario["until"]) == ("2025.2.0", "2025.2.0")


def test_an_earlier_name_of_a_function_holds_for_each_of_its_cases(start: Start) -> None:
    """Unless a case has one of its own."""
    scenarios = start.of_kind("scenario")
    assert scenarios["declares/was_renamed[1]"]["formerly"] == ["declares/old_name[1]"]
    assert sorted(scenarios["declares/was_renamed[2]"]["formerly"]) == ["declares/old_name[2]", "declares/two"]


def test_the_job_gives_the_fingerprints(start: Start) -> None:
    """Of a test, else of its file, else the file's own hash."""
    scenarios = start.of_kind("scenario")
    assert scenarios["ends/passes"]["fingerprint"] == "of-the-test"
    assert scenarios["ends/raises"]["fingerprint"] == "of-the-file"
    assert len(scenarios["output/logs"]["fingerprint"]) == 16
