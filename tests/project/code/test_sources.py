"""What of a project is read: its Python files and notebooks, each once, whatever is wrong with one of them."""

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
    """Write a notebook of code cells; None stands for a cell of text."""
    sheets = [
        {"cell_type": "markdown", "source": "text"} if cell is None else {"cell_type": "code", "source": cell}
        for cell in cells
    ]
    path.write_text(json.dumps({"cells": sheets, "nbformat": 4}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "folder", [".git", ".venv", "venv", "lib/python3.12/site-packages", "node_modules", "__pycache__", "build", "dist"]
)
def test_a_folder_that_is_not_the_users_code_is_not_entered(tmp_path: Path, folder: str) -> None:
    """But one given itself is."""
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "theirs.py").write_text(DASK)
    (tmp_path / "mine.py").write_text(DASK)
    assert files(tmp_path) == [tmp_path / "mine.py"]
    assert files(tmp_path / folder) == [tmp_path / folder / "theirs.py"]


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta"])
def test_an_environment_is_known_whatever_its_name(tmp_path: Path, mark: str) -> None:
    """By what stands in it."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / mark).touch()
    (tmp_path / "tools" / "theirs.py").write_text(DASK)
    with pytest.raises(NoCode, match=r"No Python file \(\*\.py\) or notebook"):
        files(tmp_path)


def test_a_path_without_code_is_refused_by_name(tmp_path: Path) -> None:
    """Whether it is missing or empty."""
    with pytest.raises(NoCode, match=r"No file or folder .*nowhere"):
        usage([tmp_path / "nowhere"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoCode, match=r"in .*empty: .*Give --code another folder"):
        usage([tmp_path / "empty"])


def test_a_script_given_itself_needs_no_ending(tmp_path: Path) -> None:
    """As many that stand in a folder of programs."""
    (tmp_path / "run").write_text("#!/usr/bin/env python\n" + DASK)
    assert list(usage([tmp_path / "run"]).names) == ["dask.compute"]


def test_a_circle_of_links_ends_and_a_file_counts_once(tmp_path: Path) -> None:
    """However many names lead to it."""
    write(tmp_path, a_py=DASK)
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again.py").symlink_to(tmp_path / "a.py")
    (tmp_path / "itself.py").symlink_to(tmp_path / "itself.py")
    told = usage([tmp_path, tmp_path / "a.py"])
    assert told.files == 1
    assert len(told.names["dask.compute"]) == 1
    assert [Path(bad.file).name for bad in told.unread] == ["itself.py"]


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
def test_a_file_that_cannot_be_parsed_is_told_and_costs_no_other(tmp_path: Path, content: bytes, reason: str) -> None:
    """With the reason."""
    (tmp_path / "bad.py").write_bytes(content)
    write(tmp_path, good_py=DASK)
    told = usage([tmp_path])
    assert told.files == 1
    assert list(told.names) == ["dask.compute"]
    assert [Path(bad.file).name for bad in told.unread] == ["bad.py"]
    assert reason in told.unread[0].reason


@pytest.mark.parametrize(
    "text",
    ["x = " + " + ".join(["1"] * 500), "y = a" + ".b()" * 300, f"def f(x: {' | '.join(['int'] * 990)}): ..."],
    ids=["sum", "chain", "annotation"],
)
def test_a_statement_nested_too_deeply_is_passed_over_alone(tmp_path: Path, text: str) -> None:
    """The rest of its file is read."""
    (tmp_path / "deep.py").write_text(f"{DASK}{text}\n{DASK}")
    told = usage([tmp_path])
    assert [bad.reason for bad in told.unread] == ["line 3: nested too deeply, and passed over"]
    assert [place.line for place in told.names["dask.compute"]] == [2, 5]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + DASK.encode(),
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n" + DASK.encode(),
        DASK.replace("\n", "\r\n").encode(),
    ],
    ids=["byte-order-mark", "latin-1", "windows"],
)
def test_a_file_is_decoded_as_python_does(tmp_path: Path, content: bytes) -> None:
    """PEP 263."""
    (tmp_path / "a.py").write_bytes(content)
    told = usage([tmp_path])
    assert (list(told.names), told.unread) == (["dask.compute"], ())


def test_an_invalid_escape_is_no_matter(tmp_path: Path) -> None:
    """Python only warns of it, and here not even that."""
    (tmp_path / "a.py").write_text("x = '\\d'\n" + DASK)
    assert usage([tmp_path]).unread == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read all files")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    """As one that cannot be parsed."""
    write(tmp_path, a_py=DASK)
    (tmp_path / "a.py").chmod(0)
    assert usage([tmp_path]).unread == (Unread((tmp_path / "a.py").as_posix(), "Permission denied"),)


@pytest.mark.parametrize("name", ["endless.py", "endless.ipynb"])
def test_only_a_regular_file_is_opened(tmp_path: Path, name: str) -> None:
    """A pipe that nobody writes to, and a device without an end, are told; so is a link that leads nowhere."""
    write(tmp_path, good_py=DASK)
    for folder in ("pipe", "zero", "nowhere"):
        (tmp_path / folder).mkdir()
    os.mkfifo(tmp_path / "pipe" / name)
    (tmp_path / "zero" / name).symlink_to("/dev/zero")
    (tmp_path / "nowhere" / name).symlink_to(tmp_path / "missing")
    told = usage([tmp_path])
    assert list(told.names) == ["dask.compute"]
    assert told.unread == (
        Unread((tmp_path / "nowhere" / name).as_posix(), "No such file or directory"),
        Unread((tmp_path / "pipe" / name).as_posix(), "not a regular file"),
        Unread((tmp_path / "zero" / name).as_posix(), "not a regular file"),
    )
    assert usage([tmp_path / "pipe" / name]).files == 0


def test_a_file_larger_than_code_is_told_and_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever size it says that it has; a notebook may be larger than a Python file."""
    monkeypatch.setattr(sources, "MOST_BYTES", 2_000_000)
    monkeypatch.setattr(sources, "MOST_BYTES_OF_NOTEBOOK", 3_000_000)
    (tmp_path / "fits.py").write_bytes(DASK.encode().ljust(2_000_000))
    (tmp_path / "large.py").write_bytes(DASK.encode().ljust(2_000_001))
    notebook(tmp_path / "fits.ipynb", DASK.ljust(2_500_000))
    notebook(tmp_path / "large.ipynb", DASK.ljust(3_000_001))
    told = usage([tmp_path])
    assert (told.files, [bad.reason for bad in told.unread]) == (2, ["larger than 3 MB", "larger than 2 MB"])


