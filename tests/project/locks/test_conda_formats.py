"""pixi.lock and conda-lock.yml of every version are read as their tools would install them, or refused truthfully."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.upgrades.installers import Installer
from dask_matrix.project.locks import conda
from dask_matrix.project.locks.entries import NoDask, NoRelease, UnknownEnvironment, UnreadableLock
from dask_matrix.project.locks.start import Start, start

Read = Callable[..., Start]
CHANNEL = "https://conda.invalid/conda-forge"


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be on linux-64."""
    monkeypatch.setattr(conda, "subdir", lambda: "linux-64")


@pytest.fixture
def pixi(tmp_path: Path) -> Read:
    """Return a function that reads the text of a pixi.lock."""

    def read(text: str, environment: str = "") -> Start:
        path = tmp_path / "pixi.lock"
        path.write_text(text)
        return start(str(path), environment=environment)

    return read


def package(name: str, version: str, **fields: str) -> str:
    """Return a package of a conda-lock.yml, or of a pixi.lock before version 4."""
    every = {"platform": "linux-64", "name": name, "version": f"'{version}'", "category": "main", "manager": "conda"}
    return "- " + "\n  ".join(f"{key}: {value}" for key, value in (every | fields).items()) + "\n"


def environments(version: int = 6, subdir: str = "linux-64", **dasks: str) -> str:
    """Return a pixi.lock with a dask of conda in each environment; an empty version leaves it out."""
    lines = [f"version: {version}", "environments:"]
    for name, dask in dasks.items():
        lines += [f"  {name}:", "    packages:", f"      {subdir}:"]
        lines += [f"      - conda: {CHANNEL}/linux-64/python-3.12.8-h0_1_cpython.conda"]
        lines += [f"      - conda: {CHANNEL}/noarch/dask-core-{dask}-pyhd8ed1ab_0.conda"] if dask else []
    return "\n".join([*lines, "packages: []", ""])


@pytest.mark.parametrize("version", [1, 2, 3])
def test_old_pixi_lock_is_one_list(pixi: Read, version: int) -> None:
    """Before version 4 it had the form of conda-lock."""
    other = package("dask", "2022.1.0", platform="osx-64")
    text = f"version: {version}\npackage:\n{other}{package('python', '3.11.7')}{package('dask', '2023.12.1')}"
    found = pixi(text + package("pandas", "2.1.4"))
    assert (str(found.release), found.python, found.packages["pandas"]) == ("2023.12.1", Python(3, 11), "2.1.4")
    assert (found.installer, found.notes) == (Installer.PIXI, ())


@pytest.mark.parametrize("version", [4, 5, 6, 7])
def test_each_version_with_environments_is_read(pixi: Read, version: int) -> None:
    """Without a word about it."""
    found = pixi(environments(version, default="2025.2.0"))
    assert (str(found.release), found.python, found.notes) == ("2025.2.0", Python(3, 12), ())


def test_newer_version_is_read_with_a_note(pixi: Read) -> None:
    """Or refused, if nothing is found in it."""
    (note,) = pixi(environments(8, default="2025.2.0")).notes
    assert note == "pixi.lock has version 8; the newest that is known here is 7."
    with pytest.raises(UnreadableLock, match=r"version 8; .* Its packages could not be read"):
        pixi("version: 8\nenvironments: {default: {solved: {}}}\n")


def test_file_without_environments_is_refused(pixi: Read) -> None:
    """It is not said to have no dask."""
    with pytest.raises(UnreadableLock, match=r"pixi\.lock: version 9 has no environments\. Run `pixi lock`"):
        pixi("version: 9\nsolves: []\n")


def test_platform_with_a_name_of_its_own_is_found_by_its_subdir(pixi: Read) -> None:
    """Version 7 names platforms by what they require."""
    text = environments(7, subdir="gpu", default="2025.2.0")
    found = pixi(f"platforms:\n- name: gpu\n  subdir: linux-64\n{text}")
    assert (str(found.release), found.notes) == ("2025.2.0", ())


def test_dask_built_from_source_is_no_release(pixi: Read) -> None:
    """As in Dask's own pixi.lock."""
    source = "- conda_source: dask-core[07415ef2] @ ./dask"
    text = (
        f"version: 7\nenvironments:\n  default:\n    packages:\n      linux-64:\n      {source}\npackages:\n{source}\n"
    )
    with pytest.raises(NoRelease, match=r"pixi\.lock, line 6: dask comes from \./dask, which is not a release"):
        pixi(text)


