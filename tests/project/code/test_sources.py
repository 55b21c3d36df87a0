"""A project's Python files and notebooks are each read once, even if some of them are invalid."""

import json
import os
from pathlib import Path

import pytest

from dask_matrix.project.code import sources
from dask_matrix.project.code.notebooks import without_magics
from dask_matrix.project.code.sources import NoCode, files
from dask_matrix.project.code.usage import Place, Unread, usage

DASK = "import dask\ndask.compute()\n"


def write(folder: Path, **contents: str) -> None:
    """Write files below a folder; two underscores in a name stand for a slash, ``_py`` for ``.py``."""
    for name, text in contents.items():
        path = folder / name.replace("__", "/").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def notebook(path: Path, *cells: str | list[str] | None) -> Path:
    """Write a notebook of code cells; None is a text cell."""
    sheets = [
        {"cell_type": "markdown", "source": "text"} if cell is None else {"cell_type": "code", "source": cell}
        for cell in cells
    ]
    path.write_text(json.dumps({"cells": sheets, "nbformat": 4}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "folder", [".git", ".venv", "venv", "lib/python3.12/site-packages", "node_modules", "__pycache__", "build", "dist"]
)
def test_folder_of_other_code_is_skipped(tmp_path: Path, folder: str) -> None:
    """Unless it is given directly."""
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "theirs.py").write_text(DASK)
    (tmp_path / "mine.py").write_text(DASK)
    assert files(tmp_path) == [tmp_path / "mine.py"]
    assert files(tmp_path / folder) == [tmp_path / folder / "theirs.py"]


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta"])
def test_environment_is_recognized_whatever_its_name(tmp_path: Path, mark: str) -> None:
    """By the files in it."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / mark).touch()
    (tmp_path / "tools" / "theirs.py").write_text(DASK)
    with pytest.raises(NoCode, match=r"No Python file \(\*\.py\) or notebook"):
        files(tmp_path)


def test_path_without_code_is_an_error(tmp_path: Path) -> None:
    """Whether it is missing or empty."""
    with pytest.raises(NoCode, match=r"nowhere: no such file or folder"):
        usage([tmp_path / "nowhere"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoCode, match=r"in .*empty: .*Use --code with another folder"):
        usage([tmp_path / "empty"])


def test_script_given_directly_needs_no_suffix(tmp_path: Path) -> None:
    """Like most programs in a bin folder."""
    (tmp_path / "run").write_text("#!/usr/bin/env python\n" + DASK)
    assert list(usage([tmp_path / "run"]).names) == ["dask.compute"]


def test_cycle_of_links_ends_and_a_file_counts_once(tmp_path: Path) -> None:
    """However many paths lead to it."""
    write(tmp_path, a_py=DASK)
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again.py").symlink_to(tmp_path / "a.py")
    (tmp_path / "itself.py").symlink_to(tmp_path / "itself.py")
    result = usage([tmp_path, tmp_path / "a.py"])
    assert result.files == 1
    assert len(result.names["dask.compute"]) == 1
    assert [Path(bad.file).name for bad in result.unread] == ["itself.py"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"def f(:\n", "line 1: "),
        (b"import dask\nprint 'Python 2'\n", "line 2: Missing parentheses in call to 'print'"),
        ("é = 1".encode("latin-1"), "utf-8"),
        (b"# coding: nonsense\n", "unknown encoding: nonsense"),
        (b"x = 1\0", "null bytes"),
        (b"x = " + b"(" * 5000, "too many nested parentheses"),
        (b"x = " + b"-" * 100_000 + b"1", "nested too deeply to be parsed"),
    ],
    ids=["syntax", "python2", "latin-1-unsaid", "bad-coding", "null", "brackets", "deep"],
)
def test_unparsable_file_is_reported_and_affects_no_other(tmp_path: Path, content: bytes, reason: str) -> None:
    """With the reason."""
    (tmp_path / "bad.py").write_bytes(content)
    write(tmp_path, good_py=DASK)
    result = usage([tmp_path])
    assert result.files == 1
    assert list(result.names) == ["dask.compute"]
    assert [Path(bad.file).name for bad in result.unread] == ["bad.py"]
    assert reason in result.unread[0].reason


@pytest.mark.parametrize(
    "text",
    ["x = " + " + ".join(["1"] * 500), "y = a" + ".b()" * 300, f"def f(x: {' | '.join(['int'] * 990)}): ..."],
    ids=["sum", "chain", "annotation"],
)
def test_statement_nested_too_deeply_is_skipped(tmp_path: Path, text: str) -> None:
    """The rest of its file is read."""
    (tmp_path / "deep.py").write_text(f"{DASK}{text}\n{DASK}")
    result = usage([tmp_path])
    assert [bad.reason for bad in result.unread] == ["line 3: nested too deeply, skipped"]
    assert [place.line for place in result.names["dask.compute"]] == [2, 5]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + DASK.encode(),
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n" + DASK.encode(),
        DASK.replace("\n", "\r\n").encode(),
    ],
    ids=["byte-order-mark", "latin-1", "windows"],
)
def test_file_is_decoded_as_python_does(tmp_path: Path, content: bytes) -> None:
    """PEP 263."""
    (tmp_path / "a.py").write_bytes(content)
    result = usage([tmp_path])
    assert (list(result.names), result.unread) == (["dask.compute"], ())


def test_invalid_escape_is_ignored(tmp_path: Path) -> None:
    """Python only warns about it, and here the warning is suppressed."""
    (tmp_path / "a.py").write_text("x = '\\d'\n" + DASK)
    assert usage([tmp_path]).unread == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read all files")
def test_unreadable_file_is_reported(tmp_path: Path) -> None:
    """Like one that cannot be parsed."""
    write(tmp_path, a_py=DASK)
    (tmp_path / "a.py").chmod(0)
    assert usage([tmp_path]).unread == (Unread((tmp_path / "a.py").as_posix(), "Permission denied"),)


@pytest.mark.parametrize("name", ["endless.py", "endless.ipynb"])
def test_only_a_regular_file_is_opened(tmp_path: Path, name: str) -> None:
    """A pipe without a writer, an endless device and a broken link are reported."""
    write(tmp_path, good_py=DASK)
    for folder in ("pipe", "zero", "nowhere"):
        (tmp_path / folder).mkdir()
    os.mkfifo(tmp_path / "pipe" / name)
    (tmp_path / "zero" / name).symlink_to("/dev/zero")
    (tmp_path / "nowhere" / name).symlink_to(tmp_path / "missing")
    result = usage([tmp_path])
    assert list(result.names) == ["dask.compute"]
    assert result.unread == (
        Unread((tmp_path / "nowhere" / name).as_posix(), "No such file or directory"),
        Unread((tmp_path / "pipe" / name).as_posix(), "not a regular file"),
        Unread((tmp_path / "zero" / name).as_posix(), "not a regular file"),
    )
    assert usage([tmp_path / "pipe" / name]).files == 0


def test_oversized_file_is_reported_and_not_read_completely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its reported size; the limit is higher for notebooks."""
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 2_000_000)
    monkeypatch.setattr(sources, "MAX_NOTEBOOK_BYTES", 3_000_000)
    (tmp_path / "fits.py").write_bytes(DASK.encode().ljust(2_000_000))
    (tmp_path / "large.py").write_bytes(DASK.encode().ljust(2_000_001))
    notebook(tmp_path / "fits.ipynb", DASK.ljust(2_500_000))
    notebook(tmp_path / "large.ipynb", DASK.ljust(3_000_001))
    result = usage([tmp_path])
    assert (result.files, [bad.reason for bad in result.unread]) == (2, ["larger than 3 MB", "larger than 2 MB"])


