"""A requirements file is read as pip reads it."""

from pathlib import Path

import pytest

from dask_matrix.domain.errors import DaskMatrixError
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


def test_line_of_the_given_file_is_quoted(tmp_path: Path) -> None:
    """Also after an include."""
    with pytest.raises(UnreadableLock, match=r"requirements\.txt, line 2: 'Dear all,' is not a requirement"):
        read(tmp_path, requirements="-r other.txt\nDear all,", other=PINNED)


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
