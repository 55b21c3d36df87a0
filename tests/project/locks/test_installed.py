"""What is installed is read of the environment the user works in, and of no other."""

import json
import sys
import venv
from pathlib import Path

import pytest

from dask_matrix.domain.environments.environment import Python
from dask_matrix.project.locks.entries import NoDask, NoRelease, UnknownStart
from dask_matrix.project.locks.start import start

RUNNING = Python(*sys.version_info[:2])


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no environment active."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "etl"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def distribute(site: Path, direct_url: object = None, **packages: str) -> None:
    """Put the metadata of packages into a folder."""
    for name, version in packages.items():
        folder = site / f"{name}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        if direct_url and name == "dask":
            (folder / "direct_url.json").write_text(json.dumps(direct_url))


def environment(folder: Path, direct_url: object = None, **packages: str) -> Path:
    """Make a virtual environment as Python does, that holds these packages."""
    venv.create(folder, with_pip=False)
    (site,) = {path.resolve() for path in folder.glob("[lL]ib*/**/site-packages")}
    distribute(site, direct_url, **packages)
    return folder


def of_conda(folder: Path, *records: str, **packages: str) -> Path:
    """Make an environment of conda: its records, and the packages that have Python's metadata too."""
    (folder / "conda-meta").mkdir(parents=True)
    for record in records:
        (folder / "conda-meta" / f"{record}.json").write_text("{}")
    distribute(folder / "lib" / "python3.12" / "site-packages", **packages)
    return folder


def test_the_venv_of_the_folder_is_read_where_none_is_active(project: Path) -> None:
    """Its packages and its Python, without starting it."""
    environment(project / ".venv", dask="2025.2.0", distributed="2025.2.0", PyArrow="19.0.0")
    found = start("installed")
    assert (str(found.release), found.source, found.python) == ("2025.2.0", "installed in .venv", RUNNING)
    assert found.packages == {"dask": "2025.2.0", "distributed": "2025.2.0", "pyarrow": "19.0.0"}
    assert found.notes == ()


def test_the_active_environment_goes_before_the_one_in_the_folder(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virtual environment before one of conda, and conda's base only where nothing else is."""
    base = of_conda(tmp_path / "conda", "python-3.12.3-h1_0", dask="2024.1.0")
    monkeypatch.setenv("CONDA_PREFIX", str(base))
    monkeypatch.setenv("CONDA_DEFAULT_ENV", "base")
    assert start("installed").source == f"installed in {base}"
    environment(project / ".venv", dask="2024.2.0")
    assert str(start("installed").release) == "2024.2.0"
    monkeypatch.setenv("CONDA_DEFAULT_ENV", "etl")
    assert str(start("installed").release) == "2024.1.0"
    monkeypatch.setenv("VIRTUAL_ENV", str(environment(tmp_path / "active", dask="2024.3.0")))
    assert str(start("installed").release) == "2024.3.0"


def test_an_environment_of_conda_is_read_with_what_only_conda_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pip replaced since is as pip has it."""
    records = (
        "python-3.12.3-hab_0_cpython",
        "dask-core-2025.1.0-pyh_0",
        "numpy-base-2.2.3-py312_0",
        "libzlib-1.3.1-h_2",
    )
    prefix = of_conda(tmp_path / "conda", *records, dask="2025.2.0")
    monkeypatch.setenv("CONDA_PREFIX", str(prefix))
    found = start("installed")
    assert (str(found.release), found.python) == ("2025.2.0", Python(3, 12))
    assert found.packages == {"dask": "2025.2.0", "numpy-base": "2.2.3", "libzlib": "1.3.1"}


def test_the_running_python_is_read_where_there_is_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is told that nothing else was found."""
    distribute(tmp_path / "site", dask="2025.2.0")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    found = start("installed")
    assert (str(found.release), found.source, found.python) == ("2025.2.0", f"installed in {sys.prefix}", RUNNING)
    assert found.notes[0].startswith("No environment is active and the current folder has no .venv: ")


def test_an_environment_that_borrows_packages_is_read_with_those_it_borrows(project: Path, tmp_path: Path) -> None:
    """Its own hide those of the same name."""
    environment(project / ".venv", dask="2025.2.0")
    distribute(tmp_path / "usr" / "lib" / "python3" / "dist-packages", dask="2024.1.0", pandas="2.2.3")
    settings = f"home = {tmp_path / 'usr' / 'bin'}\ninclude-system-site-packages = true\nversion = 3.12.3\n"
    (project / ".venv" / "pyvenv.cfg").write_text(settings)
    found = start("installed")
    assert (found.packages, found.python) == ({"dask": "2025.2.0", "pandas": "2.2.3"}, Python(3, 12))


def test_an_environment_without_dask_is_named(project: Path) -> None:
    """It is not passed over for another."""
    environment(project / ".venv", toolz="1.0")
    with pytest.raises(NoDask, match=r"No dask is installed in \.venv\. Activate the environment you work in\."):
        start("installed")


def test_a_variable_that_names_no_environment_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was deleted since."""
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "gone"))
    with pytest.raises(UnknownStart, match=r"\$VIRTUAL_ENV names .*gone, which is no environment\."):
        start("installed")


@pytest.mark.parametrize(
    ("direct_url", "told"),
    [
        (
            {"url": "https://me:secret@example.invalid/dask.git", "vcs_info": {"vcs": "git", "commit_id": "0"}},
            r"^\.venv: dask comes from git https://example\.invalid/dask\.git, which is no release\.",
        ),
        ({"url": "file:///src/dask", "dir_info": {"editable": True}}, "dask comes from editable file:///src/dask, "),
    ],
)
def test_a_dask_that_is_worked_on_is_no_release(project: Path, direct_url: object, told: str) -> None:
    """Whatever version it calls itself."""
    environment(project / ".venv", direct_url, dask="2025.2.0")
    with pytest.raises(NoRelease, match=told):
        start("installed")


def test_a_dask_that_conda_forge_built_from_a_folder_is_a_release(project: Path) -> None:
    """Its packages carry the folder of their build."""
    built = {"url": "file:///home/conda/feedstock_root/build_artifacts/dask-core_1/work", "dir_info": {}}
    environment(project / ".venv", built, dask="2025.2.0")
    assert str(start("installed").release) == "2025.2.0"


def test_a_build_between_releases_is_no_release(project: Path) -> None:
    """As the nightly wheels are."""
    environment(project / ".venv", dask="2025.2.0+12.gabc")
    with pytest.raises(NoRelease, match=r"dask 2025\.2\.0\+12\.gabc was built between releases"):
        start("installed")


def test_metadata_that_is_broken_is_passed_over(project: Path) -> None:
    """Another package's is no reason to refuse."""
    folder = environment(project / ".venv", dask="2025.2.0")
    (site,) = {path.resolve() for path in folder.glob("[lL]ib*/**/site-packages")}
    (site / "broken-1.0.dist-info").mkdir()
    (site / "worse-1.0.dist-info").mkdir()
    (site / "worse-1.0.dist-info" / "METADATA").write_bytes(b"\xff\xfe\x00")
    assert start("installed").packages == {"dask": "2025.2.0"}
