"""Infer what loops, subscripts and methods get out of lists, dicts, tuples and Dask's own sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.project.code.inferred_values import (
    NO_VALUES,
    STRING,
    InstanceOf,
    MappingOf,
    SequenceOf,
    TupleOf,
    Values,
    instances_of,
    mapping_of,
    sequence_of,
    single,
    tuple_of,
    union,
)
from dask_matrix.project.code.method_results import DATAFRAME, ELEMENTS, GROUPS, ITEMS, SERIES, SERIES_GROUPS
from dask_matrix.project.code.result_notation import parse_results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dask_matrix.project.code.file_state import Reading

COLUMNS = {DATAFRAME: SERIES, GROUPS: SERIES_GROUPS}
"""Class -> class of one of its columns."""
ADD_METHODS = {"add": 0, "append": 0, "appendleft": 0, "insert": 1, "put": 0, "setdefault": 1}
"""Methods of lists, sets and dicts that add an item -> the index of the argument that is the item."""
EXTEND_METHODS = frozenset({"extend", "extendleft", "update"})
"""Methods that add all items of another container."""


def elements(reading: Reading, values: Values) -> Values:
    """Return the possible elements in a loop over the values."""
    own = [
        parse_results(ELEMENTS[value.class_name])
        for value in reading.dask_instances(values)
        if value.class_name in ELEMENTS
    ]
    return union([*own, *(_items_of(value) for value in values if isinstance(value, SequenceOf | TupleOf))])


def _items_of(value: SequenceOf | TupleOf) -> Values:
    return value.items if isinstance(value, SequenceOf) else union(value.items)


def unpack(reading: Reading, values: Values, count: int) -> list[Values]:
    """Return the values of ``count`` names that the values are unpacked into."""
    rows = [value for value in values if isinstance(value, TupleOf) and len(value.items) == count]
    others = elements(
        reading,
        frozenset(value for value in values if value not in rows and not isinstance(value, TupleOf)),
    )
    return [union([others, *(value.items[place] for value in rows)]) for place in range(count)]


def item(reading: Reading, values: Values, key: Values, place: int | None) -> Values:
    """Return the value of ``x[key]``; ``place`` is the key if it is a literal number."""
    found = [
        parse_results(ITEMS[value.class_name]) for value in reading.dask_instances(values) if value.class_name in ITEMS
    ]
    for frame, column in COLUMNS.items():
        if any(value.class_name == frame for value in reading.dask_instances(values)):
            found.append(_columns(frame, column, key))
    for value in values:
        match value:
            case SequenceOf(items) | MappingOf(items):
                found.append(items)
            case TupleOf(items):
                found.append(_item_at(items, place))
    return union(found)


def _columns(frame: str, column: str, key: Values) -> Values:
    """Return an item of a data frame: a column for a name, a frame for a list or mask, either if the key is unknown."""
    if not key:
        return instances_of(frame, column)
    return instances_of(*{column if value == InstanceOf(STRING) else frame for value in key})


def _item_at(items: tuple[Values, ...], place: int | None) -> Values:
    if place is None:
        return union(items)
    return items[place] if -len(items) <= place < len(items) else NO_VALUES


def slice_of(values: Values) -> Values:
    """Return a slice of the values: a slice of a list is a list."""
    rows = [sequence_of(union(value.items)) for value in values if isinstance(value, TupleOf)]
    return union([frozenset(value for value in values if isinstance(value, SequenceOf)), *rows])


def list_method(values: Values, name: str, arguments: Sequence[Values]) -> Values:
    """Return the result of a method of a list or dict."""
    items = union(value.items for value in values if isinstance(value, SequenceOf | MappingOf))
    if name in {"pop", "popleft", "get", "setdefault", "popitem"}:
        return union([items, *arguments[1:2]])
    if name == "values":
        return sequence_of(items)
    if name == "items":
        return sequence_of(tuple_of([NO_VALUES, items]))
    return values if name in {"copy", "union", "intersection", "difference"} else NO_VALUES


def with_added_arguments(values: Values, method: str, arguments: Sequence[Values]) -> Values | None:
    """Return a list or dict with the items that a method call adds to it; None if the method adds nothing."""
    if method in EXTEND_METHODS and arguments:
        new = union(value.items for value in arguments[0] if isinstance(value, SequenceOf | MappingOf))
    elif method in ADD_METHODS and len(arguments) > ADD_METHODS[method]:
        new = arguments[ADD_METHODS[method]]
    else:
        return None
    return with_items(values, new)


def with_items(values: Values, new: Values) -> Values:
    """Return the values, with new items in the lists and dicts among them."""
    together: list[Values] = []
    for value in values:
        match value:
            case SequenceOf(items):
                together.append(sequence_of(items | new))
            case MappingOf(items):
                together.append(mapping_of(items | new))
            case _:
                together.append(single(value))
    return union(together)
