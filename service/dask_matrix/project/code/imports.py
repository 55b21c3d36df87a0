"""Bind the names of import statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.project.code.attributes import dotted_name
from dask_matrix.project.code.canonical_names import exported, is_dask_name
from dask_matrix.project.code.inferred_values import NO_VALUES, DottedName, UserModule, Values, single, union

if TYPE_CHECKING:
    import ast

    from dask_matrix.project.code.file_state import Reading


def imports(reading: Reading, node: ast.Import) -> None:
    """``import dask.dataframe`` binds ``dask``, ``import dask.dataframe as dd`` binds ``dd``."""
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


def module(reading: Reading, name: str) -> Values:
    """Return what a dotted name imports: a file of the user's code, or a dotted name."""
    if is_dask_name(name) or name.startswith("dask_expr"):
        return single(dotted_name(name))
    found = reading.modules.find(name, reading.file)
    return single(UserModule(found)) if found else single(DottedName(name))


def _home(reading: Reading, node: ast.ImportFrom) -> Values:
    if node.level:
        found = reading.modules.relative(node.module or "", node.level, reading.file)
        return single(UserModule(found)) if found else NO_VALUES
    return module(reading, node.module or "")


def _of_home(reading: Reading, home: Values, name: str) -> Values:
    found: list[Values] = []
    for value in home:
        if isinstance(value, DottedName):
            found.append(single(dotted_name(f"{value.name}.{name}")))
        elif isinstance(value, UserModule):
            found.append(reading.get_fact("global", value.file, name) or NO_VALUES)
    return union(found)


def _submodule(reading: Reading, node: ast.ImportFrom, name: str) -> Values:
    """Return the file of the user's code that ``from package import file`` means, if there is one."""
    if not node.level and is_dask_name(node.module or ""):
        return NO_VALUES
    path = ".".join(filter(None, [node.module, name]))
    if node.level:
        found = reading.modules.relative(path, node.level, reading.file)
    else:
        found = reading.modules.find(path, reading.file)
    return single(UserModule(found)) if found else NO_VALUES


def _all(reading: Reading, home: Values) -> None:
    """Bind all names that a package exports, as far as they are known."""
    for value in home:
        if isinstance(value, DottedName):
            for name in sorted(exported(value.name)):
                reading.scope.set(name, single(dotted_name(f"{value.name}.{name}")))
        elif isinstance(value, UserModule):
            reading.get_fact("global", value.file, "*")
            for name in sorted(reading.facts.names.get(value.file, ())):
                if not name.startswith("_"):
                    reading.scope.set(name, reading.get_fact("global", value.file, name) or NO_VALUES)
