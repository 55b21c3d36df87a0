"""Functions whose results follow from their arguments: what they are given passes through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.project.code.containers import contained
from dask_matrix.project.code.file_state import instances
from dask_matrix.project.code.function_results import PANDAS, PANDAS_SERIES
from dask_matrix.project.code.inferred_values import (
    NOTHING,
    Keyed,
    Kinds,
    Named,
    Row,
    kinds_of,
    many,
    of,
    one,
    row,
    union,
)
from dask_matrix.project.code.method_results import DATAFRAME, DELAYED, SERIES

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from dask_matrix.project.code.file_state import Reading


@dataclass(frozen=True)
class Call:
    """A call and what its arguments stand for, by place and by word."""

    node: ast.expr
    given: tuple[Kinds, ...] = ()
    words: tuple[tuple[str, Kinds], ...] = ()

    def first(self) -> Kinds:
        """Return the first argument; nothing where there is none."""
        return self.given[0] if self.given else NOTHING

    def without_first(self) -> Call:
        """Return the same call with its first argument taken off."""
        return Call(self.node, self.given[1:], self.words)


def _delayed(_: Reading, call: Call) -> Kinds:
    """``delayed(f)`` gives a Delayed, ``delayed(pure=True)`` something to decorate a function with."""
    return of(DELAYED) if call.given else one(Named("dask.delayed"))


def _from_pandas(_: Reading, call: Call) -> Kinds:
    """Return the collection of what is given; of something unknown, either."""
    given = set(kinds_of(call.first())) & {PANDAS, PANDAS_SERIES}
    return of(*({PANDAS: DATAFRAME, PANDAS_SERIES: SERIES}[kind] for kind in given or (PANDAS, PANDAS_SERIES)))


def _as_given(_: Reading, call: Call) -> Kinds:
    return row(call.given)


def _first(_: Reading, call: Call) -> Kinds:
    return call.first()


def _partial(_: Reading, call: Call) -> Kinds:
    return call.first()


def _cast(_: Reading, call: Call) -> Kinds:
    return instances(call.first())


def _sequence(reading: Reading, call: Call) -> Kinds:
    return many(contained(reading, call.first()))


def _next(reading: Reading, call: Call) -> Kinds:
    return contained(reading, call.first())


def _numbered(reading: Reading, call: Call) -> Kinds:
    return many(row([NOTHING, contained(reading, call.first())]))


def _zipped(reading: Reading, call: Call) -> Kinds:
    return many(row(contained(reading, each) for each in call.given))


def _filtered(reading: Reading, call: Call) -> Kinds:
    return many(contained(reading, union(call.given[1:2])))


def _table(reading: Reading, call: Call) -> Kinds:
    """``dict(pairs)`` and ``dict(name=value)``."""
    pairs = [pair for pair in contained(reading, call.first()) if isinstance(pair, Row) and len(pair.items) > 1]
    copied = [value.items for value in call.first() if isinstance(value, Keyed)]
    items = union([*copied, *(pair.items[1] for pair in pairs), *(kinds for _, kinds in call.words)])
    return one(Keyed(items))


def _reduced(reading: Reading, call: Call) -> Kinds:
    return contained(reading, union(call.given[1:2]))


PASSING: dict[str, Callable[[Reading, Call], Kinds]] = {
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
"""Functions whose result follows from their arguments."""
CLASSES_BESIDES = frozenset({"contextlib.ExitStack", "contextlib.AsyncExitStack"})
"""Classes, not Dask's, through whose methods Dask's objects pass."""