def test_dask_from_an_index_of_python_packages_is_moved_as_one(pixi: Read) -> None:
    """With conda's next to it there would be two."""
    wheel = "https://files.invalid/dask-2025.2.0-py3-none-any.whl"
    text = f"version: 6\nenvironments:\n  default:\n    packages:\n      linux-64:\n      - pypi: {wheel}\npackages:\n"
    found = pixi(f"{text}- pypi: {wheel}\n  name: dask\n  version: 2025.2.0\n")
    assert (str(found.release), found.installer) == ("2025.2.0", Installer.PIXI_PYPI)


def test_dask_only_for_another_platform_is_read_with_a_note(pixi: Read, tmp_path: Path) -> None:
    """It is not said to be missing; an environment that has it for this platform goes before."""
    both = environments(default="").replace("packages: []\n", "")
    windows = f"      win-64:\n      - conda: {CHANNEL}/noarch/dask-2025.2.0-pyhd8ed1ab_0.conda\n"
    found = pixi(f"{both}{windows}packages: []\n")
    assert str(found.release) == "2025.2.0"
    assert found.notes == ("pixi.lock has no dask for linux-64; using the packages for win-64.",)
    other = environments(test="2025.1.0").partition("environments:\n")[2]
    assert str(pixi(f"{both}{windows}{other}").release) == "2025.1.0"
    (tmp_path / "conda-lock.yml").write_text(
        f"version: 1\npackage:\n{package('toolz', '1.0')}{package('dask', '2025.2.0', platform='win-64')}"
    )
    found = start(str(tmp_path / "conda-lock.yml"))
    assert found.notes == ("conda-lock.yml has no dask for linux-64; using the packages for win-64.",)


SEVERAL = {"default": "", "latest": "2024.12.1", "analysis": "2023.11.0"}


def test_other_environments_are_named_and_can_be_chosen(pixi: Read) -> None:
    """The default one is read if it has dask, else the first that has."""
    assert pixi(environments(**SEVERAL)).notes == (
        "pixi.lock: using environment latest, the first with dask.",
        "pixi.lock has another dask in environment analysis (2023.11.0); choose one with --environment NAME.",
    )
    chosen = pixi(environments(**SEVERAL), environment="analysis")
    assert (str(chosen.release), chosen.notes) == ("2023.11.0", ())
    same = pixi(environments(default="2025.2.0", test="2025.2.0"))
    assert same.notes == ()


@pytest.mark.parametrize("name", ["default", "banana"])
def test_environment_without_dask_is_an_error(pixi: Read, name: str) -> None:
    """With those that have it."""
    expected = rf"pixi\.lock has no environment '{name}' with dask\. Those with dask are: latest, analysis\."
    with pytest.raises(UnknownEnvironment, match=expected):
        pixi(environments(**SEVERAL), environment=name)


def test_environment_of_another_file_is_an_error(tmp_path: Path) -> None:
    """Nothing was chosen from it."""
    (tmp_path / "requirements.txt").write_text("dask==2025.2.0\n")
    with pytest.raises(UnknownEnvironment, match="It has no environments to choose from"):
        start(str(tmp_path / "requirements.txt"), environment="test")


def of_categories(folder: Path, **dasks: str) -> Start:
    """Return the start of a conda-lock.yml with a dask in each category."""
    packages = "".join(package("dask-core", dask, category=category) for category, dask in dasks.items())
    (folder / "conda-lock.yml").write_text(f"version: 1\npackage:\n{package('numpy', '2.2.1')}{packages}")
    return start(str(folder / "conda-lock.yml"))


@pytest.mark.parametrize("dasks", [{"dev": "2025.2.0"}, {"main": "2025.2.0", "cluster": "2025.2.0"}])
def test_categories_installed_by_default_are_read(tmp_path: Path, dasks: dict[str, str]) -> None:
    """``conda-lock install`` installs main and dev."""
    found = of_categories(tmp_path, **dasks)
    assert (str(found.release), found.packages["numpy"], found.notes) == ("2025.2.0", "2.2.1", ())


def test_another_dask_in_another_category_is_noted(tmp_path: Path) -> None:
    """With the option that chooses it."""
    found = of_categories(tmp_path, main="2025.2.0", cluster="2025.3.0")
    assert str(found.release) == "2025.2.0"
    assert found.notes == ("conda-lock.yml: the group `cluster` has dask 2025.3.0; choose it with --group cluster.",)


def test_dask_only_in_another_category_is_noted(tmp_path: Path) -> None:
    """And read, with what belongs to it."""
    found = of_categories(tmp_path, cluster="2025.2.0")
    assert str(found.release) == "2025.2.0"
    (note,) = found.notes
    assert note.startswith("conda-lock.yml: dask is only in the group `cluster`, not in what is installed by default;")


def test_conda_lock_without_dask_says_so(tmp_path: Path) -> None:
    """It is true of every category."""
    with pytest.raises(NoDask, match="does not list dask"):
        of_categories(tmp_path)
