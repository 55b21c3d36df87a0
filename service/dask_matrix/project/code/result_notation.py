"""Parse the notation of the results in `method_results` and `function_results`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.project.code.inferred_values import (
    NO_VALUES,
    InstanceOf,
    UserInstance,
    Values,
    instances_of,
    sequence_of,
    single,
    tuple_of,
    union,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def parse_results(notation: str, owner: InstanceOf | None = None, arguments: Sequence[Values] = ()) -> Values:
    """Return the values that a table entry means for a call of the owner's method with these arguments."""
    if ";" in notation:
        return tuple_of(parse_results(part.strip(), owner, arguments) for part in notation.split(";"))
    if "|" in notation:
        return union(parse_results(part.strip(), owner, arguments) for part in notation.split("|"))
    if notation.startswith("["):
        return sequence_of(parse_results(notation[1:-1], owner, arguments))
    if notation == "=":
        return _same_as_owner(owner) if owner else NO_VALUES
    if notation in {"@", "1"}:
        return _inner_or_argument(notation, owner, arguments)
    return instances_of(notation) if notation else NO_VALUES


def _inner_or_argument(notation: str, owner: InstanceOf | None, arguments: Sequence[Values]) -> Values:
    if notation == "@":
        return owner.inner if owner else NO_VALUES
    return arguments[0] if arguments else NO_VALUES


def _same_as_owner(owner: InstanceOf) -> Values:
    """Return an instance of the owner's class, the user's subclass included."""
    own = frozenset(value for value in owner.inner if isinstance(value, UserInstance))
    return own or single(InstanceOf(owner.class_name))
