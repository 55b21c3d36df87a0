"""Whoever writes scenarios is helped to begin, and told what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import dask_matrix, write_set

SOUND = '''\
"""Calls."""
import dask
import pytest

@pytest.mark.scenario(covers=["dask.delayed"])
def test_adds():
    """Two numbers add up."""
    assert dask.delayed(sum)([1, 2]).compute() == 3
'''


def test_a_file_is_begun_and_lint_says_what_is_missing(tmp_path: Path) -> None:
    """By file and line; exit code 1 until all is there."""
    done = dask_matrix("scenarios", "new", "bag", "sums", "--scenarios", ".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'bag' / 'test_sums.py'}\n")
    done = dask_matrix("scenarios", "lint", "--scenarios", ".", cwd=tmp_path, data=tmp_path / "d")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        'bag/test_sums.py:11: bag/sums/states_one_behaviour: has no covers=["dask…"]: name the public API it exercises',
        "bag/test_sums.py:11: bag/sums/states_one_behaviour: its title is still to be written",
    ]
    assert done.stderr == "1 scenarios: 2 errors, 0 warnings.\n"
    assert not (tmp_path / "d").exists()


def test_what_is_written_is_never_written_over(tmp_path: Path) -> None:
    """Nor is a name taken that is none."""
    write_set(tmp_path, {"bag/test_sums.py": SOUND})
    for name, told in (("sums", "test_sums.py exists already"), ("1", "'1' cannot be the name of scenarios")):
        done = dask_matrix("scenarios", "new", "bag", name, "--scenarios", tmp_path)
        assert (done.returncode, told in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_lint_speaks_json(tmp_path: Path) -> None:
    """For scripts."""
    write_set(tmp_path, {"bag/test_sums.py": SOUND, "io/test_x.py": SOUND.replace("up.", "up")})
    done = dask_matrix("scenarios", "lint", "--scenarios", tmp_path, "--json", data=tmp_path / "d")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["scenarios"], told["errors"], told["warnings"]) == (2, 1, 0)
    assert (told["findings"][0]["file"], told["findings"][0]["level"]) == ("io/test_x.py", "error")
    assert dask_matrix("scenarios", "lint", "bag", "--scenarios", tmp_path, data=tmp_path / "d").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("bags",), "No area 'bags'. Nearest: bag"),
        (("--release", "2025.2.0"), "--release and --seed go with --verify"),
        (("--json", "--verify", "2"), "--json does not go with --verify here"),
        (("--scenarios", "none"), "No folder"),
    ],
)
def test_what_lint_cannot_do_is_named(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    """Exit code 2, no traceback."""
    write_set(tmp_path, {"bag/test_sums.py": SOUND})
    given = arguments if "--scenarios" in arguments else (*arguments, "--scenarios", str(tmp_path))
    done = dask_matrix("scenarios", "lint", *given, data=tmp_path / "d", cwd=tmp_path)
    assert (done.returncode, told in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_lint_verifies_the_areas_asked_for_and_warns_of_what_wavered(real_data: Path, tmp_path: Path) -> None:
    """What is not constant makes it fail; from then on the evidence says so without executing anything."""
    wavering = SOUND.replace("adds", "wavers").replace("Two numbers add up", "A coin shows heads")
    counter = tmp_path / "count"
    body = f"    with open({str(counter)!r}, 'a+') as f:\n        f.write('x')\n    assert {str(counter)!r} and len(open({str(counter)!r}).read()) % 2\n"
    text = wavering.partition("    assert")[0] + body
    tests = write_set(tmp_path / "set", {"bag/test_sums.py": SOUND, "coins/test_coins.py": text})
    data = tmp_path / "data"
    data.mkdir()
    for kept in ("locks", "pytest", "index"):
        (data / kept).symlink_to(real_data / kept)
    lint = ("scenarios", "lint", "--scenarios", tests)
    verified = (*lint, "coins", "--verify", "2", "--release", "2025.2.0")
    done = dask_matrix(*verified, data=data)
    assert done.returncode == 1, done.stderr
    assert "coins/coins/wavers: 1 passed, 1 failed (50% passed)" in done.stdout
    assert "bag/sums/adds" not in done.stdout
    done = dask_matrix(*lint, data=data)
    assert done.returncode == 0, done.stdout
    assert "warning: coins/coins/wavers wavered in 2025.2.0, py311, as-released" in done.stdout
