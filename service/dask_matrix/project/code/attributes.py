"""What ``x.name`` stands for, and which use of Dask it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dask_matrix.project.code.canonical_names import canonical, is_class, of_dask
from dask_matrix.project.code.class_members import OTHERWISE, members
from dask_matrix.project.code.inferred_values import (
    NOTHING,
    PLAIN,
    Bound,
    Class,
    Keyed,
    Kinds,
    Many,
    Module,
    Named,
    Of,
    Routine,
    Thing,
    Value,
    of,
    one,
    union,
)
from dask_matrix.project.code.method_results import property_gives
from dask_matrix.project.code.result_notation import results

if TYPE_CHECKING:
    import ast

    from dask_matrix.project.code.file_state import Reading


def member(reading: Reading, values: Kinds, name: str, node: ast.AST) -> Kinds:
    """Return what an attribute stands for; note it where it is a member of one of Dask's classes."""
    found = union(_of_value(reading, value, name, node) for value in values)
    return found | _otherwise(values, name)


def _otherwise(values: Kinds, name: str) -> Kinds:
    """Return what a name is that is no member: a data frame's column, or an attribute of what a Delayed stands for.

    Only where it can be nothing else, as it would spread to all that the user's own objects have.
    """
    kinds = {value.kind if isinstance(value, Of) else "" for value in values} - {PLAIN}
    if name.startswith("_") or any(not of_dask(kind) or _is_member(kind, name) for kind in kinds):
        return NOTHING
    return of(*(OTHERWISE[kind] for kind in kinds if kind in OTHERWISE))


def _of_value(reading: Reading, value: Value, name: str, node: ast.AST) -> Kinds:
    match value:
        case Named(above):
            return _of_named(reading, above, name, node)
        case Of():
            return _of_object(reading, value, name, node)
        case Many() | Keyed():
            return one(Bound(Of("list" if isinstance(value, Many) else "dict", one(value)), name))
        case Module(file):
            return reading.know("global", file, name) or NOTHING
        case Thing() | Class():
            return _of_own(reading, value, name, node)
    return NOTHING


def _of_named(reading: Reading, above: str, name: str, node: ast.AST) -> Kinds:
    """Return a name within a module or class; one within a function is the function's own (``register``)."""
    if name == "register" or above == "dask.utils.M":
        return one(Named(above))
    found = named(f"{above}.{name}")
    if is_class(above) and found.name.startswith(f"{above}."):
        reading.note(above, node)
    return one(found)


def named(name: str) -> Named:
    """Return something importable, Dask's by its canonical name."""
    return Named(canonical(name) if of_dask(name) or name.startswith("dask_expr") else name)


def _of_object(reading: Reading, value: Of, name: str, node: ast.AST) -> Kinds:
    if not _is_member(value.kind, name):
        return NOTHING
    reading.note(f"{value.kind}.{name}", node)
    given = property_gives(value.kind, name)
    return one(Bound(value, name)) if given is None else results(given, value)


def _is_member(kind: str, name: str) -> bool:
    """Tell whether a name is one of the class's own: a column is not, and neither is anything private."""
    known = members(kind)
    return known is None or name in known or name.startswith("__")


def _of_thing(reading: Reading, thing: Thing, name: str, node: ast.AST) -> Kinds:
    """Return what an object of the user's class has: of the class's own, of its bases, else of Dask's among those."""
    lineage = reading.lineage(thing.key)
    for base in lineage[1:] if thing.above else lineage:
        own = reading.know("attribute", base.key, name) if isinstance(base, Class) else None
        if own is not None:
            return _bound(own)
    dasks = [canonical(base.name) for base in lineage if isinstance(base, Named) and of_dask(base.name)]
    telling = [kind for kind in dasks if members(kind) is not None] or dasks
    having = [kind for kind in telling if _is_member(kind, name)]
    return _of_object(reading, Of(having[0], one(Thing(thing.key))), name, node) if having else NOTHING


def _bound(kinds: Kinds) -> Kinds:
    """Return methods with their first parameter given."""
    return frozenset(
        replace(value, parameters=value.parameters[1:])
        if isinstance(value, Routine) and value.sort in {"method", "class"}
        else value
        for value in kinds
    )


def _of_own(reading: Reading, value: Thing | Class, name: str, node: ast.AST) -> Kinds:
    """Return what an object or a class of the user's has."""
    if isinstance(value, Thing):
        return _of_thing(reading, value, name, node)
    own = reading.know("attribute", value.key, name)
    return _of_thing(reading, Thing(value.key, above=True), name, node) if own is None else _unbound(own)


def _unbound(kinds: Kinds) -> Kinds:
    """Return methods as the class has them: only a class method has its first parameter given."""
    class_methods = frozenset(value for value in kinds if isinstance(value, Routine) and value.sort == "class")
    return (kinds - class_methods) | _bound(class_methods)
