"""A requirements file is read as pip reads it."""

from pathlib import Path

import pytest

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.upgrades.installers import Installer
from dask_matrix.project.locks.entries import UnreadableLock
from dask_matrix.project.locks.start import start

PINNED = "dask==2025.2.0"


def read(folder: Path, **files: str) -> dict[str, str]:
    """Return the packages of the first of these files, with the others next to it."""
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return dict(start(str(folder / f"{next(iter(files))}.txt")).packages)


@pytest.mark.parametrize(
    "text",
    [
        "dask==2025.2.0",
        "dask[complete]==2025.2.0  # ours",
        "Dask == 2025.2.0 ; python_version >= '3'",
        "dask>=2024,==2025.2.0",
        "dask===2025.2.0",
        "dask==2025.2.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n    # via etl",
        "dask==2025.2.0 --hash=sha256:00 --config-settings='a=b'",
        "dask \\\n  ==2025.2.0",
        "--index-url https://index.invalid/simple\n--no-binary :all:\n\n# pins\ndask==2025.2.0",
        "dask==2025.2.0\n-e .\n./wheels\nfile:///src/etl\nother.whl ; sys_platform == 'linux'",
        "dask==2025.2.0 ; sys_platform != 'plan9'\ndask==2024.1.0 ; sys_platform == 'plan9'",
        "dask==2025.2.0\r\ntoolz==1.0\r\n",
    ],
)
def test_pin_is_read_in_every_form(tmp_path: Path, text: str) -> None:
    """Extras, markers, hashes, comments and continued lines do not hide it."""
    assert read(tmp_path, requirements=text)["dask"] == "2025.2.0"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_windows_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    """PowerShell redirects ``pip freeze`` in UTF-16."""
    path = tmp_path / "requirements.txt"
    path.write_bytes(f"{PINNED}\r\n".encode(encoding))
    assert str(start(str(path)).release) == "2025.2.0"


@pytest.mark.parametrize(
    "line",
    ["-r base.txt", "-rbase.txt", "--requirement base.txt", "--requirement=base.txt", '-r "base.txt"', "-c base.txt"],
)
def test_includes_and_constraints_are_followed(tmp_path: Path, line: str) -> None:
    """Relative to the including file; a constraint pins a requirement without a version."""
    assert read(tmp_path, requirements=f"dask\n{line}\n", base=f"{PINNED}\npandas==2.2.3\n") == {
        "dask": "2025.2.0",
        "pandas": "2.2.3",
    }


def test_files_that_include_each_other_are_read_once(tmp_path: Path) -> None:
    """As pip does."""
    assert read(tmp_path, requirements="-r base.txt", base=f"-r requirements.txt\n{PINNED}") == {"dask": "2025.2.0"}


def test_missing_include_is_an_error_with_its_line(tmp_path: Path) -> None:
    """In the including file."""
    with pytest.raises(UnreadableLock, match=r"requirements\.txt, line 2: .*base\.txt: no such file"):
        read(tmp_path, requirements=f"{PINNED}\n-r base.txt")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("root:secret:0:0", "line 2: invalid requirement. Expected something like dask==2025.2.0."),
        ("dask >= 2024, != 2024.1.secret", "line 2: invalid requirement."),
        ("dask[secret] >= 2024", "line 2: dask is not pinned. Pin it with dask=="),
        (
            "dask @ https://example.invalid/secret.whl",
            "line 2: dask comes from a URL or a path, which is not a release.",
        ),
        ("-e ./secret/dask", "line 2: dask comes from a URL or a path, which is not a release."),
        ("https://[secret", "line 2: invalid requirement."),
        ("-r secret.txt", "line 2: cannot read the included file."),
    ],
)
def test_included_file_is_never_quoted(tmp_path: Path, line: str, expected: str) -> None:
    """Only the place is named: an included file may be any file of the machine."""
    with pytest.raises(DaskMatrixError) as raised:
        read(tmp_path, requirements="-r other.txt", other=f"toolz==1.0\n{line}\n")
    assert f"{tmp_path / 'other.txt'}, {expected}" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_line_that_is_no_requirement_is_noted(tmp_path: Path) -> None:
    """Also after an include; it does not stop a file that lists dask, and the first few are quoted."""
    (tmp_path / "other.txt").write_text(f"{PINNED}\njpeg==9e\n")
    (tmp_path / "requirements.txt").write_text("-r other.txt\nDear all,\ng++\n")
    found = start(str(tmp_path / "requirements.txt"))
    assert found.packages == {"dask": "2025.2.0"}
    (note,) = found.notes
    assert note.startswith("requirements.txt: 3 lines of it could not be read; ")
    assert "other.txt, line 2: invalid requirement." in note
    assert "requirements.txt, line 2: 'Dear all,' is not a requirement." in note


@pytest.mark.parametrize("line", ["dask=2025.3.0", "distributed = 2025.3", "!dask==2025.3.0"])
def test_line_that_could_be_of_dask_stops_the_file(tmp_path: Path, line: str) -> None:
    """What is in use could be in it."""
    with pytest.raises(UnreadableLock, match=r"requirements\.txt, line 2: '.*' is not a requirement"):
        read(tmp_path, requirements=f"{PINNED}\n{line}\n")


