"""Installed packages are read from the user's environment, and no other."""

import json
import sys
import venv
from pathlib import Path

import pytest

from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.upgrades.installers import Installer
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
    """Write the metadata of packages into a folder."""
    for name, version in packages.items():
        folder = site / f"{name}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        if direct_url and name == "dask":
            (folder / "direct_url.json").write_text(json.dumps(direct_url))


def environment(folder: Path, direct_url: object = None, **packages: str) -> Path:
    """Create a virtual environment with these packages."""
    venv.create(folder, with_pip=False)
    (site,) = {path.resolve() for path in folder.glob("[lL]ib*/**/site-packages")}
    distribute(site, direct_url, **packages)
    return folder


def of_conda(folder: Path, *records: str, **packages: str) -> Path:
    """Create a conda environment: its records, and the packages that have Python metadata too."""
    (folder / "conda-meta").mkdir(parents=True)
    for record in records:
        (folder / "conda-meta" / f"{record}.json").write_text("{}")
    distribute(folder / "lib" / "python3.12" / "site-packages", **packages)
    return folder


def test_folders_venv_is_read_if_none_is_active(project: Path) -> None:
    """Its packages and its Python, without starting it."""
    environment(project / ".venv", dask="2025.2.0", distributed="2025.2.0", PyArrow="19.0.0")
    found = start("installed")
    assert (str(found.release), found.source, found.python) == ("2025.2.0", "installed in .venv", RUNNING)
    assert found.packages == {"dask": "2025.2.0", "distributed": "2025.2.0", "pyarrow": "19.0.0"}
    assert found.notes == ()


