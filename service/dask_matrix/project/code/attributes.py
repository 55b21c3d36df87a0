"""Infer the value of ``x.name``, and record it if it is a use of Dask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dask_matrix.project.code.canonical_names import canonical, is_class, is_dask_name
from dask_matrix.project.code.class_members import OTHER_NAMES, members
from dask_matrix.project.code.inferred_values import (
    CONSTANT,
    NO_VALUES,
    BoundMethod,
    DottedName,
    InstanceOf,
    MappingOf,
    SequenceOf,
    UserClass,
    UserFunction,
    UserInstance,
    UserModule,
    Value,
    Values,
    instances_of,
    single,
    union,
)
from dask_matrix.project.code.method_results import property_result
from dask_matrix.project.code.result_notation import parse_results

if TYPE_CHECKING:
    import ast

    from dask_matrix.project.code.file_state import Reading


def member(reading: Reading, values: Values, name: str, node: ast.AST) -> Values:
    """Return the possible values of an attribute; record a use if it is a member of a Dask class."""
    found = union(_member_of(reading, value, name, node) for value in values)
    return found | _column_or_attribute(values, name)


def _column_or_attribute(values: Values, name: str) -> Values:
    """Return the value of a name that is not a member: a data frame's column, or an attribute of a Delayed's result.

    Only if it cannot be anything else: otherwise it would spread to all attributes of the user's own objects.
    """
    class_names = {value.class_name if isinstance(value, InstanceOf) else "" for value in values} - {CONSTANT}
    if name.startswith("_") or any(
        not is_dask_name(class_name) or _is_member(class_name, name) for class_name in class_names
    ):
        return NO_VALUES
    return instances_of(*(OTHER_NAMES[class_name] for class_name in class_names if class_name in OTHER_NAMES))


def _member_of(reading: Reading, value: Value, name: str, node: ast.AST) -> Values:
    match value:
        case DottedName(above):
            return _of_dotted_name(reading, above, name, node)
        case InstanceOf():
            return _of_instance(reading, value, name, node)
        case SequenceOf() | MappingOf():
            return single(
                BoundMethod(InstanceOf("list" if isinstance(value, SequenceOf) else "dict", single(value)), name)
            )
        case UserModule(file):
            return reading.get_fact("global", file, name) or NO_VALUES
        case UserInstance() | UserClass():
            return _of_user_value(reading, value, name, node)
    return NO_VALUES


def _of_dotted_name(reading: Reading, above: str, name: str, node: ast.AST) -> Values:
    """Return a name in a module or class; ``register`` of a function is the function itself."""
    if name == "register" or above == "dask.utils.M":
        return single(DottedName(above))
    found = dotted_name(f"{above}.{name}")
    if is_class(above) and found.name.startswith(f"{above}."):
        reading.record_use(above, node)
    return single(found)


def dotted_name(name: str) -> DottedName:
    """Return the value of a dotted name, canonical if it is Dask's."""
    return DottedName(canonical(name) if is_dask_name(name) or name.startswith("dask_expr") else name)


def _of_instance(reading: Reading, value: InstanceOf, name: str, node: ast.AST) -> Values:
    if not _is_member(value.class_name, name):
        return NO_VALUES
    reading.record_use(f"{value.class_name}.{name}", node)
    notation = property_result(value.class_name, name)
    return single(BoundMethod(value, name)) if notation is None else parse_results(notation, value)


def _is_member(class_name: str, name: str) -> bool:
    """Whether a name is a member of the class, and not a column or a private name."""
    known = members(class_name)
    return known is None or name in known or name.startswith("__")


def _of_user_instance(reading: Reading, instance: UserInstance, name: str, node: ast.AST) -> Values:
    """Return an attribute of an instance of the user's class: its own, inherited, or from a Dask base class."""
    lineage = reading.lineage(instance.key)
    for base in lineage[1:] if instance.via_super else lineage:
        own = reading.get_fact("attribute", base.key, name) if isinstance(base, UserClass) else None
        if own is not None:
            return _bound(own)
    dask_classes = [
        canonical(base.name) for base in lineage if isinstance(base, DottedName) and is_dask_name(base.name)
    ]
    candidates = [class_name for class_name in dask_classes if members(class_name) is not None] or dask_classes
    owners = [class_name for class_name in candidates if _is_member(class_name, name)]
    return (
        _of_instance(reading, InstanceOf(owners[0], single(UserInstance(instance.key))), name, node)
        if owners
        else NO_VALUES
    )


def _bound(values: Values) -> Values:
    """Return methods without their first parameter."""
    return frozenset(
        replace(value, parameters=value.parameters[1:])
        if isinstance(value, UserFunction) and value.kind in {"method", "class"}
        else value
        for value in values
    )


def _of_user_value(reading: Reading, value: UserInstance | UserClass, name: str, node: ast.AST) -> Values:
    """Return an attribute of the user's class or of an instance of it."""
    if isinstance(value, UserInstance):
        return _of_user_instance(reading, value, name, node)
    own = reading.get_fact("attribute", value.key, name)
    return (
        _of_user_instance(reading, UserInstance(value.key, via_super=True), name, node)
        if own is None
        else _unbound(own)
    )


def _unbound(values: Values) -> Values:
    """Return methods accessed on the class: only class methods lose their first parameter."""
    class_methods = frozenset(value for value in values if isinstance(value, UserFunction) and value.kind == "class")
    return (values - class_methods) | _bound(class_methods)
