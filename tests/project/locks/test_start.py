"""Where an upgrade begins: read from a release, or from the lock files of the tools people use."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.project.locks import conda
from dask_matrix.project.locks.start import Start, start

LOCKS = Path(__file__).parent / "files"
OF_UV = ("uv-lock.toml", "uv-lock-of-extras.toml")
"""Stored under names that git does not ignore."""
PY310, PY311, PY312 = (Python(3, minor) for minor in (10, 11, 12))

Read = Callable[..., Start]


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """What conda lists by platform is read for Linux, wherever the tests run."""
    monkeypatch.setattr(conda, "subdir", lambda: "linux-64")


@pytest.fixture
def stored(tmp_path: Path) -> Read:
    """Read a stored lock file in a project that is on a Python."""

    def read(name: str, python: str = "", rename: str = "") -> Start:
        shutil.copytree(LOCKS, tmp_path, dirs_exist_ok=True)
        if python:
            (tmp_path / ".python-version").write_text(f"{python}\n")
        called = rename or ("uv.lock" if name in OF_UV else name)
        return start(str((tmp_path / name).rename(tmp_path / called)))

    return read


@pytest.fixture
def written(tmp_path: Path) -> Read:
    """Read a file with that text."""

    def read(name: str, text: str | bytes) -> Start:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return start(str(path))

    return read


@pytest.mark.parametrize("text", ["2025.2.0", " 2025.2.0 ", "2025.2"])
def test_a_release_is_the_start_it_names(text: str) -> None:
    """And nothing else is known of it."""
    assert start(text) == Start(Release.parse("2025.2.0"), text)


@pytest.mark.parametrize(
    ("name", "python", "known", "packages"),
    [
        ("uv-lock.toml", "3.12", PY312, {"dask": "2025.2.0", "distributed": "2025.2.0", "numpy": "2.5.5"}),
        ("uv-lock.toml", "3.11.7", PY311, {"dask": "2025.2.0", "numpy": "2.4.6", "pyarrow": "26.0.1"}),
        ("uv-lock.toml", "3.10", PY310, {"dask": "2024.8.2", "distributed": "2024.8.2", "numpy": "2.2.6"}),
        ("uv-lock-of-extras.toml", "", PY311, {"dask": "2025.2.0", "distributed": "2025.2.0"}),
        ("pylock.toml", "cpython-3.10.4", PY310, {"dask": "2024.8.2", "pandas": "2.3.3", "dask-expr": "1.1.13"}),
        ("pylock.toml", "3.12", PY312, {"dask": "2025.2.0", "pandas": "2.3.3", "numpy": "2.5.5"}),
        ("requirements.txt", "", PY312, {"dask": "2025.2.0", "distributed": "2025.2.0", "numpy": "2.5.5"}),
        ("universal.txt", "3.11", PY311, {"dask": "2025.2.0", "pandas": "2.3.3", "numpy": "2.4.6"}),
        ("Pipfile.lock", "", PY311, {"dask": "2025.2.0", "distributed": "2025.2.0", "zict": "3.0.0"}),
        ("poetry.lock", "3.10", PY310, {"dask": "2024.8.2", "numpy": "2.2.6"}),
        ("poetry.lock", "3.11", PY311, {"dask": "2025.2.0", "numpy": "2.4.6"}),
        ("pdm.lock", "", PY312, {"dask": "2025.2.0", "pandas": "2.3.3"}),
        ("pixi.lock", "", PY312, {"dask": "2025.2.0", "pandas": "2.3.3", "pyarrow": "19.0.0"}),
        ("conda-lock.yml", "", PY310, {"dask": "2025.2.0", "pandas": "2.3.3"}),
        ("environment.yml", "", PY312, {"dask": "2025.2.0", "pandas": "2.3.3", "pyarrow": "19.0", "toolz": "1.0.0"}),
        ("explicit.txt", "", PY312, {"dask": "2025.2.0", "pandas": "2.3.3"}),
    ],
)
def test_a_lock_file_says_release_python_and_packages(
    stored: Read, name: str, python: str, known: Python, packages: dict[str, str]
) -> None:
    """Of several versions, those for the Python of the project: stated in the lock, or beside it."""
    found = stored(name, python)
    assert (str(found.release), found.python, found.source) == (
        packages["dask"],
        known,
        "uv.lock" if name in OF_UV else name,
    )
    assert packages.items() <= found.packages.items()


@pytest.mark.parametrize(
    ("name", "rename"),
    [
        ("uv-lock.toml", "old.lock"),
        ("pylock.toml", "etl.toml"),
        ("pylock.toml", "pylock.etl.toml"),
        ("requirements.txt", "frozen"),
        ("universal.txt", "requirements-dev.lock"),
        ("Pipfile.lock", "packages.json"),
        ("poetry.lock", "old.toml"),
        ("pdm.lock", "old.toml"),
        ("pixi.lock", "pixi.lock.bak"),
        ("conda-lock.yml", "etl.yml"),
        ("conda-lock.yml", "etl.conda-lock.yml"),
        ("environment.yml", "etl.yaml"),
        ("explicit.txt", "conda-linux-64.lock"),
    ],
)
def test_a_file_of_another_name_is_known_by_its_content(stored: Read, name: str, rename: str) -> None:
    """As people rename them."""
    found = stored(name, "3.11", rename)
    assert (str(found.release), found.source) == ("2025.2.0", rename)


def test_the_python_of_a_project_is_that_of_its_venv_where_nothing_else_says_it(stored: Read, tmp_path: Path) -> None:
    """The one uv and PDM made, unless the lock does not allow it."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion_info = 3.10.4\n")
    assert stored("uv-lock.toml").python == PY310
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("version = 3.9.1\n")
    assert stored("uv-lock.toml").python is None


