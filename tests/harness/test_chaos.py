"""Kill the harness at random moments; restarted, it completes with the same records as an undisturbed start."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.harness.bench import PATIENCE, SCRATCH_KEPT, Bench, processes_with_variable

KILLS = 50

TESTS = """
    import os, subprocess, sys, tempfile, time
    from pathlib import Path
    import pytest

    @pytest.mark.parametrize("number", range(12))
    def test_passes(number):
        print("x" * number * 100)
        time.sleep(number * 0.004)

    @pytest.mark.parametrize("number", range(4))
    def test_fails(number):
        time.sleep(0.01)
        assert number == "a number"

    @pytest.mark.parametrize("number", range(2))
    def test_skips(number):
        pytest.skip("today")

    def test_crashes():
        os._exit(3)

    def test_errs(no_such_fixture):
        pass

    @pytest.mark.scenario(timeout=0.15)
    def test_hangs():
        time.sleep(600)

    def test_leaves_a_file():
        Path(tempfile.gettempdir(), "forgotten.txt").write_text("left")
        Path("here").write_text("left")

    def test_leaves_a_process():
        subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(0.5)"], start_new_session=True)

    def test_has_a_process():
        subprocess.run([sys.executable, "-S", "-c", "import time; time.sleep(0.02)"], check=True)
"""


class Life:
    """Starts of the harness for one run, until one of them completes."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder)
        self.bench.write("area/test_x.py", TESTS)
        self.bench.write("test_broken.py", "import no_such_module\n")
        self._fields = {
            "jobs": 2,
            "fingerprints": {"area/test_x.py": "f", "test_broken.py": "g"},
        }

    def until(self, moment: float | None) -> bool:
        """Start the harness, kill it after `moment` seconds; whether it had ended by then, and well."""
        harness = self.bench.begin(**self._fields, done=self.done())
        try:
            code = harness.wait(moment) if moment is None else self._ended_within(harness, moment)
        finally:
            harness.kill()
            harness.wait()
        assert code in (None, 0), self.bench.stderr
        return code == 0

    def done(self) -> dict[str, str]:
        """The scenarios that have evidence, that is a result other than `errored`."""
        results = self.bench.records("result")
        return {result["scenario"]: result["fingerprint"] for result in results if result["outcome"] != "errored"}

    def endings(self) -> dict[str, set[tuple[str, str, str]]]:
        """Every outcome, phase and reason that was recorded of each scenario."""
        found: dict[str, set[tuple[str, str, str]]] = {}
        for result in self.bench.records("result"):
            fate = (result["outcome"], result["phase"], result["reason"])
            found.setdefault(result["scenario"], set()).add(fate)
        return found

    def collected(self) -> list[dict[str, str]]:
        """Scenarios with their fingerprints, as each start collected them."""
        return [record["scenarios"] for record in self.lines() if record["kind"] == "collection"]

    def lines(self) -> list[dict[str, Any]]:
        """Every record; a torn line fails here."""
        return [json.loads(line) for line in Path(self.bench.job["records"]).read_bytes().splitlines()]

    @staticmethod
    def _ended_within(harness: Any, moment: float) -> int | None:
        until = time.perf_counter() + moment
        while time.perf_counter() < until and harness.poll() is None:
            time.sleep(0.001)
        code: int | None = harness.poll()
        return code


@dataclass(frozen=True)
class Chaos:
    """One undisturbed life, and as many others as it took to kill the harness `KILLS` times."""

    seed: int
    undisturbed: Life
    lives: list[Life]


@pytest.fixture(scope="module")
def chaos(tmp_path_factory: pytest.TempPathFactory) -> Chaos:
    """Kill the harness at random moments of its life; start it again each time until it ends by itself."""
    seed = random.randrange(10**6)
    moments = random.Random(seed)
    undisturbed = Life(tmp_path_factory.mktemp("undisturbed"))
    began = time.perf_counter()
    assert undisturbed.until(None)
    whole = time.perf_counter() - began
    kills = 0
    lives = []
    while kills < KILLS:
        lives.append(Life(tmp_path_factory.mktemp("killed")))
        while not lives[-1].until(moments.uniform(0, 0.6 * whole) if kills < KILLS else None):
            kills += 1
    return Chaos(seed, undisturbed, lives)


@pytest.fixture(autouse=True)
def _tell_the_seed(chaos: Chaos) -> None:
    print(f"seed {chaos.seed}, {len(chaos.lives)} lives")


def test_the_records_are_those_of_an_undisturbed_start(chaos: Chaos) -> None:
    """Every scenario has results, each of them of the same outcome, phase and reason."""
    for life in chaos.lives:
        assert life.endings() == chaos.undisturbed.endings()


def test_every_start_collects_the_same(chaos: Chaos) -> None:
    """And what is collected has its results in the end."""
    (collected,) = chaos.undisturbed.collected()
    assert collected
    for life in chaos.lives:
        assert all(found == collected for found in life.collected())
        assert life.endings().keys() == collected.keys()


def test_no_line_is_torn_and_none_is_written_twice(chaos: Chaos) -> None:
    """A record is written at once or not at all; what is done is not executed again."""
    for life in chaos.lives:
        results = [record for record in life.lines() if record["kind"] == "result"]
        assert len({result["id"] for result in results}) == len(results)
        passed = [result["scenario"] for result in results if result["outcome"] in ("passed", "skipped")]
        assert len(set(passed)) == len(passed)


def test_no_process_is_left(chaos: Chaos) -> None:
    """But for what a killed scenario had started in a session of its own: that ends by itself, half a second later.

    Until it has become the program it was started as, it is a copy of the scenario, by name too.
    """
    for life in [chaos.undisturbed, *chaos.lives]:
        give_up = time.monotonic() + PATIENCE
        while found := processes_with_variable("PIDS", str(life.bench.pids)):
            assert time.monotonic() < give_up, found
            time.sleep(0.01)


def test_the_last_start_removes_what_killed_ones_left(chaos: Chaos) -> None:
    """The folder for temporary files is as after an undisturbed start."""
    for life in chaos.lives:
        assert {path.name for path in life.bench.scratch.iterdir()} <= SCRATCH_KEPT
