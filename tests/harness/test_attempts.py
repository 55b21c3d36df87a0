"""How often and in which order scenarios are executed: retries, requested attempts, rounds, expected durations."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.harness.bench import ISOLATIONS, TWO_TESTS, Bench

FATES = """
    import os, time
    import pytest

    def test_crashes():
        os._exit(1)

    @pytest.fixture
    def broken():
        raise RuntimeError

    def test_errs(broken):
        pass

    def test_fails():
        assert False

    @pytest.mark.scenario(timeout=0.3)
    def test_hangs():
        time.sleep(600)

    def test_passes():
        pass

    def test_skips():
        pytest.skip("today")
"""

#: Fails unless another attempt has left something in the memory of its process.
REMEMBERS = """
    import os, pathlib

    KEPT = []

    def test_fails_in_a_fresh_process():
        with open(pathlib.Path(os.environ["NOTES"]) / "pids", "a") as file:
            print(os.getpid(), file=file)
        KEPT.append(1)
        assert len(KEPT) > 1
"""

TWELVE = """
    import pytest

    @pytest.mark.parametrize("number", range(12))
    def test_one(number):
        pass
"""


def order(bench: Bench) -> list[tuple[str, ...]]:
    """The twelve scenarios of each round in the order they were executed in."""
    executed = [scenario for scenario, _, _ in bench.executed()]
    return [tuple(executed[first : first + 12]) for first in range(0, len(executed), 12)]


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_what_neither_passed_nor_was_skipped_is_executed_again_once(bench: Bench, isolation: str) -> None:
    """Each attempt is a result."""
    bench.write("test_x.py", FATES)
    assert bench.run(isolation=isolation, jobs=2) == 0
    assert sorted(bench.executed()) == [
        ("x/crashes", 1, "crashed"),
        ("x/crashes", 2, "crashed"),
        ("x/errs", 1, "errored"),
        ("x/errs", 2, "errored"),
        ("x/fails", 1, "failed"),
        ("x/fails", 2, "failed"),
        ("x/hangs", 1, "timed-out"),
        ("x/hangs", 2, "timed-out"),
        ("x/passes", 1, "passed"),
        ("x/skips", 1, "skipped"),
    ]


@pytest.mark.parametrize("retries", [0, 3])
def test_a_job_says_how_often(bench: Bench, retries: int) -> None:
    """Or not at all."""
    bench.write("test_x.py", FATES)
    assert bench.run("-k", "fails or passes", retries=retries) == 0
    again = [("x/fails", number, "failed") for number in range(1, retries + 2)]
    assert sorted(bench.executed()) == [*again, ("x/passes", 1, "passed")]


def test_a_pass_ends_the_retries(bench: Bench) -> None:
    """It is believed at once."""
    bench.write(
        "test_x.py",
        """
        import os, pathlib

        def test_passes_at_last():
            note = pathlib.Path(os.environ["NOTES"]) / "attempts"
            with note.open("a") as file:
                file.write("x")
            assert len(note.read_text()) == 3
        """,
    )
    assert bench.run(retries=5) == 0
    assert bench.executed() == [
        ("x/passes_at_last", 1, "failed"),
        ("x/passes_at_last", 2, "failed"),
        ("x/passes_at_last", 3, "passed"),
    ]


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_an_attempt_is_made_in_a_fresh_process(bench: Bench, isolation: str) -> None:
    """Nothing of the one before is in its memory."""
    bench.write("test_x.py", REMEMBERS)
    assert bench.run(retries=2, isolation=isolation) == 0
    assert [outcome for _, _, outcome in bench.executed()] == ["failed"] * 3
    assert len(set((bench.notes / "pids").read_text().split())) == 3


def test_what_could_not_be_collected_is_not_tried_again(bench: Bench) -> None:
    """Nothing was executed."""
    bench.write("test_x.py", "import no_such_module")
    bench.write("test_y.py", "import pytest\n\n@pytest.mark.scenario(since='soon')\ndef test_one():\n    pass\n")
    assert bench.run() == 0
    assert sorted(bench.executed()) == [("x", 1, "errored"), ("y/one", 1, "errored")]


@pytest.mark.quick
def test_attempts_asked_for_are_executed_exactly(bench: Bench) -> None:
    """Also of what is done, also of what passes, and without retries; the others as ever."""
    bench.write("test_x.py", FATES)
    bench.write("test_y.py", TWO_TESTS)
    done = {"x/passes": "f", "x/fails": "f", "y/one": "g", "y/two": "g"}
    prints = {"test_x.py": "f", "test_y.py": "g"}
    asked = {"x/passes": [2, 3], "x/fails": [4], "x/errs": [1]}
    assert bench.run("-k", "passes or fails or errs or one or two", fingerprints=prints, done=done, attempts=asked) == 0
    assert sorted(bench.executed()) == [
        ("x/errs", 1, "errored"),
        ("x/fails", 4, "failed"),
        ("x/passes", 2, "passed"),
        ("x/passes", 3, "passed"),
    ]
    (collection,) = bench.records("collection")
    assert collection["to_run"] == 3


def test_rounds_execute_everything_so_many_times(bench: Bench) -> None:
    """A failure counts as one, without retries; attempts are numbered on."""
    bench.write("test_x.py", FATES)
    assert bench.run("-k", "passes or fails or skips", rounds=3, seed=1) == 0
    assert sorted(bench.executed()) == [
        (f"x/{name}", number, outcome)
        for name, outcome in (("fails", "failed"), ("passes", "passed"), ("skips", "skipped"))
        for number in (1, 2, 3)
    ]


def test_a_round_ends_before_the_next_begins(bench: Bench) -> None:
    """In each everything is executed once."""
    bench.write("test_x.py", TWELVE)
    assert bench.run(rounds=3, seed=7) == 0
    assert [len(set(executed)) for executed in order(bench)] == [12, 12, 12]


def test_each_round_has_an_order_of_its_own(bench: Bench) -> None:
    """Twelve scenarios are in the same order twice once in 479,001,600 times."""
    bench.write("test_x.py", TWELVE)
    assert bench.run(rounds=3, seed=7) == 0
    rounds = order(bench)
    usual = tuple(f"x/one[{number}]" for number in range(12))
    assert len({*rounds, usual}) == 4


def test_the_order_follows_from_the_seed(bench: Bench) -> None:
    """The same seed, the same order; another, another."""
    bench.write("test_x.py", TWELVE)
    for seed in (7, 7, 8):
        assert bench.run(rounds=2, seed=seed) == 0
    rounds = order(bench)
    assert rounds[0:2] == rounds[2:4]
    assert rounds[0:2] != rounds[4:6]


def test_without_a_seed_rounds_are_in_the_usual_order(bench: Bench) -> None:
    """That of the file."""
    bench.write("test_x.py", TWELVE)
    assert bench.run(rounds=2) == 0
    assert order(bench) == [tuple(f"x/one[{number}]" for number in range(12))] * 2


def test_the_longest_is_started_first_and_the_unknown_before_all(bench: Bench) -> None:
    """By the seconds it took before; equal ones in the order of the file."""
    bench.write("test_x.py", TWELVE)
    expected = {f"x/one[{number}]": float(number % 5) for number in range(12) if number not in (3, 8)}
    assert bench.run(expected=expected) == 0
    (executed,) = order(bench)
    assert executed[:2] == ("x/one[3]", "x/one[8]")
    assert all(expected[one] >= expected[other] for one, other in pairwise(executed[2:]))
    assert executed[2:4] == ("x/one[4]", "x/one[9]")
