"""What an expression may stand for, as far as reading alone can tell.

Each expression has a set of these: empty where nothing is known, more than one where the ways through the code
differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEEPEST = 3
"""How many containers within containers are told apart; what is deeper is unknown, so that a reading ends."""
MOST = 24
"""How many different things one expression may stand for; one that could be more is unknown."""


@dataclass(frozen=True)
class Named:
    """Something importable by its dotted name: a module, function or class that is not the user's own."""

    name: str


@dataclass(frozen=True)
class Of:
    """An object of a class; ``holds`` is what it gives back when asked, as a future of an actor its actor."""

    kind: str
    holds: Kinds = field(default_factory=frozenset)


@dataclass(frozen=True)
class Bound:
    """A method of an object, not called yet."""

    owner: Of
    name: str


@dataclass(frozen=True)
class Many:
    """A list, set, generator or other sequence of such things."""

    items: Kinds


@dataclass(frozen=True)
class Keyed:
    """A dict whose values are such things."""

    items: Kinds


@dataclass(frozen=True)
class Row:
    """A tuple, place by place."""

    items: tuple[Kinds, ...]


@dataclass(frozen=True)
class Module:
    """A file of the user's own code, imported."""

    file: str


@dataclass(frozen=True)
class Routine:
    """A function of the user's own, with the parameters that are not given yet.

    ``sort`` is ``function``, ``method``, ``static`` or ``class`` (a method of its class).
    """

    key: str
    parameters: tuple[str, ...] = ()
    sort: str = "function"


@dataclass(frozen=True)
class Class:
    """A class of the user's own."""

    key: str


@dataclass(frozen=True)
class Thing:
    """An object of a class of the user's own; ``above`` if seen through ``super()``."""

    key: str
    above: bool = False


Value: TypeAlias = Named | Of | Bound | Many | Keyed | Row | Module | Routine | Class | Thing
Kinds: TypeAlias = frozenset[Value]
NOTHING: Kinds = frozenset()
"""What is known of an expression of which nothing is known."""
TEXT = "str"
"""The kind of a string: told, as a column is picked by one."""

PLAIN = "number"
"""The kind of a number, None or another constant: certainly nothing of Dask's."""
UNKNOWN = Of("?")
"""Stands among what a parameter is given where a call gives it something of which nothing is known."""


def one(value: Value) -> Kinds:
    """Return the set of one thing."""
    return frozenset({value})


def of(*kinds: str) -> Kinds:
    """Return objects of these classes."""
    return frozenset(Of(kind) for kind in kinds)


def union(sets: Iterable[Kinds]) -> Kinds:
    """Return all that several expressions may stand for; nothing if that is too much."""
    together = NOTHING.union(*sets)
    return together if len(together) <= MOST else NOTHING


def many(items: Kinds) -> Kinds:
    """Return a sequence of such things."""
    return one(Many(items if _depth(items) < DEEPEST else NOTHING))


def keyed(items: Kinds) -> Kinds:
    """Return a dict of such things."""
    return one(Keyed(items if _depth(items) < DEEPEST else NOTHING))


def row(items: Iterable[Kinds]) -> Kinds:
    """Return a tuple of such things."""
    return one(Row(tuple(item if _depth(item) < DEEPEST else NOTHING for item in items)))


def _depth(kinds: Kinds) -> int:
    return max((1 + _depth(union(_within(value))) for value in kinds), default=0)


def _within(value: Value) -> tuple[Kinds, ...]:
    match value:
        case Many(items) | Keyed(items):
            return (items,)
        case Row(items):
            return items
        case Of(_, holds):
            return (holds,)
        case _:
            return ()


def kinds_of(values: Kinds) -> Iterator[str]:
    """Yield the classes of the objects among the values."""
    return (value.kind for value in values if isinstance(value, Of))
