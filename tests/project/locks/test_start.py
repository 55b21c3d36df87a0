"""The start of an upgrade is read from a release or from common lock files."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.upgrades.installers import Installer
from dask_matrix.project.locks import conda
from dask_matrix.project.locks.entries import Part
from dask_matrix.project.locks.start import Start, start

LOCKS = Path(__file__).parent / "files"
OF_UV = ("uv-lock.toml", "uv-lock-of-extras.toml")
"""Stored under names that git does not ignore; read as uv.lock."""
PY310, PY311, PY312 = (Python(3, minor) for minor in (10, 11, 12))

Read = Callable[..., Start]


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read conda files for Linux, wherever the tests run."""
    monkeypatch.setattr(conda, "subdir", lambda: "linux-64")


@pytest.fixture
def stored(tmp_path: Path) -> Read:
    """Return a function that reads a stored lock file in a project with this Python."""

    def read(name: str, python: str = "", rename: str = "") -> Start:
        shutil.copytree(LOCKS, tmp_path, dirs_exist_ok=True)
        if python:
            (tmp_path / ".python-version").write_text(f"{python}\n")
        called = rename or ("uv.lock" if name in OF_UV else name)
        return start(str((tmp_path / name).rename(tmp_path / called)))

    return read


@pytest.fixture
def written(tmp_path: Path) -> Read:
    """Return a function that writes a file and reads it as a start."""

    def read(name: str, text: str | bytes) -> Start:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return start(str(path))

    return read


@pytest.mark.parametrize("text", ["2025.2.0", " 2025.2.0 ", "2025.2"])
def test_release_is_its_own_start(text: str) -> None:
    """And nothing else is known about it."""
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
def test_lock_file_gives_release_python_and_packages(
    stored: Read, name: str, python: str, known: Python, packages: dict[str, str]
) -> None:
    """Of several versions, the ones for the project's Python, from the lock file or next to it."""
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
def test_renamed_file_is_recognized_by_its_content(stored: Read, name: str, rename: str) -> None:
    """Under names that people use."""
    found = stored(name, "3.11", rename)
    assert (str(found.release), found.source) == ("2025.2.0", rename)


@pytest.mark.parametrize(
    ("name", "installer"),
    [
        ("uv-lock.toml", Installer.UV),
        ("pylock.toml", Installer.UV),
        ("requirements.txt", Installer.UV_COMPILE),
        ("Pipfile.lock", Installer.PIPENV),
        ("poetry.lock", Installer.POETRY),
        ("pdm.lock", Installer.PDM),
        ("pixi.lock", Installer.PIXI),
        ("conda-lock.yml", Installer.CONDA_LOCK),
        ("environment.yml", Installer.CONDA_FILE),
        ("explicit.txt", Installer.CONDA),
    ],
)
def test_lock_file_names_the_tool_that_installs_it(stored: Read, name: str, installer: Installer) -> None:
    """By its kind, or by the header that the tool wrote."""
    assert stored(name).installer is installer


@pytest.mark.parametrize(
    ("header", "installer"),
    [
        ("", Installer.PIP),
        ("# This file is autogenerated by pip-compile with Python 3.11\n", Installer.PIP_COMPILE),
        ("# This file was autogenerated by uv via the following command:\n#    uv export -q\n", Installer.UV),
        ("# by uv:\n#    uv pip compile a.in\n", Installer.UV_COMPILE),
    ],
)
def test_header_of_requirements_names_the_tool(written: Read, header: str, installer: Installer) -> None:
    """Without one, pip."""
    assert written("requirements.txt", f"{header}dask==2025.2.0\n").installer is installer


