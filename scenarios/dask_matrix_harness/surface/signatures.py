"""Signatures as text that Python can parse: names, kinds and defaults, without annotations."""

from __future__ import annotations

import enum
import inspect
import os
import re
import sys
import types
from typing import Any

#: A longer default is told by its type alone.
_LONGEST_DEFAULT = 200
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_PLAIN = (type(None), bool, int, bytes, type(...))
_FOLDERS = {sys.prefix: "{prefix}", os.path.expanduser("~"): "~"}


def signature(function: Any) -> str | None:
    """The signature of a callable, such as `(x, /, y=1, *, z=None)`; None where Python knows none.

    A default that is not a literal is told by its name, else as `Type(...)`, so that no address gets into the text.
    """
    try:
        function = inspect.unwrap(function, stop=lambda each: "__signature__" in vars(each))
        if type(function) is types.FunctionType and "__signature__" not in vars(function):
            return _of_function(function)
        return _joined([_parameter(each) for each in inspect.signature(function).parameters.values()])
    except Exception:  # noqa: BLE001 - descriptors of any library may raise anything
        return None


def default_text(value: object) -> str:
    """A default as an expression that is the same on every machine."""
    text = _expression(value)
    return text if len(text) <= _LONGEST_DEFAULT else f"{type(value).__name__}(...)"


def _of_function(function: types.FunctionType) -> str:
    """The signature of a plain function, read off its code, which is much faster than `inspect.signature`."""
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    keyword_only = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    rest = iter(code.co_varnames[code.co_argcount + code.co_kwonlyargcount :])
    defaults = dict(zip(reversed(positional), reversed(function.__defaults__ or ())))
    parts = [
        ("/" if index < code.co_posonlyargcount else "p", _with_default(name, defaults))
        for index, name in enumerate(positional)
    ]
    if code.co_flags & inspect.CO_VARARGS:
        parts.append(("*", "*" + next(rest)))
    parts += [("k", _with_default(name, function.__kwdefaults__ or {})) for name in keyword_only]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        parts.append(("**", "**" + next(rest)))
    return _joined(parts)


def _with_default(name: str, defaults: dict[str, Any]) -> str:
    return f"{name}={default_text(defaults[name])}" if name in defaults else name


_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: ("/", ""),
    inspect.Parameter.POSITIONAL_OR_KEYWORD: ("p", ""),
    inspect.Parameter.VAR_POSITIONAL: ("*", "*"),
    inspect.Parameter.KEYWORD_ONLY: ("k", ""),
    inspect.Parameter.VAR_KEYWORD: ("**", "**"),
}


def _parameter(parameter: inspect.Parameter) -> tuple[str, str]:
    kind, stars = _KINDS[parameter.kind]
    default = "" if parameter.default is parameter.empty else f"={default_text(parameter.default)}"
    return kind, f"{stars}{parameter.name}{default}"


def _joined(parts: list[tuple[str, str]]) -> str:
    """Parameters, each with its kind, as the text between parentheses with `/` and `*` where they belong."""
    kinds = [kind for kind, _ in parts]
    texts = [text for _, text in parts]
    if "k" in kinds and "*" not in kinds:
        texts.insert(kinds.index("k"), "*")
    if "/" in kinds:
        texts.insert(kinds.count("/"), "/")
    return f"({', '.join(texts)})"


def _expression(value: object) -> str:
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, str):
        return repr(_portable(value))
    if type(value) in _PLAIN or (type(value) is float and value - value == 0):
        return repr(value)
    if type(value) in (list, tuple, set, frozenset, dict):
        return _collection(value)
    return _named(value) or f"{type(value).__name__}(...)"


def _portable(text: str) -> str:
    """A text without the folders of this environment, this user or this run: of another absolute path the last part is left."""
    for folder, name in _FOLDERS.items():
        text = text.replace(folder, name) if folder != os.sep else text
    is_path = os.path.isabs(text) and text.count(os.sep) > 1 and not text.startswith("/etc/")
    return f"{{folder}}/{os.path.basename(text)}" if is_path else text


def _collection(value: Any) -> str:
    if not value:
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_expression(key)}: {_expression(each)}" for key, each in value.items()) + "}"
    texts = [_expression(each) for each in value]
    if isinstance(value, list):
        return f"[{', '.join(texts)}]"
    if isinstance(value, tuple):
        return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"
    return "{" + ", ".join(sorted(texts)) + "}"


def _named(value: object) -> str:
    """The name of a class, function or module; `""` for anything else, and for one without a name of its own."""
    if isinstance(value, types.ModuleType):
        return value.__name__
    name = getattr(value, "__qualname__", None)
    if not isinstance(name, str) or not _DOTTED.fullmatch(name):
        return ""
    return name
