"""What import statements give names to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.project.code.attributes import named
from dask_matrix.project.code.canonical_names import exported, of_dask
from dask_matrix.project.code.inferred_values import NOTHING, Kinds, Module, Named, one, union

if TYPE_CHECKING:
    import ast

    from dask_matrix.project.code.file_state import Reading


def imports(reading: Reading, node: ast.Import) -> None:
    """``import dask.dataframe`` gives ``dask`` a meaning, ``import dask.dataframe as dd`` gives ``dd`` one."""
    for alias in node.names:
        if alias.asname:
            reading.scope.set(alias.asname, module(reading, alias.name))
        else:
            top = alias.name.partition(".")[0]
            reading.scope.set(top, module(reading, top))


def imports_from(reading: Reading, node: ast.ImportFrom) -> None:
    """``from dask import delayed``, ``from dask.distributed import *``, ``from .mine import client``."""
    home = _home(reading, node)
    for alias in node.names:
        if alias.name == "*":
            _all(reading, home)
            continue
        inner = _submodule(reading, node, alias.name)
        reading.scope.set(alias.asname or alias.name, union([_of_home(reading, home, alias.name), inner]))


def module(reading: Reading, name: str) -> Kinds:
    """Return what a dotted name imports: the user's own file, or something by name."""
    if of_dask(name) or name.startswith("dask_expr"):
        return one(named(name))
    found = reading.modules.found(name, reading.file)
    return one(Module(found)) if found else one(Named(name))


def _home(reading: Reading, node: ast.ImportFrom) -> Kinds:
    if node.level:
        found = reading.modules.relative(node.module or "", node.level, reading.file)
        return one(Module(found)) if found else NOTHING
    return module(reading, node.module or "")


def _of_home(reading: Reading, home: Kinds, name: str) -> Kinds:
    found: list[Kinds] = []
    for value in home:
        if isinstance(value, Named):
            found.append(one(named(f"{value.name}.{name}")))
        elif isinstance(value, Module):
            found.append(reading.know("global", value.file, name) or NOTHING)
    return union(found)


def _submodule(reading: Reading, node: ast.ImportFrom, name: str) -> Kinds:
    """Return the user's own file that ``from package import file`` means, if it is one."""
    if not node.level and of_dask(node.module or ""):
        return NOTHING
    path = ".".join(filter(None, [node.module, name]))
    if node.level:
        found = reading.modules.relative(path, node.level, reading.file)
    else:
        found = reading.modules.found(path, reading.file)
    return one(Module(found)) if found else NOTHING


def _all(reading: Reading, home: Kinds) -> None:
    """Give all names that a package exports, as far as they are known."""
    for value in home:
        if isinstance(value, Named):
            for name in sorted(exported(value.name)):
                reading.scope.set(name, one(named(f"{value.name}.{name}")))
        elif isinstance(value, Module):
            reading.know("global", value.file, "*")
            for name in sorted(reading.facts.names.get(value.file, ())):
                if not name.startswith("_"):
                    reading.scope.set(name, reading.know("global", value.file, name) or NOTHING)