def test_projects_python_falls_back_to_its_venv(stored: Read, tmp_path: Path) -> None:
    """As made by uv and PDM, unless the lock file does not allow it."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion_info = 3.10.4\n")
    assert stored("uv-lock.toml").python == PY310
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("version = 3.9.1\n")
    assert stored("uv-lock.toml").python is None


def test_assumed_python_is_not_reported_as_the_projects(stored: Read) -> None:
    """It selects versions, and a note says that it was assumed."""
    found = stored("uv-lock.toml")
    assert found.python is None
    assert "(assumed; the project does not specify one)" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "note"),
    [
        (
            "uv-lock.toml",
            "using the versions for Python 3.10 on linux: dask 2024.8.2 (not 2025.2.0); distributed 2024.8.2",
        ),
        ("uv-lock.toml", "numpy 2.2.6 (not 2.4.6, 2.5.5)"),
        ("pixi.lock", "pixi.lock: using environment etl, the first with dask."),
    ],
)
def test_choice_is_noted(stored: Read, monkeypatch: pytest.MonkeyPatch, name: str, note: str) -> None:
    """Which version was used, and for what."""
    monkeypatch.setattr("sys.platform", "linux")
    assert note in " ".join(stored(name, "3.10").notes)


def test_conflicting_extras_are_a_doubt_and_can_be_chosen(stored: Read, tmp_path: Path) -> None:
    """They have a dask each; the highest is used unless one is chosen."""
    found = stored("uv-lock-of-extras.toml")
    (note,), (doubt,) = found.notes, found.doubts
    assert (
        "dask is only in the extras `new` and `old`, not in what is installed by default; read with the extra `new`"
        in note
    )
    assert "has dask 2025.2.0 in the extra `new` and dask 2024.8.2 in the extra `old`" in doubt
    assert "this answer is for 2025.2.0. Choose with --extra new or --extra old." in doubt
    chosen = start(str(tmp_path / "uv.lock"), [Part("extra", "old")])
    assert (str(chosen.release), chosen.doubts) == ("2024.8.2", ())


def test_conda_lock_falls_back_to_its_first_platform(stored: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """It uses this platform if the lock file has it."""
    monkeypatch.setattr(conda, "subdir", lambda: "osx-arm64")
    assert str(stored("conda-lock.yml").release) == "2025.1.0"
    monkeypatch.setattr(conda, "subdir", lambda: "win-64")
    found = stored("conda-lock.yml")
    assert str(found.release) == "2025.2.0"
    assert found.notes == ("conda-lock.yml has no packages for win-64; using those for linux-64.",)


def test_different_dask_and_distributed_are_a_doubt(written: Read) -> None:
    """The release is dask's, but this pair does not work; the doubt says what to do."""
    found = written("requirements.txt", "dask==2025.2.0\ndistributed==2025.3.0\n")
    assert (str(found.release), found.notes) == ("2025.2.0", ())
    (doubt,) = found.doubts
    assert "has dask 2025.2.0 but distributed 2025.3.0, which requires dask 2025.3.0" in doubt
    assert "Bring both to one release" in doubt


@pytest.mark.parametrize(
    "pair",
    [
        "dask==2025.2\ndistributed==2025.2.0\n",
        "dask==2021.4.0\ndistributed==2021.4.1\n",
        "dask==2025.12.0\ndistributed==2026.1.0\n",
    ],
)
def test_pair_that_works_is_no_doubt(written: Read, pair: str) -> None:
    """One release written differently, two of the time when distributed required only a minimum, or what it requires."""
    assert written("requirements.txt", pair).doubts == ()


def test_pin_of_distributed_alone_counts_for_dask(written: Read) -> None:
    """Because it requires the same version of dask."""
    found = written("requirements.txt", "dask>=2024\ndistributed==2025.2.0\n")
    assert str(found.release) == "2025.2.0"
    assert "does not pin dask" in found.notes[0]


def test_dask_for_another_platform_is_used_with_a_note(written: Read) -> None:
    """There is nothing else to start from."""
    found = written(
        "requirements.txt", "dask==2025.2.0 ; sys_platform == 'plan9'\ntoolz==1.0 ; sys_platform == 'plan9'"
    )
    assert found.packages == {"dask": "2025.2.0"}
    assert 'only sys_platform == "plan9"; using it anyway' in found.notes[0]