def test_active_environment_wins_over_the_folders(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virtual environment before a conda one, and conda's base only if there is nothing else."""
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


def test_conda_environment_includes_packages_only_conda_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip's version wins for packages that pip replaced."""
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


def test_running_python_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a note says that nothing else was found."""
    distribute(tmp_path / "site", dask="2025.2.0")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    found = start("installed")
    assert (str(found.release), found.source, found.python) == ("2025.2.0", f"installed in {sys.prefix}", RUNNING)
    assert found.notes[0].startswith("No environment is active and the current folder has no .venv; using ")


def test_system_site_packages_are_included(project: Path, tmp_path: Path) -> None:
    """The environment's own packages win."""
    environment(project / ".venv", dask="2025.2.0")
    distribute(tmp_path / "usr" / "lib" / "python3" / "dist-packages", dask="2024.1.0", pandas="2.2.3")
    settings = f"home = {tmp_path / 'usr' / 'bin'}\ninclude-system-site-packages = true\nversion = 3.12.3\n"
    (project / ".venv" / "pyvenv.cfg").write_text(settings)
    found = start("installed")
    assert (found.packages, found.python) == ({"dask": "2025.2.0", "pandas": "2.2.3"}, Python(3, 12))


def test_environment_without_dask_is_an_error(project: Path) -> None:
    """No other environment is used instead."""
    environment(project / ".venv", toolz="1.0")
    with pytest.raises(NoDask, match=r"Dask is not installed in \.venv\. Activate another environment, or use --from"):
        start("installed")


def test_variable_without_an_environment_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment was deleted since."""
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "gone"))
    with pytest.raises(UnknownStart, match=r"\$VIRTUAL_ENV is .*gone, which is not a Python environment\."):
        start("installed")


@pytest.mark.parametrize(
    ("direct_url", "expected"),
    [
        (
            {"url": "https://me:secret@example.invalid/dask.git", "vcs_info": {"vcs": "git", "commit_id": "0"}},
            r"^\.venv: dask comes from git https://example\.invalid/dask\.git, which is not a release\.",
        ),
        ({"url": "file:///src/dask", "dir_info": {"editable": True}}, "dask comes from editable file:///src/dask, "),
    ],
)
def test_development_install_is_not_a_release(project: Path, direct_url: object, expected: str) -> None:
    """Whatever its version."""
    environment(project / ".venv", direct_url, dask="2025.2.0")
    with pytest.raises(NoRelease, match=expected):
        start("installed")


def test_conda_forge_build_is_a_release(project: Path) -> None:
    """Its metadata names the folder of the build."""
    built = {"url": "file:///home/conda/feedstock_root/build_artifacts/dask-core_1/work", "dir_info": {}}
    environment(project / ".venv", built, dask="2025.2.0")
    assert str(start("installed").release) == "2025.2.0"


def test_development_version_is_not_a_release(project: Path) -> None:
    """Such as a nightly wheel."""
    environment(project / ".venv", dask="2025.2.0+12.gabc")
    with pytest.raises(NoRelease, match=r"dask 2025\.2\.0\+12\.gabc is a development version, not a release"):
        start("installed")


def test_pip_over_conda_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip installed is there, and pip is what moves it."""
    monkeypatch.setenv("CONDA_PREFIX", str(of_conda(tmp_path / "conda", "dask-core-2025.1.0-pyh_0", dask="2025.2.0")))
    found = start("installed")
    assert "conda installed dask 2025.1.0, but 2025.2.0 has replaced it since" in found.notes[0]
    assert (str(found.release), found.installer) == ("2025.2.0", Installer.PIP)


def test_pip_over_one_of_the_pair_is_a_doubt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip does not see what conda requires."""
    records = ("dask-core-2025.1.0-pyh_0", "distributed-2025.1.0-pyh_0")
    prefix = of_conda(tmp_path / "conda", *records, dask="2025.2.0", distributed="2025.1.0")
    monkeypatch.setenv("CONDA_PREFIX", str(prefix))
    assert "has dask 2025.2.0 but distributed 2025.1.0" in start("installed").doubts[0]


def test_two_versions_in_one_folder_are_a_doubt(project: Path) -> None:
    """One of them is a leftover, and nothing says which."""
    folder = environment(project / ".venv", dask="2025.2.0")
    (site,) = {path.resolve() for path in folder.glob("[lL]ib*/**/site-packages")}
    distribute(site, dask="2025.1.0")
    (doubt,) = start("installed").doubts
    assert ".venv has the metadata of dask 2025.1.0 and 2025.2.0 in one folder" in doubt


def test_what_pip_could_not_delete_is_no_package(project: Path) -> None:
    """On Windows it renames the folder of a file in use."""
    folder = environment(project / ".venv", dask="2025.2.0")
    (site,) = {path.resolve() for path in folder.glob("[lL]ib*/**/site-packages")}
    distribute(site, dask="2025.3.0")
    (site / "dask-2025.3.0.dist-info").rename(site / "~ask-2025.3.0.dist-info")
    found = start("installed")
    assert (str(found.release), found.doubts) == ("2025.2.0", ())


@pytest.mark.parametrize("is_file", [False, True])
def test_egg_info_is_metadata(project: Path, *, is_file: bool) -> None:
    """As Debian and old setuptools write it: a file, or a folder."""
    folder = environment(project / ".venv")
    (site,) = {path.resolve() for path in folder.glob("[lL]ib*/**/site-packages")}
    metadata = site / "dask-2022.2.0.egg-info"
    if not is_file:
        metadata.mkdir()
        metadata /= "PKG-INFO"
    metadata.write_text("Metadata-Version: 1.1\nName: dask\nVersion: 2022.2.0\n")
    assert str(start("installed").release) == "2022.2.0"


def test_egg_link_is_a_development_install(project: Path) -> None:
    """As ``setup.py develop`` leaves it."""
    folder = environment(project / ".venv", distributed="2025.2.0")
    (site,) = {path.resolve() for path in folder.glob("[lL]ib*/**/site-packages")}
    (site / "dask.egg-link").write_text("/src/dask\n.")
    with pytest.raises(NoRelease, match=r"\.venv: dask comes from editable /src/dask, which is not a release"):
        start("installed")


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ("", Installer.PIP),
        ("uv.lock", Installer.UV),
        ("poetry.lock", Installer.POETRY),
        ("pdm.lock", Installer.PDM),
        ("Pipfile.lock", Installer.PIPENV),
    ],
)
def test_lock_file_beside_a_venv_names_the_tool(project: Path, beside: str, expected: Installer) -> None:
    """With another tool, the next run of this one would undo the upgrade."""
    environment(project / ".venv", dask="2025.2.0")
    if beside:
        (project / beside).write_text("")
    assert start("installed").installer is expected


def test_environment_of_uv_pip_has_no_pip(project: Path) -> None:
    """Its pyvenv.cfg says so."""
    folder = environment(project / ".venv", dask="2025.2.0")
    with (folder / "pyvenv.cfg").open("a") as file:
        file.write("uv = 0.11.7\n")
    assert start("installed").installer is Installer.UV_PIP


@pytest.mark.parametrize("is_pixi", [False, True])
def test_conda_and_pixi_install_in_their_environments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_pixi: bool
) -> None:
    """Never pip, where they have a record of dask."""
    prefix = of_conda(tmp_path / "conda", "python-3.12.3-h_0", "dask-core-2025.2.0-pyh_0", dask="2025.2.0")
    if is_pixi:
        (prefix / "conda-meta" / "pixi").write_text("{}")
    monkeypatch.setenv("CONDA_PREFIX", str(prefix))
    assert start("installed").installer is (Installer.PIXI if is_pixi else Installer.CONDA)


def test_broken_metadata_is_skipped(project: Path) -> None:
    """Another package's metadata must not cause an error."""
    folder = environment(project / ".venv", dask="2025.2.0")
    (site,) = {path.resolve() for path in folder.glob("[lL]ib*/**/site-packages")}
    (site / "broken-1.0.dist-info").mkdir()
    (site / "worse-1.0.dist-info").mkdir()
    (site / "worse-1.0.dist-info" / "METADATA").write_bytes(b"\xff\xfe\x00")
    assert start("installed").packages == {"dask": "2025.2.0"}
