"""Limits of a scenario: seconds, memory, output; by its own marker, else by the job."""

from __future__ import annotations

import pytest

from tests.harness.bench import ISOLATIONS, Bench

HANGS = """
    import pytest, time

    def test_by_the_job():
        time.sleep(600)

    @pytest.mark.scenario(timeout=0.7)
    def test_by_its_marker():
        time.sleep(600)
"""

EATS = """
    import pytest, time

    def eat(mebibytes):
        kept = []
        for _ in range(mebibytes // 10):
            kept.append(b"x" * 10 * 1024 * 1024)
            time.sleep(0.005)
        time.sleep(600 if mebibytes > 400 else 0.5)

    def test_by_the_job():
        eat(500)

    @pytest.mark.scenario(memory=200)
    def test_by_its_marker():
        eat(500)

    @pytest.mark.scenario(memory=1000)
    def test_may_have_more():
        eat(390)
"""

FORKS = """
    import multiprocessing, time

    MIB = 2**20

    def sleep(_):
        time.sleep(0.3)

    def eat(_):
        kept = b"x" * 100 * MIB
        time.sleep(600)

    def test_has_forks_that_share():
        kept = b"x" * 100 * MIB
        with multiprocessing.get_context("fork").Pool(6) as pool:
            pool.map(sleep, range(6), 1)

    def test_has_forks_that_eat_together():
        with multiprocessing.get_context("fork").Pool(6) as pool:
            pool.map(eat, range(6), 1)

    def test_shares_memory():
        from multiprocessing.shared_memory import SharedMemory
        held = SharedMemory(create=True, size=400 * MIB)
        held.buf[:] = b"x" * len(held.buf)
        time.sleep(600)
"""

WARNS = """
    import warnings

    def test_warns():
        warnings.simplefilter("always")
        for number in range(2000):
            warnings.warn(f"number {number}")
            warnings.warn("again")
"""

SAYS = """
    import logging, sys
    import pytest

    def say(characters):
        sys.stdout.write("<" + "o" * (characters - 2) + ">")
        sys.stderr.write("<" + "e" * (characters - 2) + ">")
        logging.getLogger("specimen").warning("<" + "l" * (characters - 2) + ">")

    def test_by_the_job():
        say(5000)

    @pytest.mark.scenario(output=2)
    def test_by_its_marker():
        say(5000)

    def test_says_little():
        say(1024)
"""


def middle(text: str) -> tuple[int, int, int]:
    """Characters of the head, characters left out, characters of the tail."""
    head, _, rest = text.partition("\n[... ")
    missing, _, tail = rest.partition(" characters left out ...]\n")
    return len(head), int(missing), len(tail)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_deadline_is_set_by_the_marker_else_by_the_job(bench: Bench, isolation: str) -> None:
    """The reason names the limit that was hit."""
    bench.write("test_x.py", HANGS)
    assert bench.run(timeout=0.5, jobs=2, retries=0, isolation=isolation) == 0
    assert {scenario: bench.result(scenario)["reason"] for scenario in bench.outcomes()} == {
        "x/by_the_job": "no result within 0.5 s",
        "x/by_its_marker": "no result within 0.7 s",
    }


def test_a_memory_limit_is_set_by_the_marker_else_by_the_job(bench: Bench) -> None:
    """Whoever is over it has crashed, and the reason names the limit."""
    bench.write("test_x.py", EATS)
    assert bench.run(memory=300, timeout=60, jobs=3, retries=0) == 0
    results = {scenario: bench.result(scenario) for scenario in bench.outcomes()}
    assert {scenario: (result["outcome"], result["reason"]) for scenario, result in results.items()} == {
        "x/by_the_job": ("crashed", "more than 300 MiB of memory"),
        "x/by_its_marker": ("crashed", "more than 200 MiB of memory"),
        "x/may_have_more": ("passed", ""),
    }
    assert "in eat" in results["x/by_the_job"]["traceback"]


