"""What comes out of lists, dicts, tuples and Dask's own sequences: by a loop, by a subscript, by their methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.project.code.inferred_values import (
    NOTHING,
    TEXT,
    Keyed,
    Kinds,
    Many,
    Of,
    Row,
    keyed,
    many,
    of,
    one,
    row,
    union,
)
from dask_matrix.project.code.method_results import DATAFRAME, ELEMENTS, GROUPS, ITEMS, SERIES, SERIES_GROUPS
from dask_matrix.project.code.result_notation import results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dask_matrix.project.code.file_state import Reading

COLUMNS = {DATAFRAME: SERIES, GROUPS: SERIES_GROUPS}
"""What is picked from by a column's name, and what that gives."""
ADDS = {"add": 0, "append": 0, "appendleft": 0, "insert": 1, "put": 0, "setdefault": 1}
"""Methods of lists, sets and dicts that add a thing, and the place of the argument that is the thing."""
ADDS_ALL = frozenset({"extend", "extendleft", "update"})
"""Methods that add all that another container holds."""


def contained(reading: Reading, kinds: Kinds) -> Kinds:
    """Return what a loop over the values gives."""
    own = [results(ELEMENTS[value.kind]) for value in reading.dasks(kinds) if value.kind in ELEMENTS]
    return union([*own, *(_inside(value) for value in kinds if isinstance(value, Many | Row))])


def _inside(value: Many | Row) -> Kinds:
    return value.items if isinstance(value, Many) else union(value.items)


def unpacked(reading: Reading, kinds: Kinds, count: int) -> list[Kinds]:
    """Return what ``count`` names get that the values are unpacked to."""
    rows = [value for value in kinds if isinstance(value, Row) and len(value.items) == count]
    others = contained(reading, frozenset(kind for kind in kinds if kind not in rows and not isinstance(kind, Row)))
    return [union([others, *(value.items[place] for value in rows)]) for place in range(count)]


def item(reading: Reading, kinds: Kinds, key: Kinds, place: int | None) -> Kinds:
    """Return what ``x[key]`` gives; ``place`` is the key where it is a number that stands there."""
    found = [results(ITEMS[value.kind]) for value in reading.dasks(kinds) if value.kind in ITEMS]
    for frame, column in COLUMNS.items():
        if any(value.kind == frame for value in reading.dasks(kinds)):
            found.append(_columns(frame, column, key))
    for value in kinds:
        match value:
            case Many(items) | Keyed(items):
                found.append(items)
            case Row(items):
                found.append(_at(items, place))
    return union(found)


def _columns(frame: str, column: str, key: Kinds) -> Kinds:
    """Return what a data frame gives: a column for a name, a frame for a list or mask, either for what is unknown."""
    if not key:
        return of(frame, column)
    return of(*{column if value == Of(TEXT) else frame for value in key})


def _at(items: tuple[Kinds, ...], place: int | None) -> Kinds:
    if place is None:
        return union(items)
    return items[place] if -len(items) <= place < len(items) else NOTHING


def part(kinds: Kinds) -> Kinds:
    """Return what a slice of the values gives: a list's part is a list."""
    rows = [many(union(value.items)) for value in kinds if isinstance(value, Row)]
    return union([frozenset(value for value in kinds if isinstance(value, Many)), *rows])


def list_method(values: Kinds, name: str, given: Sequence[Kinds]) -> Kinds:
    """Return what a method of a list or dict gives."""
    items = union(value.items for value in values if isinstance(value, Many | Keyed))
    if name in {"pop", "popleft", "get", "setdefault", "popitem"}:
        return union([items, *given[1:2]])
    if name == "values":
        return many(items)
    if name == "items":
        return many(row([NOTHING, items]))
    return values if name in {"copy", "union", "intersection", "difference"} else NOTHING


def grown(values: Kinds, method: str, given: Sequence[Kinds]) -> Kinds | None:
    """Return what a list or dict holds after one of its methods added to it; None if the method adds nothing."""
    if method in ADDS_ALL and given:
        new = union(value.items for value in given[0] if isinstance(value, Many | Keyed))
    elif method in ADDS and len(given) > ADDS[method]:
        new = given[ADDS[method]]
    else:
        return None
    return holding(values, new)


def holding(values: Kinds, new: Kinds) -> Kinds:
    """Return the lists and dicts among the values as they are with something new in them, and the others as they are."""
    together: list[Kinds] = []
    for value in values:
        match value:
            case Many(items):
                together.append(many(items | new))
            case Keyed(items):
                together.append(keyed(items | new))
            case _:
                together.append(one(value))
    return union(together)
