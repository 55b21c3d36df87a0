"""Run the specimens, scenarios with a known ending, with the harness in target environments."""

from __future__ import annotations

import errno
import json
import re
import socket
from collections.abc import Callable

import pytest

from tests.harness.bench import SCRATCH_KEPT, processes_with_variable
from tests.harness.specimen_starts import EXPECTED, SPECIMENS, TRACER, Ending, Start

#: On the oldest and the newest Python, in either isolation.
STARTS = [("oldest", "fork"), ("newest", "fork"), ("newest", "spawn")]

#: What specimens leave behind, as patterns of whole messages. All others leave nothing.
LEAKS = {
    "alters/changes_everything": [r"left 1 temporary file behind: left"],
    "leaves/leaves_a_process": [r"left 1 process behind: .*time\.sleep\(600\)"],
    "leaves/leaves_a_grandchild_in_a_session_of_its_own": [r"left 1 process behind: .*time\.sleep\(600\)"],
    "leaves/leaves_a_process_that_listens": [r"left 1 process behind: .*"],
    "leaves/leaves_a_thread": [r"left 1 thread behind: forgotten \(.*\)"],
    "leaves/leaves_a_daemon_thread": [r"left 1 thread behind: daemonic \(.*\)"],
    "leaves/leaves_an_executor_at_work": [r"left 1 thread behind: busy_0 \(.*\)"],
    "leaves/leaves_an_open_port": [r"left 1 open port behind: 127\.0\.0\.1:\d+"],
    "leaves/leaves_a_temporary_file": [r"left 1 temporary file behind: forgotten\.txt"],
    "leaves/leaves_files": [r"left 2 temporary files behind: here; tmp\w+"],
    "leaves/leaves_files_again": [r"left 2 temporary files behind: here; tmp\w+"],
}


@pytest.fixture(scope="module", params=STARTS, ids="-".join)
def start(request: pytest.FixtureRequest, start_of: Callable[[str, str], Start]) -> Start:
    """A start over every specimen."""
    return start_of(*request.param)


def test_every_specimen_meets_its_fate(start: Start) -> None:
    """Outcome, phase, reason and exception of all of them, attempt by attempt, compared whole.

    There is no difference between Pythons, nor between isolations. How to draft the table: see specimen_starts.py.
    """
    expected = json.loads(EXPECTED.read_text())
    endings: dict[str, list[Ending]] = {
        scenario: [tuple(fate) for fate in found] for scenario, found in expected.items()
    }
    assert start.endings() == endings, start.stderr


def test_outcomes_are_not_the_harness_s_failure(start: Start) -> None:
    """Whatever the outcomes, it did its work."""
    assert start.code == 0


def test_each_scenario_has_results_and_one_description(start: Start) -> None:
    """No record is written twice, and no result is of something that was not collected."""
    (collection,) = [record for record in start.records if record["kind"] == "collection"]
    described = [record["scenario"] for record in start.records if record["kind"] == "scenario"]
    assert sorted(start.attempts()) == sorted(collection["scenarios"]) == sorted(described)
    assert collection["selected"] == collection["to_run"] == len(described)
    assert len({record["id"] for record in start.records}) == len(start.records)


def test_attempts_are_numbered_as_they_were_made(start: Start) -> None:
    """One after the other."""
    for results in start.attempts().values():
        assert [result["attempt"] for result in results] == list(range(1, len(results) + 1))
        assert [result["started"] for result in results] == sorted(result["started"] for result in results)


def test_nothing_outlives_its_scenario(start: Start) -> None:
    """No process, whatever its session, no port, and no temporary file."""
    assert processes_with_variable(TRACER, start.tracer) == []
    assert {path.name for path in start.scratch.iterdir()} == SCRATCH_KEPT
    assert list((start.folder / "tmp").iterdir()) == []
    assert start.ports
    for port in start.ports:
        with socket.socket() as client:
            assert client.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED


def test_the_folder_of_tests_is_left_as_it_was(start: Start) -> None:
    """Not even a compiled file lies beside them."""
    assert start.code == 0
    assert [path.name for path in SPECIMENS.rglob("*") if path.suffix != ".py" and not path.is_dir()] == [EXPECTED.name]
    assert {path.name for path in SPECIMENS.rglob("*") if path.is_dir()} == {"left", "right"}


def test_a_leak_is_a_warning_on_the_result(start: Start) -> None:
    """It names what was left; what timed out or died was not given the time to clean up, and has not leaked."""
    leaks = start.leaks()
    assert leaks.keys() == LEAKS.keys()
    for scenario, patterns in LEAKS.items():
        assert len(leaks[scenario]) == len(patterns), leaks[scenario]
        for pattern, message in zip(patterns, leaks[scenario], strict=True):
            assert re.fullmatch(pattern, message, re.DOTALL)


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        ("ends/fails_by_assertion", "{'rows': 4} != {'rows': 3}"),
        ("ends/raises", '    raise LookupError("no such key")'),
        ("ends/raises_an_exception_that_cannot_be_shown", "<exception str() failed>"),
        ("ends/hangs", 'test_ends.py", line'),
        ("ends/hangs_in_python", "in test_hangs_in_python"),
        ("ends/hangs_in_a_regular_expression", "in test_hangs_in_a_regular_expression"),
        ("ends/hangs_in_c", "in test_hangs_in_c"),
        ("ends/segfaults", "Fatal Python error: Segmentation fault"),
        ("ends/reads_where_nothing_is", "in test_reads_where_nothing_is"),
        ("ends/aborts", "Fatal Python error: Aborted"),
        ("memory/eats_memory", "in test_eats_memory"),
        ("memory/eats_memory_in_setup", "in greedy"),
        ("leaves/hangs_with_descendants", "in test_hangs_with_descendants"),
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
    assert len(head) == len(tail) == 32 * 1024
    assert len(head) + int(missing) + len(tail) == 200_000_200 + len("first line\nlast line\n")


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


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        ("output/logs", "a warning in the log"),
        ("output/logs_and_dies", "a last warning in the log"),
        ("output/logs_and_hangs", "a long wait begins"),
    ],
)
def test_the_log_is_evidence(start: Start, scenario: str, text: str) -> None:
    """Apart from the output, and also of what came to no good end."""
    result = start.result(scenario)
    assert text in result["log"]
    assert text not in result["stdout"] + result["stderr"]


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
