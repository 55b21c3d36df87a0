"""Where compiled modules go: kept from start to start, never next to test files, never cut off."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.harness.bench import TWO_TESTS, Bench

#: While it imports `inner`, no file can grow beyond some bytes, as on a disk that becomes full.
OUTER = """
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))
    import inner
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
"""


@pytest.fixture(autouse=True)
def _python_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a target environment, whatever the developer has set."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)


def test_nothing_compiled_appears_next_to_test_files(bench: Bench) -> None:
    """Neither of test files, nor of what they import from there, nor of the user's own folders."""
    bench.write("conftest.py", "import pytest")
    bench.write("area/helper.py", "VALUE = 1")
    bench.write("../own/mine.py", "VALUE = 1")
    bench.write("area/test_x.py", "import helper, mine\n\n\ndef test_one():\n    assert helper.VALUE == mine.VALUE\n")
    assert bench.run(paths=[str((bench.tests / "../own").resolve())]) == 0
    assert bench.outcomes() == {"area/x/one": "passed"}
    assert not list(bench.tests.parent.rglob("*.pyc"))


def test_a_test_file_is_compiled_once(bench: Bench, tmp_path: Path) -> None:
    """The next start finds it in the folder that the job names."""
    bench.write("test_x.py", TWO_TESTS)
    kept = tmp_path / "kept"
    bench.run(bytecode=str(kept))
    (compiled,) = kept.rglob("*.pyc")
    before = compiled.stat()
    bench.run(bytecode=str(kept))
    assert [*kept.rglob("*.pyc")] == [compiled]
    assert (compiled.stat().st_ino, compiled.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_changed_test_file_is_compiled_again_even_if_size_and_time_are_the_same(bench: Bench, tmp_path: Path) -> None:
    """Only its content counts, and of the old one nothing is kept."""
    kept, file = tmp_path / "kept", bench.tests / "test_x.py"
    for value, outcome in (("1", "passed"), ("2", "failed")):
        bench.write("test_x.py", f"def test_one():\n    assert {value} == 1\n")
        os.utime(file, (1_700_000_000, 1_700_000_000))
        bench.run(bytecode=str(kept), retries=0)
        assert bench.outcomes() == {"x/one": outcome}
        assert len([*kept.rglob("*.pyc")]) == 1


def test_a_module_that_could_not_be_compiled_whole_still_imports(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cut-off file of it would refuse the environment in every later start: `marshal data too short`."""
    bench.write("test_x.py", TWO_TESTS)
    site = tmp_path / "site"
    site.mkdir()
    (site / "inner.py").write_text(f"TEXT = {'x' * 1000!r}")
    bench.write("../../site/outer.py", OUTER)
    monkeypatch.setenv("PYTHONPATH", str(site))
    for _ in range(2):
        assert bench.run(imports=["outer"]) == 0, bench.records("refusal")