def test_notebook_is_read_cell_by_cell(tmp_path: Path) -> None:
    """One namespace; text cells count, lines are within the cell; an invalid cell does not affect the others."""
    path = notebook(
        tmp_path / "nb.ipynb",
        ["%matplotlib inline\n", "import dask.array as da\n", "x = da.ones(3)"],
        None,
        "this is no Python",
        "!pip install dask\nx.sum()\nx.mean?\n",
        "%%bash\nx.std()",
        "%%time\n%timeit -n 3 x.max()\ny = !ls\ny = %pwd\nawait x.min()",
    )
    result = usage([path])
    name = path.as_posix()
    assert {key: [str(place) for place in places] for key, places in result.names.items()} == {
        "dask.array.ones": [f"{name}, cell 1, line 3"],
        "dask.array.Array.sum": [f"{name}, cell 4, line 2"],
        "dask.array.Array.max": [f"{name}, cell 6, line 2"],
        "dask.array.Array.min": [f"{name}, cell 6, line 5"],
    }
    assert [bad.reason for bad in result.unread] == ["cell 3, line 1: invalid syntax"]
    assert result.files == 1


def test_notebook_from_before_2015_is_read_too(tmp_path: Path) -> None:
    """Its cells are in worksheets."""
    cell = {"cell_type": "code", "input": ["import dask\n", "dask.compute()"]}
    (tmp_path / "old.ipynb").write_text(json.dumps({"worksheets": [{"cells": [cell]}], "nbformat": 3}))
    assert list(usage([tmp_path]).names) == ["dask.compute"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"null", b'{"cells": 3}', b"\xff\xfe", b"[" * 100_000])
def test_invalid_notebook_is_reported(tmp_path: Path, content: bytes) -> None:
    """Whatever its content."""
    (tmp_path / "nb.ipynb").write_bytes(content)
    result = usage([tmp_path])
    assert (result.files, len(result.unread)) == (0, 1)


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%time x = 1", "x = 1"),
        ("  %time x = 1", "  x = 1"),
        ("%load_ext x", "pass"),
        ("!ls \\\n  -l\nx", "pass\n  pass\nx"),
        ("x = 5\nx %= 2", "x = 5\nx %= 2"),
        ("x = (5\n % 3)", "x = (5\n % 3)"),
        ("%%timeit -n1 -r 2\nx", "pass\nx"),
        ("%%html\n<b>", ""),
        ("files = !ls", "files = None"),
        ("# why?", "# why?"),
        ("?dask", "pass"),
        ("dask.compute??", "pass"),
    ],
)
def test_ipython_syntax_is_removed(cell: str, python: str) -> None:
    """And every line keeps its number."""
    assert without_magics(cell) == python


def test_place_names_file_and_line() -> None:
    """In a file, or in a notebook cell."""
    assert str(Place("src/a.py", 12)) == "src/a.py:12"
    assert str(Place("nb.ipynb", 2, 3)) == "nb.ipynb, cell 3, line 2"


def test_order_of_paths_is_irrelevant(tmp_path: Path) -> None:
    """And so is a duplicate path."""
    write(tmp_path, a_py=DASK, b__c_py=DASK)
    one, two = tmp_path / "a.py", tmp_path / "b"
    assert usage([one, two]) == usage([two, one, two])
