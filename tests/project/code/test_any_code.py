"""Any code is read, or said to be unread: one file never hides the others, and the verdict knows how much is missing."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dask_matrix.project.code.file_state import Reading
from dask_matrix.project.code.learned_facts import Facts
from dask_matrix.project.code.local_modules import Modules
from dask_matrix.project.code.sources import Part, Source
from dask_matrix.project.code.usage import Usage, read_one, usage

IMPORTS = "import dask\nimport dask.array as da\nfrom distributed import Client\n"


def used(folder: Path, code: str) -> Usage:
    """Return the usage of a file with this code."""
    (folder / "code.py").write_text(code, encoding="utf-8")
    return usage([folder / "code.py"])


@pytest.mark.parametrize("generic", ["tuple", "list", "dict", "type", "Optional", "Coroutine", "Annotated", "da.Array"])
def test_empty_brackets_are_a_valid_annotation(tmp_path: Path, generic: str) -> None:
    """``tuple[()]`` is the empty tuple; what follows it is read."""
    found = used(tmp_path, f"{IMPORTS}shape: {generic}[()] = ()\nx = da.ones(shape)\n")
    assert ("dask.array.ones" in found.names, found.unread) == (True, ())


ATOMS = st.sampled_from(
    ["()", "...", "None", "x", "da.Array", "Client", "'da.Array'", "[]", "*a", "1", "lambda: 0", "a:b"]
)
GENERICS = st.sampled_from(
    ["tuple", "list", "dict", "Callable", "Union", "Coroutine", "type", "Annotated", "da.Array", "x"]
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(GENERICS, st.lists(inner, max_size=3)).map(lambda pair: f"{pair[0]}[{', '.join(pair[1]) or '()'}]"),
        st.tuples(inner, inner).map(" | ".join),
        st.tuples(GENERICS, st.lists(inner, max_size=2)).map(lambda pair: f"{pair[0]}({', '.join(pair[1])})"),
    ),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(annotation=EXPRESSIONS, value=EXPRESSIONS)
def test_no_expression_stops_a_file(tmp_path: Path, annotation: str, value: str) -> None:
    """Property: as an annotation and as a value; a file that is invalid Python says only that."""
    code = f"{IMPORTS}def f(a: {annotation}) -> {annotation}:\n    return a.sum()\nb: {annotation} = {value}\nf(b).compute()\n"
    reasons = [each.reason for each in used(tmp_path, code).unread]
    assert not [reason for reason in reasons if "internal error" in reason], reasons


def test_internal_error_is_told_and_ends_only_its_file() -> None:
    """With the exception to report; uses found before it count."""
    tree = ast.parse(f"{IMPORTS}dask.compute()\n")
    tree.body.append(ast.Assign(targets=None, value=ast.Constant(1)))  # type: ignore[arg-type] - no parser makes this
    source = Source("bad.py", Path("bad.py"), (Part(tree),))
    reading = Reading("bad.py", Facts(), Modules.of([source]))
    read_one(reading, source)
    assert set(reading.uses) == {"dask.compute"}
    (reason,) = reading.skipped
    assert reason.startswith("not read to its end because of an internal error (")
    assert reason.endswith("please report this file")


@pytest.mark.parametrize(
    "code",
    [
        "x = da.ones(3)\n%timeit x.sum().compute()\n",
        "!ls\nda.ones(3).sum()\n",
        "x = da.ones(3)\n%%time\nx.sum()\n",
        "files = !ls\nda.ones?\nda.ones(3).sum()\n",
        "# -*- coding: latin-1 -*-\n%matplotlib inline\nda.ones(3).sum()  # \u00e4\n",
    ],
)
def test_magics_in_a_python_file_are_read_as_in_a_notebook(tmp_path: Path, code: str) -> None:
    """As IPython's %run and jupytext's percent scripts leave them."""
    encoding = "latin-1" if "latin-1" in code else "utf-8"
    (tmp_path / "code.py").write_bytes((code.replace("\n", f"\n{IMPORTS}", 1)).encode(encoding))
    found = usage([tmp_path / "code.py"])
    assert ("dask.array.Array.sum" in found.names, found.unread) == (True, ())


@pytest.mark.parametrize("code", ["x = (\n", "def f(:\n", "%timeit x\ny = (\n"])
def test_other_invalid_code_stays_invalid(tmp_path: Path, code: str) -> None:
    """With its line; a magic does not excuse it."""
    (bad,) = used(tmp_path, f"{IMPORTS}{code}").unread
    assert bad.reason.startswith("line ")
    assert bad.imports_dask


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("type Shape = tuple[int, int]\n", (3, 12)),
        ("def first[T](items: list[T]) -> T: ...\n", (3, 12)),
        ("class Box[T]: ...\n", (3, 12)),
        ("x = f'{\"a\" + 'b'}'\n", (3, 12)),
    ],
)
def test_syntax_of_a_newer_python_is_not_blamed_on_the_code(tmp_path: Path, code: str, first: tuple[int, int]) -> None:
    """It is read where dask-matrix runs on that Python; elsewhere the reason says which one."""
    unread = used(tmp_path, f"{IMPORTS}{code}da.ones(3)\n").unread
    if sys.version_info >= first:
        assert unread == ()
    else:
        running = "{}.{}".format(*sys.version_info[:2])
        assert unread[0].reason == (
            f"line 4: written for Python 3.12 or newer, but dask-matrix runs on {running}; run it with 3.12 or newer"
        )


@pytest.mark.parametrize(
    ("bad", "good", "lost"), [(2, 1, True), (1, 0, True), (1, 1, False), (0, 1, False), (1, 2, False)]
)
def test_most_files_that_import_dask_unread_are_lost(tmp_path: Path, bad: int, good: int, *, lost: bool) -> None:
    """Other unreadable files do not count."""
    for number in range(bad):
        (tmp_path / f"bad{number}.py").write_text("from dask import array\nx = (\n")
    for number in range(good):
        (tmp_path / f"good{number}.py").write_text("import dask\ndask.compute()\n")
    (tmp_path / "other.py").write_text("x = (  # no import dask here\n")
    found = usage([tmp_path])
    assert bool(found.lost) == lost
    assert len(found.unread) == bad + 1
