"""The start that the current folder says: its only lock file, or else what is installed."""

from pathlib import Path

import pytest

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.project.locks.formats import lock_files
from dask_matrix.project.locks.start import start, start_here

PINS = "dask==2025.2.0\ndistributed==2025.2.0\npandas==2.2.3\n"


def write(folder: Path, **files: str) -> Path:
    """Write files, with ``_`` for the dot of their suffix."""
    for name, text in files.items():
        folder.joinpath(name.replace("_", ".")).write_text(text)
    return folder


def test_the_only_lock_file_is_the_start(tmp_path: Path) -> None:
    """Beside files that list allowed versions."""
    found = start_here(write(tmp_path, requirements_txt=PINS, pyproject_toml="[project]\n"))
    assert Path(found) == tmp_path / "requirements.txt"
    assert (str(start(found).release), start(found).packages["pandas"]) == ("2025.2.0", "2.2.3")


def test_several_lock_files_are_named_and_none_is_chosen(tmp_path: Path) -> None:
    """They may disagree."""
    with pytest.raises(DaskMatrixError, match=r"Several lock files here: requirements\.txt, uv\.lock\."):
        start_here(write(tmp_path, requirements_txt=PINS, uv_lock="version = 1\n"))


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"requirements_txt": "dask>=2024\n"},
        {"requirements_txt": "numpy==2.0\n"},
        {"environment_yml": "dependencies:\n- dask\n"},
        {"requirements_txt": "\0"},
    ],
)
def test_files_of_allowed_versions_are_no_lock_files(tmp_path: Path, files: dict[str, str]) -> None:
    """Without a pin of dask they do not say what is in use."""
    assert lock_files(write(tmp_path, **files)) == []
    assert start_here(tmp_path) == "installed"


def test_latest_is_resolved_where_the_evidence_is() -> None:
    """The start alone does not know it."""
    assert start("latest").release is None
