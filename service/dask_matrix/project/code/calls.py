"""Infer the result of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.project.code.attributes import member
from dask_matrix.project.code.canonical_names import canonical, exported, is_class, is_dask_name
from dask_matrix.project.code.containers import elements, list_method
from dask_matrix.project.code.function_results import UFUNCS, function_result
from dask_matrix.project.code.inferred_values import (
    NO_VALUES,
    UNKNOWN_ARGUMENT,
    BoundMethod,
    DottedName,
    InstanceOf,
    MappingOf,
    SequenceOf,
    TupleOf,
    UserClass,
    UserFunction,
    UserInstance,
    Value,
    Values,
    instances_of,
    sequence_of,
    single,
    union,
)
from dask_matrix.project.code.method_results import (
    ARRAY,
    CLIENT,
    DATAFRAME,
    DELAYED,
    FUTURE,
    OPERAND_CLASSES,
    RESAMPLED,
    ROLLING,
    SERIES,
    method_result,
)
from dask_matrix.project.code.passthrough import OTHER_CLASSES, PASSTHROUGH, Call
from dask_matrix.project.code.result_notation import parse_results

if TYPE_CHECKING:
    from collections.abc import Callable

    from dask_matrix.project.code.file_state import Reading


def result(reading: Reading, called: Values, call: Call) -> Values:
    """Return the possible results of a call; add facts about the arguments of the user's functions."""
    return union(_call_value(reading, value, call) for value in called)


def _call_value(reading: Reading, value: Value, call: Call) -> Values:
    match value:
        case DottedName(name):
            return _call_dotted_name(reading, name, call)
        case BoundMethod(owner, name):
            return _call_method(reading, owner, name, call)
        case _:
            return _call_user_value(reading, value, call)


def _call_dotted_name(reading: Reading, name: str, call: Call) -> Values:
    if special := PASSTHROUGH.get(name):
        return special(reading, call)
    if name == "builtins.map":
        return _map(reading, call)
    if name.startswith("numpy."):
        return _call_numpy(reading, name.removeprefix("numpy."), call)
    notation = function_result(name)
    return (
        _call_dask_class(reading, name, call) if notation is None else parse_results(notation, arguments=call.arguments)
    )


def _call_dask_class(reading: Reading, name: str, call: Call) -> Values:
    """Return an instance of a Dask class, or the result of a method called on the class."""
    owner, _, short = name.rpartition(".")
    if is_dask_name(owner) and is_class(owner):
        return _call_method(reading, InstanceOf(owner), short, call)
    if name in OTHER_CLASSES or (is_dask_name(name) and is_class(name)):
        return instances_of(canonical(name))
    return NO_VALUES


def _call_numpy(reading: Reading, name: str, call: Call) -> Values:
    """Return the result of a NumPy function that dispatches to a Dask object among its arguments."""
    for owner in reading.dask_instances(union(call.arguments)):
        if owner.class_name not in OPERAND_CLASSES[:3]:
            continue
        if name in {"array", "asarray", "asanyarray", "ascontiguousarray", "save", "savetxt"}:
            reading.record_use(f"{owner.class_name}.__array__", call.node)
            return NO_VALUES
        if name in UFUNCS:
            reading.record_use(f"{owner.class_name}.__array_ufunc__", call.node)
            return single(owner)
        if owner.class_name == ARRAY and name in exported("dask.array"):
            reading.record_use(f"{ARRAY}.__array_function__", call.node)
            return parse_results(function_result(f"dask.array.{name}") or "", arguments=call.arguments)
    return NO_VALUES


def _call_method(reading: Reading, owner: InstanceOf, name: str, call: Call) -> Values:
    if owner.class_name in {"list", "dict"}:
        return list_method(owner.inner, name, call.arguments)
    if special := METHODS.get((owner.class_name, name)):
        return special(reading, owner, call)
    notation = method_result(owner.class_name, name)
    return NO_VALUES if notation is None else parse_results(notation, owner, call.arguments)


