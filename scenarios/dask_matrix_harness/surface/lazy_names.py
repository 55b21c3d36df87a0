"""Names that a module makes only when they are asked for (PEP 562), with the warnings of asking."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from .imports import explained

_LONGEST = 300


def lazy_names(module: ModuleType) -> dict[str, Any]:
    """Name -> `deprecated`: the warning, or None; or `unknown` (the exception that says where it went).

    A module's `__getattr__` cannot be asked what it knows; the names are the words in its code that it does not refuse.
    """
    asked = vars(module).get("__getattr__")
    if not isinstance(asked, FunctionType):
        return {}
    words = sorted({*_words(asked.__code__), *_listed(module)} - set(vars(module)))
    found = ((name, _ask(module, name)) for name in words if not name.startswith("__"))
    return {name: told for name, told in found if told is not None}


def _ask(module: ModuleType, name: str) -> dict[str, Any] | None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            getattr(module, name)
        except AttributeError:
            return None
        except Exception as problem:  # noqa: BLE001 - whatever asking raises is what is observed
            return {"unknown": explained(problem)}
    told = [
        str(each.message)[:_LONGEST]
        for each in caught
        if issubclass(each.category, (DeprecationWarning, FutureWarning))
    ]
    return {"deprecated": told[0] if told else None}


def _words(code: CodeType) -> Iterator[str]:
    """The identifiers among a function's constants, and those of the functions in it."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _words(each)
        for word in each if isinstance(each, (tuple, frozenset)) else (each,):
            if isinstance(word, str) and word.isidentifier():
                yield word


def _listed(module: ModuleType) -> list[str]:
    """Public names of `__all__` and of `dir()`, which may know more than the module holds."""
    named = {*map(str, vars(module).get("__all__") or ()), *map(str, dir(module))}
    return [name for name in named if not name.startswith("__")]
