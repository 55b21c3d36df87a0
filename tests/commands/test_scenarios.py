"""`dask-matrix scenarios`: create a file from a template, and lint."""

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


def test_new_creates_a_file_and_lint_lists_what_is_missing(tmp_path: Path) -> None:
    """By file and line; exit code 1 until it is complete."""
    done = dask_matrix("scenarios", "new", "bag", "sums", "--scenarios", ".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'conftest.py'}\n{tmp_path / 'bag' / 'test_sums.py'}\n")
    done = dask_matrix("scenarios", "lint", "--scenarios", ".", cwd=tmp_path, data=tmp_path / "d")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "bag/test_sums.py:11: bag/sums/states_one_behaviour: its title is still a TODO",
        'bag/test_sums.py:11: bag/sums/states_one_behaviour: no covers=["dask…"]: list the public API it exercises',
    ]
    assert done.stderr == "1 scenario: 2 errors, 0 warnings.\n"
    assert not (tmp_path / "d").exists()


def test_new_never_overwrites_a_file(tmp_path: Path) -> None:
    """Nor accepts an invalid name."""
    write_set(tmp_path, {"bag/test_sums.py": SOUND})
    for name, message in (("sums", "test_sums.py already exists"), ("1", "'1' is not a valid name")):
        done = dask_matrix("scenarios", "new", "bag", name, "--scenarios", tmp_path)
        assert (done.returncode, message in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_lint_prints_json(tmp_path: Path) -> None:
    """For scripts."""
    write_set(tmp_path, {"bag/test_sums.py": SOUND, "io/test_x.py": SOUND.replace("up.", "up")})
    done = dask_matrix("scenarios", "lint", "--scenarios", tmp_path, "--json", data=tmp_path / "d")
    assert done.returncode == 1
    output = json.loads(done.stdout)
    assert (output["scenarios"], output["errors"], output["warnings"]) == (2, 1, 0)
    assert (output["findings"][0]["file"], output["findings"][0]["level"]) == ("io/test_x.py", "error")
    assert dask_matrix("scenarios", "lint", "bag", "--scenarios", tmp_path, data=tmp_path / "d").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bags",), "No area 'bags'. Nearest: bag"),
        (("--release", "2025.2.0"), "--release and --seed need --verify"),
        (("--json", "--verify", "2"), "--json cannot be combined with --verify"),
        (("--scenarios", "none"), "No such folder"),
    ],
)
def test_invalid_lint_arguments_are_usage_errors(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    """Exit code 2, no traceback."""
    write_set(tmp_path, {"bag/test_sums.py": SOUND})
    given = arguments if "--scenarios" in arguments else (*arguments, "--scenarios", str(tmp_path))
    done = dask_matrix("scenarios", "lint", *given, data=tmp_path / "d", cwd=tmp_path)
    assert (done.returncode, message in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_lint_verifies_areas_and_warns_of_flaky_scenarios(real_data: Path, tmp_path: Path) -> None:
    """A flaky scenario makes --verify fail; later lints report it from stored results without executing anything."""
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
    assert "warning: coins/coins/wavers is flaky in 2025.2.0, py311, as-released" in done.stdout
