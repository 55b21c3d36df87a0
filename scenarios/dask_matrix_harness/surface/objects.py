"""Describe one object of the surface: its kind, signature, members, deprecation."""

from __future__ import annotations

import types
from functools import cached_property, partialmethod, singledispatchmethod
from typing import Any

from .deprecations import deprecation
from .projects import is_own
from .signatures import default_text, signature

#: Members that Python itself makes, or makes only in some of its versions.
_NOISE = frozenset(
    [
        "__module__",
        "__dict__",
        "__weakref__",
        "__doc__",
        "__qualname__",
        "__annotations__",
        "__slots__",
        "__firstlineno__",
        "__annotate__",
        "__static_attributes__",
        "__parameters__",
        "__orig_bases__",
        "__abstractmethods__",
        "_abc_impl",
        "__match_args__",
        "__annotate_func__",
        "__annotations_cache__",
        "__dataclass_fields__",
        "__dataclass_params__",
        "__hash__",
        "__final__",
        "__type_params__",
        "__conditional_annotations__",
        "__annotate_func__",
        "__protocol_attrs__",
        "__non_callable_proto_members__",
        "_is_protocol",
        "_is_runtime_protocol",
        "_enum_repr_",
        "_enum_map_",
        "__replace__",
        "_use_args_",
        "_member_names_",
        "_member_map_",
        "_value2member_map_",
        "_unhashable_values_",
        "_hashable_values_",
        "_unhashable_values_map_",
        "_new_member_",
        "_value_repr_",
        "_member_type_",
        "_generate_next_value_",
    ]
)
_PROPERTIES = (property, cached_property, types.GetSetDescriptorType, types.MemberDescriptorType)
_LITERALS = (type(None), bool, int, str, float)


def describe(value: Any) -> dict[str, Any]:
    """Kind (`class`, `function`, `data`), signature, whether it has a docstring, deprecation; of a class also its members.

    A member is one text: a method's signature, the same after `static ` or `class `, `property` or `attribute`, or
    `class` for a nested one. `mro` names the classes that it inherits from, in order, without itself and `object`.
    """
    if isinstance(value, type):
        found = _class(value)
    elif callable(value):
        found = {"kind": "function", "signature": _signature_of(value)}
    else:
        return {"kind": "data", "type": type(value).__name__, **_value(value)}
    told = deprecation(value)
    doc = isinstance(getattr(value, "__doc__", None), str)
    return {**found, **({"doc": True} if doc else {}), **({"deprecated": told} if told else {})}


def class_name(value: type) -> str:
    """The dotted name of a class."""
    return f"{value.__module__}.{value.__qualname__}"


def members(value: type) -> tuple[dict[str, str], dict[str, str]]:
    """Name -> text of each member that the class itself defines, and name -> deprecation."""
    found = {name: each for name, each in vars(value).items() if name not in _NOISE and isinstance(name, str)}
    told = {name: deprecation(each) for name, each in found.items() if _callable(each)}
    texts = {name: _member(each) for name, each in sorted(found.items())}
    return texts, {name: text for name, text in sorted(told.items()) if text}


def _class(value: type) -> dict[str, Any]:
    own, deprecated = members(value)
    mro = [class_name(each) for each in value.__mro__[1:-1]]
    found = {"kind": "class", "signature": signature(value), "mro": mro, "members": own}
    return {**found, **({"deprecated_members": deprecated} if deprecated else {})}


def _signature_of(value: Any) -> str | None:
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)) or not is_own(type(value).__module__):
        return signature(value)
    return _bound(signature(type(value).__call__))


def _bound(text: str | None) -> str | None:
    """A method's signature without its first parameter."""
    head, comma, rest = (text or "").partition(", ")
    return text and (f"({rest}" if comma else "()" if not head.startswith("(*") else text)


def _value(value: Any) -> dict[str, str]:
    return {"value": default_text(value)} if type(value) in _LITERALS else {}


def _callable(value: Any) -> bool:
    return isinstance(value, (types.FunctionType, staticmethod, classmethod, property))


def _member(value: Any) -> str:
    if isinstance(value, (staticmethod, classmethod)):
        word = "static" if isinstance(value, staticmethod) else "class"
        return f"{word} {signature(value.__func__) or ''}".rstrip()
    if isinstance(value, _PROPERTIES):
        return "property"
    if isinstance(value, type):
        return "class"
    if isinstance(value, (partialmethod, singledispatchmethod)):
        return "method"
    return (signature(value) or "method") if callable(value) else "attribute"