def test_an_assumed_python_is_not_told_as_the_projects(stored: Read) -> None:
    """It decides between versions, and the note says that it was assumed."""
    found = stored("uv-lock.toml")
    assert found.python is None
    assert "(assumed, for the project names none)" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "note"),
    [
        (
            "uv-lock.toml",
            "those for Python 3.10 on linux were taken: dask 2024.8.2 (not 2025.2.0); distributed 2024.8.2",
        ),
        ("uv-lock.toml", "numpy 2.2.6 (not 2.4.6, 2.5.5)"),
        ("pixi.lock", "pixi.lock: the environment etl was read, the first that has dask."),
    ],
)
def test_a_choice_is_told(stored: Read, monkeypatch: pytest.MonkeyPatch, name: str, note: str) -> None:
    """Which version was taken, and what it was taken for."""
    monkeypatch.setattr("sys.platform", "linux")
    assert note in " ".join(stored(name, "3.10").notes)


def test_where_markers_decide_nothing_the_highest_is_taken_and_told(stored: Read) -> None:
    """Extras that exclude each other have a dask each."""
    (note,) = stored("uv-lock-of-extras.toml").notes
    assert "dask 2024.8.2 and 2025.2.0 are all for Python 3.11" in note
    assert "the highest, 2025.2.0, was taken" in note


def test_a_conda_lock_of_other_platforms_is_read_for_its_first(stored: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """And for this one's own where it has it."""
    monkeypatch.setattr(conda, "subdir", lambda: "osx-arm64")
    assert str(stored("conda-lock.yml").release) == "2025.1.0"
    monkeypatch.setattr(conda, "subdir", lambda: "win-64")
    found = stored("conda-lock.yml")
    assert str(found.release) == "2025.2.0"
    assert found.notes == ("conda-lock.yml has nothing for win-64; what it has for linux-64 was read.",)


def test_dask_and_distributed_of_two_versions_are_told(written: Read) -> None:
    """The release is that of dask."""
    found = written("requirements.txt", "dask==2025.2.0\ndistributed==2025.3.0\n")
    assert str(found.release) == "2025.2.0"
    assert "has dask 2025.2.0 but distributed 2025.3.0" in found.notes[0]


def test_a_pin_of_distributed_alone_is_one_of_dask(written: Read) -> None:
    """For it requires dask of its own version."""
    found = written("requirements.txt", "dask>=2024\ndistributed==2025.2.0\n")
    assert str(found.release) == "2025.2.0"
    assert "has no pin of dask" in found.notes[0]


def test_dask_for_another_platform_is_taken_and_told(written: Read) -> None:
    """There is nothing else to begin from."""
    found = written(
        "requirements.txt", "dask==2025.2.0 ; sys_platform == 'plan9'\ntoolz==1.0 ; sys_platform == 'plan9'"
    )
    assert found.packages == {"dask": "2025.2.0"}
    assert 'only for sys_platform == "plan9"; it was taken all the same' in found.notes[0]
