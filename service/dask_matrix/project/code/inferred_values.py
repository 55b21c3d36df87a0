"""The possible values of an expression, as far as they can be inferred without running it.

Each expression has a set of them: empty if nothing is known, more than one if branches of the code differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_DEPTH = 3
"""Maximum nesting of containers; anything deeper is unknown, so that the analysis terminates."""
MAX_VALUES = 24
"""Maximum number of possible values of an expression; with more, it is unknown."""


@dataclass(frozen=True)
class DottedName:
    """A module, function or class outside the user's code, by its dotted name."""

    name: str


@dataclass(frozen=True)
class InstanceOf:
    """An instance of a class outside the user's code; ``inner`` is the value it wraps: a future's actor."""

    class_name: str
    inner: Values = field(default_factory=frozenset)


@dataclass(frozen=True)
class BoundMethod:
    """A method of an instance."""

    owner: InstanceOf
    name: str


@dataclass(frozen=True)
class SequenceOf:
    """A list, set, generator or other sequence; ``items`` are the possible values of any item."""

    items: Values


@dataclass(frozen=True)
class MappingOf:
    """A dict; ``items`` are its possible values."""

    items: Values


@dataclass(frozen=True)
class TupleOf:
    """A tuple; ``items`` has the possible values at each index."""

    items: tuple[Values, ...]


@dataclass(frozen=True)
class UserModule:
    """An imported file of the user's code."""

    file: str


@dataclass(frozen=True)
class UserFunction:
    """A function of the user's code, with the parameters that are not bound yet.

    ``kind`` is ``function``, ``method``, ``static`` or ``class`` (a class method).
    """

    key: str
    parameters: tuple[str, ...] = ()
    kind: str = "function"


@dataclass(frozen=True)
class UserClass:
    """A class of the user's code."""

    key: str


@dataclass(frozen=True)
class UserInstance:
    """An instance of a class of the user's code; ``via_super`` if accessed through ``super()``."""

    key: str
    via_super: bool = False


Value: TypeAlias = (
    DottedName
    | InstanceOf
    | BoundMethod
    | SequenceOf
    | MappingOf
    | TupleOf
    | UserModule
    | UserFunction
    | UserClass
    | UserInstance
)
Values: TypeAlias = frozenset[Value]
NO_VALUES: Values = frozenset()
"""The values of an expression of which nothing is known."""
STRING = "str"
"""Class name of a string: known, because a string selects a column."""

CONSTANT = "number"
"""Class name of a number, None or another constant: certainly not a Dask object."""
UNKNOWN_ARGUMENT = InstanceOf("?")
"""Among a parameter's values: some call passes a value of which nothing is known."""


def single(value: Value) -> Values:
    """Return a set of one value."""
    return frozenset({value})


def instances_of(*class_names: str) -> Values:
    """Return instances of these classes."""
    return frozenset(InstanceOf(class_name) for class_name in class_names)


def union(sets: Iterable[Values]) -> Values:
    """Return the union of several sets of values; no values if there are more than MAX_VALUES."""
    together = NO_VALUES.union(*sets)
    return together if len(together) <= MAX_VALUES else NO_VALUES


def sequence_of(items: Values) -> Values:
    """Return a sequence of these items."""
    return single(SequenceOf(items if _depth(items) < MAX_DEPTH else NO_VALUES))


def mapping_of(items: Values) -> Values:
    """Return a dict with these values."""
    return single(MappingOf(items if _depth(items) < MAX_DEPTH else NO_VALUES))


def tuple_of(items: Iterable[Values]) -> Values:
    """Return a tuple of these items."""
    return single(TupleOf(tuple(item if _depth(item) < MAX_DEPTH else NO_VALUES for item in items)))


def _depth(values: Values) -> int:
    return max((1 + _depth(union(_nested(value))) for value in values), default=0)


def _nested(value: Value) -> tuple[Values, ...]:
    match value:
        case SequenceOf(items) | MappingOf(items):
            return (items,)
        case TupleOf(items):
            return items
        case InstanceOf(_, inner):
            return (inner,)
        case _:
            return ()


def class_names(values: Values) -> Iterator[str]:
    """Yield the class names of the instances among the values."""
    return (value.class_name for value in values if isinstance(value, InstanceOf))
