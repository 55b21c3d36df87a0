"""Find out which fixtures a test file can request, from source, without importing it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

OF_PYTEST = frozenset(
    {
        "cache",
        "capfd",
        "capfdbinary",
        "caplog",
        "capsys",
        "capsysbinary",
        "capteesys",
        "doctest_namespace",
        "monkeypatch",
        "pytestconfig",
        "pytester",
        "record_property",
        "record_testsuite_property",
        "record_xml_attribute",
        "recwarn",
        "request",
        "subtests",
        "testdir",
        "tmp_path",
        "tmp_path_factory",
        "tmpdir",
        "tmpdir_factory",
    }
)
"""The fixtures of pytest itself: https://docs.pytest.org/en/stable/reference/fixtures.html"""
Function = ast.FunctionDef | ast.AsyncFunctionDef
Names = frozenset[str] | None


def available(files: Iterable[Path], names_in: Callable[[Path], Names]) -> Names:
    """Return the names that a test can request: those in its file and in the conftest files above it, and pytest's.

    ``names_in`` is `defined_names`, cached if many files are read. None if a file has fixtures it does not name.
    """
    found = OF_PYTEST
    for each in files:
        if (names := names_in(each)) is None:
            return None
        found |= names
    return found


def conftests(folder: Path) -> Iterator[Path]:
    """Yield the conftest files that apply to a folder, nearest first."""
    above = (each / "conftest.py" for each in (folder, *folder.parents))
    return (each for each in above if each.is_file())


def defined_names(path: Path) -> Names:
    """Return every name that a file defines or imports; None if it imports ``*``, loads plugins or does not parse."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"))
    except (SyntaxError, ValueError):
        return None
    names = frozenset(_defined(ast.walk(tree)))
    return None if names & {"*", "pytest_plugins"} else names


def _defined(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
                yield from explicit_names(node.decorator_list)
            case ast.Import() | ast.ImportFrom():
                yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case _:
                pass


def explicit_names(decorators: Iterable[ast.expr]) -> Iterator[str]:
    """Yield the explicit name of a fixture: ``@pytest.fixture(name="client")``."""
    calls = (each for each in decorators if isinstance(each, ast.Call))
    words = (word for call in calls if ast.unparse(call.func).endswith("fixture") for word in call.keywords)
    for word in words:
        if word.arg == "name" and isinstance(word.value, ast.Constant):
            yield str(word.value.value)


def requested(function: Function, marks: Iterable[ast.expr], *, method: bool) -> tuple[str, ...]:
    """Return the fixtures that a test function requests: its parameters that nothing else fills, and ``usefixtures``.

    Nothing where another decorator or a computed ``parametrize`` may fill parameters.
    """
    calls = [each for mark in marks for each in ast.walk(mark) if isinstance(each, ast.Call)]
    filled = [_filled(call) for call in calls if _is_mark(call, "parametrize")]
    if None in filled or not all(_is_mark(each) for each in function.decorator_list):
        return ()
    by_parametrize = {name for names in filled for name in names or ()}
    used = [
        str(each.value)
        for call in calls
        if _is_mark(call, "usefixtures")
        for each in call.args
        if isinstance(each, ast.Constant)
    ]
    return tuple(each for each in (*_parameters(function)[method:], *used) if each not in by_parametrize)


def _parameters(function: Function) -> list[str]:
    """Return the names of the parameters without a default."""
    of = function.args
    keywords = (each for each, default in zip(of.kwonlyargs, of.kw_defaults, strict=True) if default is None)
    positional = [*of.posonlyargs, *of.args]
    return [each.arg for each in (*positional[: len(positional) - len(of.defaults)], *keywords)]


def _is_mark(decorator: ast.expr, name: str = "") -> bool:
    """Whether it is ``pytest.mark.NAME``, called or not; any mark if no name is given."""
    named = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
    return named.endswith(f"mark.{name}") if name else "mark." in named


def _filled(call: ast.Call) -> frozenset[str] | None:
    """Return the parameters that ``parametrize`` fills by itself; None if they are not written out."""
    if any(word.arg in {"indirect", None} for word in call.keywords) or not call.args:
        return None
    match call.args[0]:
        case ast.Constant(value=str() as names):
            return frozenset(name.strip() for name in names.split(","))
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return frozenset(str(each.value) for each in parts if isinstance(each, ast.Constant))
        case _:
            return None