def test_a_notebook_is_read_cell_by_cell(tmp_path: Path) -> None:
    """One namespace; cells are counted with those of text, lines within the cell; a bad cell costs no other."""
    path = notebook(
        tmp_path / "nb.ipynb",
        ["%matplotlib inline\n", "import dask.array as da\n", "x = da.ones(3)"],
        None,
        "this is no Python",
        "!pip install dask\nx.sum()\nx.mean?\n",
        "%%bash\nx.std()",
        "%%time\n%timeit -n 3 x.max()\ny = !ls\ny = %pwd\nawait x.min()",
    )
    told = usage([path])
    name = path.as_posix()
    assert {key: [str(place) for place in places] for key, places in told.names.items()} == {
        "dask.array.ones": [f"{name}, cell 1, line 3"],
        "dask.array.Array.sum": [f"{name}, cell 4, line 2"],
        "dask.array.Array.max": [f"{name}, cell 6, line 2"],
        "dask.array.Array.min": [f"{name}, cell 6, line 5"],
    }
    assert [bad.reason for bad in told.unread] == ["cell 3, line 1: invalid syntax"]
    assert told.files == 1


def test_a_notebook_of_before_2015_is_read_too(tmp_path: Path) -> None:
    """Its cells stand in worksheets."""
    cell = {"cell_type": "code", "input": ["import dask\n", "dask.compute()"]}
    (tmp_path / "old.ipynb").write_text(json.dumps({"worksheets": [{"cells": [cell]}], "nbformat": 3}))
    assert list(usage([tmp_path]).names) == ["dask.compute"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"null", b'{"cells": 3}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_notebook_is_told(tmp_path: Path, content: bytes) -> None:
    """Whatever it is."""
    (tmp_path / "nb.ipynb").write_bytes(content)
    told = usage([tmp_path])
    assert (told.files, len(told.unread)) == (0, 1)


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
def test_what_only_ipython_understands_is_taken_out(cell: str, python: str) -> None:
    """And every line stays where it is."""
    assert without_magics(cell) == python


def test_a_place_says_where() -> None:
    """In a file, or in a cell of a notebook."""
    assert str(Place("src/a.py", 12)) == "src/a.py:12"
    assert str(Place("nb.ipynb", 2, 3)) == "nb.ipynb, cell 3, line 2"


def test_the_order_of_paths_is_irrelevant(tmp_path: Path) -> None:
    """And so is a path given twice."""
    write(tmp_path, a_py=DASK, b__c_py=DASK)
    one, two = tmp_path / "a.py", tmp_path / "b"
    assert usage([one, two]) == usage([two, one, two])
