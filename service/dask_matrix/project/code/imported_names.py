"""Find the names that code imports from Dask, and where: what is gone breaks the import itself, used or not."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from dask_matrix.project.code.location import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dask_matrix.project.code.sources import Source

PROJECTS = frozenset({"dask", "distributed", "dask_expr"})
CAUGHT = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
"""Exceptions that a failed import is caught by."""


def imported_names(sources: Iterable[Source]) -> Mapping[str, tuple[Place, ...]]:
    """Return dotted name -> its places, in order; left out are imports that may fail, and those for type checkers alone."""
    found: dict[str, set[Place]] = defaultdict(set)
    for source in sources:
        for part in source.parts:
            for name, node in _imports(part.tree.body):
                found[name].add(Place(source.file, node.lineno, part.cell))
    return {name: tuple(sorted(found[name], key=lambda place: place.order)) for name in sorted(found)}


def _imports(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names if _is_dasks(alias.name))
        elif isinstance(node, ast.ImportFrom):
            yield from ((name, node) for name in _imported_from(node))
        else:
            yield from _imports(_inner(node))


def _imported_from(node: ast.ImportFrom) -> Iterator[str]:
    if node.level == 0 and node.module and _is_dasks(node.module):
        yield from (node.module if alias.name == "*" else f"{node.module}.{alias.name}" for alias in node.names)


def _inner(node: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the statements within one that run when it does, or may run."""
    if isinstance(node, ast.Try) and any(map(_catches_import, node.handlers)):
        yield from (*node.orelse, *node.finalbody)
    elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        yield from node.orelse
    else:
        yield from (each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt))
        for name in ("handlers", "cases"):
            yield from (each for handler in getattr(node, name, ()) for each in handler.body)


def _catches_import(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return any(isinstance(each, ast.Name) and each.id in CAUGHT for each in ast.walk(handler.type))


def _is_dasks(name: str) -> bool:
    return name.partition(".")[0] in PROJECTS
