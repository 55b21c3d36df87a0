"""Find the names of Dask's modules that code has, literally, and where: what is gone breaks there, whatever it meant.

Left out is what the code copes with: imports in a `try` that catches ImportError or within `suppress(ImportError)`, for type
checkers alone, and names that it asks for with `hasattr` or chooses by the version of Dask.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.project.code.location import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dask_matrix.project.code.sources import Source

PROJECTS = frozenset({"dask", "distributed", "dask_expr"})
CAUGHT = frozenset({"ImportError", "ModuleNotFoundError", "AttributeError", "Exception", "BaseException"})
"""Exceptions that the absence of a name is caught by."""


@dataclass(frozen=True)
class LiteralNames:
    """``places``: dotted name -> where it is imported or written; ``coped``: file -> last parts of names that it copes without."""

    places: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    coped: dict[str, frozenset[str]] = field(default_factory=dict)


def literal_names(sources: Iterable[Source]) -> LiteralNames:
    """Return the names of Dask's modules in code, without those that each file copes without."""
    found: dict[str, set[Place]] = defaultdict(set)
    coped: dict[str, frozenset[str]] = {}
    for source in sources:
        readers = [_Reader(source.file, part.cell) for part in source.parts]
        aliases: dict[str, str] = {}
        for reader, part in zip(readers, source.parts, strict=True):
            reader.aliases = aliases  # a later cell of a notebook uses what an earlier one imported
            with suppress(RecursionError):  # nested deeper than anybody writes; the rest of the code is read
                reader.visit(part.tree)
        coped[source.file] = frozenset(name for reader in readers for name in reader.coped)
        for reader in readers:
            for name, place in reader.found:
                if name.rpartition(".")[2] not in coped[source.file]:
                    found[name].add(place)
    ordered = {name: tuple(sorted(found[name], key=lambda place: place.order)) for name in sorted(found)}
    return LiteralNames(ordered, coped)


class _Reader(ast.NodeVisitor):
    """Reads a file, or a cell. ``aliases``: name in the code -> dotted name of Dask's that it stands for."""

    def __init__(self, file: str, cell: int | None) -> None:
        self._file, self._cell = file, cell
        self.found: list[tuple[str, Place]] = []
        self.coped: set[str] = set()
        self.aliases: dict[str, str] = {}

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if _is_dasks(alias.name):
                self._add(alias.name, node)
                head = alias.name.partition(".")[0]
                self.aliases[alias.asname or head] = alias.name if alias.asname else head

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level == 0 and node.module and _is_dasks(node.module):
            for alias in node.names:
                name = node.module if alias.name == "*" else f"{node.module}.{alias.name}"
                self._add(name, node)
                self.aliases[alias.asname or alias.name] = name

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if (name := self._dotted(node)) is not None and isinstance(node.ctx, ast.Load):
            self._add(name, node)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in ("hasattr", "getattr"):
            self.coped |= {
                each.value for each in node.args[1:2] if isinstance(each, ast.Constant) and isinstance(each.value, str)
            }
        self.generic_visit(node)

    def visit_Try(self, node: ast.Try) -> None:
        if any(_catches(handler.type) for handler in node.handlers):
            self._cope(node.body)
            for each in (*node.handlers, *node.orelse, *node.finalbody):
                self.visit(each)
        else:
            self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        calls = [each.context_expr for each in node.items if isinstance(each.context_expr, ast.Call)]
        if any(_last(call.func) == "suppress" and any(map(_catches, call.args)) for call in calls):
            self._cope(node.body)
        else:
            self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        test = ast.dump(node.test)
        if "TYPE_CHECKING" in test or "version" in test.lower():
            self._cope([*node.body, *node.orelse])
        else:
            self.generic_visit(node)

    def _cope(self, body: Iterable[ast.stmt]) -> None:
        """Note the names within some statements as ones that the code copes without."""
        inner = _Reader(self._file, self._cell)
        inner.aliases = self.aliases
        for each in body:
            inner.visit(each)
        self.coped |= inner.coped | {name.rpartition(".")[2] for name, _ in inner.found}

    def _dotted(self, node: ast.expr) -> str | None:
        """The dotted name that an expression stands for, if it starts at a name of Dask's."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id)
        if isinstance(node, ast.Attribute) and (head := self._dotted(node.value)) is not None:
            return f"{head}.{node.attr}"
        return None

    def _add(self, name: str, node: ast.stmt | ast.expr) -> None:
        self.found.append((name, Place(self._file, node.lineno, self._cell)))


def _catches(exceptions: ast.expr | None) -> bool:
    """Whether an except clause, or an argument of `suppress`, catches the absence of a name."""
    return exceptions is None or any(_last(each) in CAUGHT for each in _alternatives(exceptions))


def _alternatives(node: ast.expr) -> Iterator[ast.expr]:
    yield from node.elts if isinstance(node, ast.Tuple) else (node,)


def _last(node: ast.expr) -> str:
    """The last part of a name, with or without dots."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_dasks(name: str) -> bool:
    return name.partition(".")[0] in PROJECTS
