"""Pipfile.lock is read as ``pipenv install`` installs it."""

import json
from pathlib import Path

from dask_matrix.project.locks.entries import Part
from dask_matrix.project.locks.start import Start, start


def read(folder: Path, **categories: dict[str, str]) -> Start:
    """Return the start of a Pipfile.lock with these versions in each category."""
    written = {
        category: {name: {"version": f"=={version}"} for name, version in versions.items()}
        for category, versions in categories.items()
    }
    lock = {"_meta": {"requires": {"python_version": "3.11"}}, **written}
    (folder / "Pipfile.lock").write_text(json.dumps(lock, indent=4))
    return start(str(folder / "Pipfile.lock"))


def test_default_category_wins(tmp_path: Path) -> None:
    """Even over a higher version, and what only others have is not installed."""
    found = read(
        tmp_path,
        default={"dask": "2025.2.0", "numpy": "1.24.3"},
        develop={"numpy": "1.26.0", "pandas": "2.2.3"},
    )
    assert (found.packages, found.notes) == ({"dask": "2025.2.0", "numpy": "1.24.3"}, ())


def test_another_dask_in_another_category_is_noted(tmp_path: Path) -> None:
    """pipenv itself ignores it."""
    found = read(tmp_path, default={"dask": "2025.2.0"}, develop={"dask": "2025.3.0"})
    assert str(found.release) == "2025.2.0"
    assert found.notes == (
        "Pipfile.lock: the category develop has dask 2025.3.0; using default, which pipenv prefers.",
    )


def test_dask_only_in_another_category_is_noted(tmp_path: Path) -> None:
    """And read with the default one, which still wins."""
    found = read(tmp_path, default={"numpy": "1.24.3"}, develop={"dask": "2025.2.0", "numpy": "1.26.0"})
    assert found.packages == {"dask": "2025.2.0", "numpy": "1.24.3"}
    (note,) = found.notes
    assert note.startswith("Pipfile.lock: dask is only in the group `develop`, not in what is installed by default;")


def test_other_category_can_be_chosen(tmp_path: Path) -> None:
    """With the default one, which still wins, as ``pipenv sync --categories`` does."""
    default, develop = {"dask": "2025.2.0", "numpy": "1.24.3"}, {"numpy": "1.26.0", "pandas": "2.2.3"}
    read(tmp_path, default=default, develop=develop)
    found = start(str(tmp_path / "Pipfile.lock"), [Part("group", "develop")])
    assert found.packages == {"dask": "2025.2.0", "numpy": "1.24.3", "pandas": "2.2.3"}
