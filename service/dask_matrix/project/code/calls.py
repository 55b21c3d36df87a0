"""What a call gives, by what is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.project.code.attributes import member
from dask_matrix.project.code.canonical_names import canonical, exported, is_class, of_dask
from dask_matrix.project.code.containers import contained, list_method
from dask_matrix.project.code.function_results import UFUNCS, function_gives
from dask_matrix.project.code.inferred_values import (
    NOTHING,
    UNKNOWN,
    Bound,
    Class,
    Keyed,
    Kinds,
    Many,
    Named,
    Of,
    Routine,
    Row,
    Thing,
    Value,
    many,
    of,
    one,
    union,
)
from dask_matrix.project.code.method_results import (
    ARRAY,
    CLIENT,
    COMPUTED,
    DATAFRAME,
    DELAYED,
    FUTURE,
    RESAMPLED,
    ROLLING,
    SERIES,
    method_gives,
)
from dask_matrix.project.code.passthrough import CLASSES_BESIDES, PASSING, Call
from dask_matrix.project.code.result_notation import results

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_matrix.project.code.file_state import Reading


def result(reading: Reading, called: Kinds, call: Call) -> Kinds:
    """Return what a call gives; tell the later rounds what the user's functions were given."""
    return union(_of_value(reading, value, call) for value in called)


def _of_value(reading: Reading, value: Value, call: Call) -> Kinds:
    match value:
        case Named(name):
            return _of_named(reading, name, call)
        case Bound(owner, name):
            return _of_method(reading, owner, name, call)
        case _:
            return _of_own(reading, value, call)


def _of_named(reading: Reading, name: str, call: Call) -> Kinds:
    if special := PASSING.get(name):
        return special(reading, call)
    if name == "builtins.map":
        return _mapped(reading, call)
    if name.startswith("numpy."):
        return _of_numpy(reading, name.removeprefix("numpy."), call)
    given = function_gives(name)
    return _of_class_named(reading, name, call) if given is None else results(given, given=call.given)


def _of_class_named(reading: Reading, name: str, call: Call) -> Kinds:
    """Return an object of a class of Dask's, or what a method gives that is called on the class."""
    owner, _, short = name.rpartition(".")
    if of_dask(owner) and is_class(owner):
        return _of_method(reading, Of(owner), short, call)
    if name in CLASSES_BESIDES or (of_dask(name) and is_class(name)):
        return of(canonical(name))
    return NOTHING


def _of_numpy(reading: Reading, name: str, call: Call) -> Kinds:
    """Return what a function of NumPy gives that asks Dask's objects among its arguments to do it."""
    for owner in reading.dasks(union(call.given)):
        if owner.kind not in COMPUTED[:3]:
            continue
        if name in {"array", "asarray", "asanyarray", "ascontiguousarray", "save", "savetxt"}:
            reading.note(f"{owner.kind}.__array__", call.node)
            return NOTHING
        if name in UFUNCS:
            reading.note(f"{owner.kind}.__array_ufunc__", call.node)
            return one(owner)
        if owner.kind == ARRAY and name in exported("dask.array"):
            reading.note(f"{ARRAY}.__array_function__", call.node)
            return results(function_gives(f"dask.array.{name}") or "", given=call.given)
    return NOTHING


def _of_method(reading: Reading, owner: Of, name: str, call: Call) -> Kinds:
    if owner.kind in {"list", "dict"}:
        return list_method(owner.holds, name, call.given)
    if special := METHODS.get((owner.kind, name)):
        return special(reading, owner, call)
    given = method_gives(owner.kind, name)
    return NOTHING if given is None else results(given, owner, call.given)


def _of_own(reading: Reading, value: Value, call: Call) -> Kinds:
    """Return what something of the user's own gives when called, or a Delayed, which stands for some such thing."""
    match value:
        case Routine():
            return _of_routine(reading, value, call)
        case Class(key):
            return _of_class(reading, key, call)
        case Thing():
            return result(reading, member(reading, one(value), "__call__", call.node), call)
    return of(DELAYED) if value == Of(DELAYED) else NOTHING


def _of_routine(reading: Reading, routine: Routine, call: Call) -> Kinds:
    """Return what a function of the user's own was seen to return, or yields."""
    _bind(reading, routine, call)
    returned = reading.know("return", routine.key) or NOTHING
    yielded = reading.know("yield", routine.key)
    return returned if yielded is None else returned | many(yielded)


def _bind(reading: Reading, routine: Routine, call: Call) -> None:
    """Tell what a call gives to a function's parameters, also that nothing is known of it."""
    by_place = zip(routine.parameters, call.given, strict=False)
    by_word = ((word, kinds) for word, kinds in call.words if word in routine.parameters)
    for parameter, kinds in (*by_place, *by_word):
        reading.learn(kinds or one(UNKNOWN), "parameter", routine.key, parameter)


def _of_class(reading: Reading, key: str, call: Call) -> Kinds:
    """Return an object of the user's class; without a constructor of its own, words are attributes (a dataclass)."""
    thing = one(Thing(key))
    constructors = member(reading, thing, "__init__", call.node)
    own = [value for value in constructors if isinstance(value, Routine)]
    for constructor in own:
        _bind(reading, constructor, call)
    for word, kinds in () if own else call.words:
        if kinds:
            reading.learn(kinds, "attribute", key, word)
    return thing


def _mapped(reading: Reading, call: Call) -> Kinds:
    inner = Call(call.node, tuple(contained(reading, each) for each in call.given[1:]))
    return many(result(reading, call.first(), inner))


def _submitted(_: Reading, __: Of, call: Call) -> Kinds:
    """Return a future; it holds an actor if it was asked to."""
    actor = of("distributed.Actor") if any(word in {"actor", "actors"} for word, _ in call.words) else NOTHING
    return one(Of(FUTURE, actor))


def _sent(reading: Reading, owner: Of, call: Call) -> Kinds:
    """``compute`` and ``scatter`` give a future for one thing, a list for a list, and a dict for a dict."""
    future = _submitted(reading, owner, call)
    sorts = {type(value) for value in call.first()}
    if Keyed in sorts:
        return one(Keyed(future))
    if sorts & {Many, Row}:
        return many(future)
    return future if sorts else future | many(future)


def _held(_: Reading, owner: Of, __: Call) -> Kinds:
    return owner.holds


def _windows(kind: str) -> Callable[[Reading, Of, Call], Kinds]:
    """Return a method that gives windows over its object: what is computed of them is such an object again."""

    def method(_: Reading, owner: Of, __: Call) -> Kinds:
        return one(Of(kind, of(owner.kind)))

    return method


def _piped(reading: Reading, owner: Of, call: Call) -> Kinds:
    """``x.pipe(f, …)`` is ``f(x, …)``."""
    return result(reading, call.first(), Call(call.node, (one(owner), *call.given[1:]), call.words))


METHODS: dict[tuple[str, str], Callable[[Reading, Of, Call], Kinds]] = {
    (CLIENT, "submit"): _submitted,
    (CLIENT, "compute"): _sent,
    (CLIENT, "scatter"): _sent,
    (FUTURE, "result"): _held,
    **{(kind, "pipe"): _piped for kind in (DATAFRAME, SERIES)},
    **{(kind, "rolling"): _windows(ROLLING) for kind in (DATAFRAME, SERIES)},
    **{(kind, "resample"): _windows(RESAMPLED) for kind in (DATAFRAME, SERIES)},
}
"""Methods whose result follows from their arguments or from what their object holds."""