@pytest.mark.parametrize("line", ["dask-ml=2025.3.0", "my.dask!", "xdask = 1"])
def test_other_packages_with_dask_in_their_name_do_not(tmp_path: Path, line: str) -> None:
    """Only dask and distributed themselves."""
    assert read(tmp_path, requirements=f"{PINNED}\n{line}\n") == {"dask": "2025.2.0"}


@pytest.mark.parametrize(
    "line",
    [
        "dask @ https://me:secret@example.invalid/dask-2025.2.0-py3-none-any.whl#sha256=00",
        "dask @ file:///wheels/dask-2025.2.0-py3-none-any.whl ; python_version >= '3'",
        "./wheels/dask-2025.2.0-py3-none-any.whl",
        "https://example.invalid/dask-2025.2.0.tar.gz",
    ],
)
def test_name_of_a_file_says_the_version(tmp_path: Path, line: str) -> None:
    """Of dask with a note, of others without one."""
    pandas = "pandas @ https://example.invalid/pandas-1.5.3-cp311-cp311-linux_x86_64.whl"
    (tmp_path / "requirements.txt").write_text(f"{line}\n{pandas}\n")
    found = start(str(tmp_path / "requirements.txt"))
    assert found.packages == {"dask": "2025.2.0", "pandas": "1.5.3"}
    (note,) = found.notes
    assert "requirements.txt, line 1: dask comes from " in note
    assert note.endswith(", whose name says 2025.2.0.")
    assert "secret" not in note


@pytest.mark.parametrize(
    "folder",
    [
        "/croot/dask-core_1658513209934/work",
        "/home/conda/feedstock_root/build_artifacts/dask-core_1694015461424/work",
        "/opt/conda/conda-bld/dask-core_1658513209934/work",
        "/C:/b/abs_123/croot/dask-core_1658513209934/work",
    ],
)
def test_freeze_of_a_conda_environment_gives_the_release_of_distributed(tmp_path: Path, folder: str) -> None:
    """It names the folder where conda built dask, and distributed requires the same release."""
    numpy = "numpy @ file:///croot/numpy_and_numpy_base_1658513209934/work"
    (tmp_path / "requirements.txt").write_text(f"dask @ file://{folder}\ndistributed==2023.3.1\n{numpy}\n")
    found = start(str(tmp_path / "requirements.txt"))
    assert (str(found.release), found.packages) == ("2023.3.1", {"distributed": "2023.3.1"})
    assert found.notes == (
        "requirements.txt does not pin dask; using the version of distributed, which requires the same dask.",
        "requirements.txt does not say the version of numpy.",
    )


TABLES = {
    "pip": "Package   Version\n--------- --------\ndask      2025.2.0\nmy-own 1.0 /src/own\npandas 2.2.3\n",
    "conda": "# packages in environment at /opt/conda:\n#\n# Name          Version    Build   Channel\n"
    "dask-core   2025.2.0  pyhd8ed1ab_0    conda-forge\npandas 2.2.3 py312_0\npython 3.12.8 h_0_cpython\n",
}


@pytest.mark.parametrize(("tool", "python"), [("pip", "None"), ("conda", "3.12")])
def test_printed_table_is_read(tmp_path: Path, tool: str, python: str) -> None:
    """As people keep it in packages.txt."""
    (tmp_path / "packages.txt").write_text(TABLES[tool])
    found = start(str(tmp_path / "packages.txt"))
    assert {"dask": "2025.2.0", "pandas": "2.2.3"}.items() <= found.packages.items()
    assert (str(found.python), found.installer) == (python, Installer(tool))


def test_included_url_in_an_included_file_is_noted_by_place(tmp_path: Path) -> None:
    """And not fetched either."""
    (tmp_path / "other.txt").write_text(f"{PINNED}\n-r https://example.invalid/secret.txt\n")
    (tmp_path / "requirements.txt").write_text("-r other.txt\n")
    (note,) = start(str(tmp_path / "requirements.txt")).notes
    assert note.endswith("other.txt, line 2: a file was not read; included URLs are not fetched.")


def test_included_url_is_noted_and_not_fetched(tmp_path: Path) -> None:
    """Without its password."""
    (tmp_path / "requirements.txt").write_text(f"{PINNED}\n-r https://me:secret@example.invalid/base.txt\n")
    (note,) = start(str(tmp_path / "requirements.txt")).notes
    assert note.endswith(
        "requirements.txt, line 2: https://example.invalid/base.txt was not read; included URLs are not fetched."
    )


@pytest.mark.parametrize(
    ("heading", "python"),
    [
        ("#    uv pip compile --python-version 3.12 requirements.in", "3.12"),
        ("# This file is autogenerated by pip-compile with Python 3.10", "3.10"),
        ("#    uv pip compile --universal --python-version 3.10 requirements.in", "None"),
    ],
)
def test_python_comes_from_the_header(tmp_path: Path, heading: str, python: str) -> None:
    """As written by uv and pip-compile; a universal file only names the lowest one."""
    (tmp_path / "requirements.txt").write_text(f"{heading}\n{PINNED}\n")
    assert str(start(str(tmp_path / "requirements.txt")).python) == python