def _call_user_value(reading: Reading, value: Value, call: Call) -> Values:
    """Return the result of calling the user's own function, class or instance, or a Delayed of one."""
    match value:
        case UserFunction():
            return _call_user_function(reading, value, call)
        case UserClass(key):
            return _call_user_class(reading, key, call)
        case UserInstance():
            return result(reading, member(reading, single(value), "__call__", call.node), call)
    return instances_of(DELAYED) if value == InstanceOf(DELAYED) else NO_VALUES


def _call_user_function(reading: Reading, function: UserFunction, call: Call) -> Values:
    """Return what a function of the user's code returns or yields, as known from earlier rounds."""
    _bind_arguments(reading, function, call)
    returned = reading.get_fact("return", function.key) or NO_VALUES
    yielded = reading.get_fact("yield", function.key)
    return returned if yielded is None else returned | sequence_of(yielded)


def _bind_arguments(reading: Reading, function: UserFunction, call: Call) -> None:
    """Add facts about a function's parameters from the arguments of a call, unknown ones included."""
    by_place = zip(function.parameters, call.arguments, strict=False)
    by_word = ((keyword, values) for keyword, values in call.keywords if keyword in function.parameters)
    for parameter, values in (*by_place, *by_word):
        reading.add_fact(values or single(UNKNOWN_ARGUMENT), "parameter", function.key, parameter)


def _call_user_class(reading: Reading, key: str, call: Call) -> Values:
    """Return an instance of the user's class; without ``__init__``, keyword arguments are attributes (a dataclass)."""
    instance = single(UserInstance(key))
    constructors = member(reading, instance, "__init__", call.node)
    own = [value for value in constructors if isinstance(value, UserFunction)]
    for constructor in own:
        _bind_arguments(reading, constructor, call)
    for keyword, values in () if own else call.keywords:
        if values:
            reading.add_fact(values, "attribute", key, keyword)
    return instance


def _map(reading: Reading, call: Call) -> Values:
    inner = Call(call.node, tuple(elements(reading, each) for each in call.arguments[1:]))
    return sequence_of(result(reading, call.first(), inner))


def _future(_: Reading, __: InstanceOf, call: Call) -> Values:
    """Return a future; its result is an actor if called with ``actor=``."""
    actor = (
        instances_of("distributed.Actor")
        if any(keyword in {"actor", "actors"} for keyword, _ in call.keywords)
        else NO_VALUES
    )
    return single(InstanceOf(FUTURE, actor))


def _future_or_container(reading: Reading, owner: InstanceOf, call: Call) -> Values:
    """``compute`` and ``scatter`` return a future for one object, a list for a list, and a dict for a dict."""
    future = _future(reading, owner, call)
    types = {type(value) for value in call.first()}
    if MappingOf in types:
        return single(MappingOf(future))
    if types & {SequenceOf, TupleOf}:
        return sequence_of(future)
    return future if types else future | sequence_of(future)


def _future_result(_: Reading, owner: InstanceOf, __: Call) -> Values:
    return owner.inner


def _window_method(class_name: str) -> Callable[[Reading, InstanceOf, Call], Values]:
    """Return a method whose result is windows over its object; aggregating them gives an object of the same class."""

    def method(_: Reading, owner: InstanceOf, __: Call) -> Values:
        return single(InstanceOf(class_name, instances_of(owner.class_name)))

    return method


def _pipe(reading: Reading, owner: InstanceOf, call: Call) -> Values:
    """``x.pipe(f, …)`` is ``f(x, …)``."""
    return result(reading, call.first(), Call(call.node, (single(owner), *call.arguments[1:]), call.keywords))


METHODS: dict[tuple[str, str], Callable[[Reading, InstanceOf, Call], Values]] = {
    (CLIENT, "submit"): _future,
    (CLIENT, "compute"): _future_or_container,
    (CLIENT, "scatter"): _future_or_container,
    (FUTURE, "result"): _future_result,
    **{(class_name, "pipe"): _pipe for class_name in (DATAFRAME, SERIES)},
    **{(class_name, "rolling"): _window_method(ROLLING) for class_name in (DATAFRAME, SERIES)},
    **{(class_name, "resample"): _window_method(RESAMPLED) for class_name in (DATAFRAME, SERIES)},
}
"""Methods whose result depends on their arguments or on the value inside their object."""
