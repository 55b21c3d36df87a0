"""Each test file sees the modules of its own folder, also those of a name that another folder has too."""

from __future__ import annotations

import pytest

from tests.harness.bench import ISOLATIONS, Bench

TEST = """
    import helper

    def test_imported_at_the_top():
        assert helper.FOLDER == "{folder}"

    def test_imported_in_the_test():
        import helper, late
        assert (helper.FOLDER, late.FOLDER) == ("{folder}", "{folder}")

    def test_changes_its_module():
        helper.FOLDER = "changed"
"""


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("seed", [None, 1])
def test_modules_of_one_name_in_two_folders_are_kept_apart(bench: Bench, isolation: str, seed: int | None) -> None:
    """In the order of the files, and shuffled, when a fork enters the folder that its parent does not stand in."""
    for folder in ("one", "two"):
        bench.write(f"{folder}/test_{folder}.py", TEST.format(folder=folder))
        for name in ("helper", "late"):
            bench.write(f"{folder}/{name}.py", f"FOLDER = {folder!r}")
    assert bench.run(isolation=isolation, seed=seed, jobs=2) == 0
    assert set(bench.outcomes().values()) == {"passed"}
    assert len(bench.outcomes()) == 6
