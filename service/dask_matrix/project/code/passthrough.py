"""Functions whose result depends on their arguments, such as ``dask.persist``, ``zip`` and ``functools.partial``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.project.code.containers import elements
from dask_matrix.project.code.file_state import instantiate
from dask_matrix.project.code.function_results import PANDAS, PANDAS_SERIES
from dask_matrix.project.code.inferred_values import (
    NO_VALUES,
    DottedName,
    MappingOf,
    TupleOf,
    Values,
    class_names,
    instances_of,
    sequence_of,
    single,
    tuple_of,
    union,
)
from dask_matrix.project.code.method_results import DATAFRAME, DELAYED, SERIES

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from dask_matrix.project.code.file_state import Reading


@dataclass(frozen=True)
class Call:
    """A call, with the possible values of its positional and keyword arguments."""

    node: ast.expr
    arguments: tuple[Values, ...] = ()
    keywords: tuple[tuple[str, Values], ...] = ()

    def first(self) -> Values:
        """Return the values of the first argument; no values if there is none."""
        return self.arguments[0] if self.arguments else NO_VALUES

    def without_first(self) -> Call:
        """Return the call without its first argument."""
        return Call(self.node, self.arguments[1:], self.keywords)


def _delayed(_: Reading, call: Call) -> Values:
    """``delayed(f)`` returns a Delayed, ``delayed(pure=True)`` a decorator."""
    return instances_of(DELAYED) if call.arguments else single(DottedName("dask.delayed"))


def _from_pandas(_: Reading, call: Call) -> Values:
    """Return the Dask collection for a pandas object; either collection if it is unknown."""
    classes = set(class_names(call.first())) & {PANDAS, PANDAS_SERIES}
    return instances_of(
        *({PANDAS: DATAFRAME, PANDAS_SERIES: SERIES}[class_name] for class_name in classes or (PANDAS, PANDAS_SERIES))
    )


def _as_given(_: Reading, call: Call) -> Values:
    return tuple_of(call.arguments)


def _first(_: Reading, call: Call) -> Values:
    return call.first()


def _partial(_: Reading, call: Call) -> Values:
    return call.first()


def _cast(_: Reading, call: Call) -> Values:
    return instantiate(call.first())


def _sequence(reading: Reading, call: Call) -> Values:
    return sequence_of(elements(reading, call.first()))


def _next(reading: Reading, call: Call) -> Values:
    return elements(reading, call.first())


def _numbered(reading: Reading, call: Call) -> Values:
    return sequence_of(tuple_of([NO_VALUES, elements(reading, call.first())]))


def _zipped(reading: Reading, call: Call) -> Values:
    return sequence_of(tuple_of(elements(reading, each) for each in call.arguments))


def _filtered(reading: Reading, call: Call) -> Values:
    return sequence_of(elements(reading, union(call.arguments[1:2])))


def _table(reading: Reading, call: Call) -> Values:
    """``dict(pairs)`` and ``dict(name=value)``."""
    pairs = [pair for pair in elements(reading, call.first()) if isinstance(pair, TupleOf) and len(pair.items) > 1]
    copied = [value.items for value in call.first() if isinstance(value, MappingOf)]
    items = union([*copied, *(pair.items[1] for pair in pairs), *(values for _, values in call.keywords)])
    return single(MappingOf(items))


def _reduced(reading: Reading, call: Call) -> Values:
    return elements(reading, union(call.arguments[1:2]))


PASSTHROUGH: dict[str, Callable[[Reading, Call], Values]] = {
    "dask.delayed": _delayed,
    "dask.dataframe.from_pandas": _from_pandas,
    "dask.optimize": _as_given,
    "dask.persist": _as_given,
    "builtins.dict": _table,
    "builtins.enumerate": _numbered,
    "builtins.filter": _filtered,
    "builtins.max": _next,
    "builtins.min": _next,
    "builtins.next": _next,
    "builtins.sum": _next,
    "builtins.anext": _next,
    "builtins.zip": _zipped,
    **dict.fromkeys([f"builtins.{name}" for name in ("frozenset", "iter", "list", "reversed", "set", "sorted", "tuple")], _sequence),
    **dict.fromkeys(["collections.deque", "tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "rich.progress.track"], _sequence),
    **dict.fromkeys(["copy.copy", "copy.deepcopy", "contextlib.closing", "contextlib.aclosing", "warnings.warn"], _first),
    "contextlib.nullcontext": _first,
    "functools.partial": _partial,
    "functools.reduce": _reduced,
    "toolz.curry": _partial,
    "typing.cast": _cast,
}  # fmt: skip
"""Canonical name of a function -> how its result depends on its arguments."""
OTHER_CLASSES = frozenset({"contextlib.ExitStack", "contextlib.AsyncExitStack"})
"""Classes of the standard library whose methods pass Dask objects through."""