def test_pages_that_processes_share_count_once(bench: Bench) -> None:
    """In proportion to how many share them; what each takes for itself is added up, shared memory too."""
    bench.write("test_x.py", FORKS)
    assert bench.run(memory=300, timeout=60, jobs=2, retries=0) == 0
    results = {scenario: bench.result(scenario) for scenario in bench.outcomes()}
    assert {scenario: (result["outcome"], result["reason"]) for scenario, result in results.items()} == {
        "x/has_forks_that_share": ("passed", ""),
        "x/has_forks_that_eat_together": ("crashed", "more than 300 MiB of memory"),
        "x/shares_memory": ("crashed", "more than 300 MiB of memory"),
    }


def test_the_distinct_warnings_kept_are_limited(bench: Bench) -> None:
    """The last one says how many are left out; equal ones are still counted."""
    bench.write("test_x.py", WARNS)
    assert bench.run() == 0
    result = bench.result("x/warns")
    *kept, last = result["warnings"]
    assert (result["outcome"], len(kept)) == ("passed", 500)
    assert [warning["count"] for warning in kept if warning["message"] == "again"] == [2000]
    assert (last["category"], last["count"]) == ("dask_matrix.WarningsLeftOut", 2000 - 499)
    assert last["message"] == "1501 more warnings left out: only the first 500 distinct ones are kept"


def test_without_a_memory_limit_none_is_hit(bench: Bench) -> None:
    """A job may say so."""
    bench.write("test_x.py", EATS)
    assert bench.run("-k", "may_have_more or by_its_marker", memory=None, jobs=2, retries=0) == 0
    assert bench.outcomes() == {"x/by_its_marker": "crashed", "x/may_have_more": "passed"}
    bench.write("test_y.py", "def test_eats():\n    assert len(b'x' * 400_000_000) == 400_000_000\n")
    assert bench.run("test_y.py", memory=None) == 0
    assert bench.outcomes()["y/eats"] == "passed"


@pytest.mark.quick
def test_the_limit_of_output_is_set_by_the_marker_else_by_the_job(bench: Bench) -> None:
    """Of stdout, of stderr and of the log the first and the last half of it are kept; the outcome is not affected."""
    bench.write("test_x.py", SAYS)
    assert bench.run(output=4) == 0
    assert set(bench.outcomes().values()) == {"passed"}
    by_the_job, by_its_marker, little = map(bench.result, ("x/by_the_job", "x/by_its_marker", "x/says_little"))
    for stream in ("stdout", "stderr"):
        assert middle(by_the_job[stream]) == (2048, 5000 - 4096, 2048)
        assert middle(by_its_marker[stream]) == (1024, 5000 - 2048, 1024)
        assert (by_its_marker[stream][0], by_its_marker[stream][-1]) == ("<", ">")
        assert len(little[stream]) == 1024
    assert middle(by_its_marker["log"])[::2] == (1024, 1024)
    assert by_its_marker["log"].rstrip().endswith("l>")
    assert "characters left out" not in little["log"]


def test_what_is_left_out_is_counted_in_bytes(bench: Bench) -> None:
    """A character that is cut in two is shown as one that is no UTF-8."""
    bench.write("test_x.py", "def test_says():\n    print('ü' * 1023 + '€', end='')\n")
    assert bench.run(output=1) == 0
    stdout = bench.result("x/says")["stdout"]
    assert f"\n[... {1023 * 2 + 3 - 1024} characters left out ...]\n" in stdout
    assert stdout.startswith("üü")
    assert stdout.endswith("ü€")


@pytest.mark.parametrize(
    ("declares", "says"),
    [
        ("timeout=0", "scenario(timeout=0): not a number of seconds above 0"),
        ("memory='much'", "scenario(memory='much'): not a number of MiB above 0"),
        ("output=True", "scenario(output=True): not a number of KiB above 0"),
    ],
)
def test_a_limit_that_is_none_is_refused(bench: Bench, declares: str, says: str) -> None:
    """By name, without an execution."""
    bench.write("test_x.py", f"import pytest\n\n@pytest.mark.scenario({declares})\ndef test_one():\n    pass\n")
    assert bench.run() == 0
    result = bench.result("x/one")
    assert (result["outcome"], result["phase"]) == ("errored", "collection")
    assert result["reason"].endswith(says)
