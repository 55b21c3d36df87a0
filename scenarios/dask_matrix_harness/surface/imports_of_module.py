"""Which names of a module its import statements bound: constants, too, which do not tell where they come from."""

from __future__ import annotations

import dis
import importlib.util
from types import CodeType, ModuleType
from typing import Any

_IMPORT_NAME = dis.opmap["IMPORT_NAME"]
_IMPORT_FROM = dis.opmap["IMPORT_FROM"]
_STORES = {dis.opmap[name] for name in ("STORE_NAME", "STORE_GLOBAL")}
_CONSTANTS = {dis.opmap[name] for name in ("LOAD_CONST",)}
_SMALL_INT = dis.opmap.get("LOAD_SMALL_INT")
_EXTENDED = dis.EXTENDED_ARG


def imported_names(module: ModuleType) -> dict[str, str]:
    """Name -> dotted place it was imported from, read off the module's compiled code; empty where there is none."""
    spec = module.__spec__
    try:
        code = spec.loader.get_code(module.__name__) if spec and spec.loader else None  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - a loader may raise anything
        return {}
    return _bound(code, spec.parent or "") if code is not None and spec is not None else {}


def _bound(code: CodeType, package: str) -> dict[str, str]:
    found: dict[str, str] = {}
    origin, pending = "", ""
    levels: list[Any] = [0, 0]
    for operation, argument in _operations(code.co_code):
        if operation in _CONSTANTS or operation == _SMALL_INT:
            levels = [levels[1], argument if operation == _SMALL_INT else code.co_consts[argument]]
        elif operation == _IMPORT_NAME:
            origin = _absolute(code.co_names[argument], levels[0], package)
            pending = "" if levels[1] else origin.partition(".")[0]
        elif operation == _IMPORT_FROM:
            pending = f"{origin}.{code.co_names[argument]}"
        elif operation in _STORES and pending:
            found[code.co_names[argument]] = pending
            pending = ""
    return found


def _operations(code: bytes) -> list[tuple[int, int]]:
    """Pairs of operation and argument of two-byte code."""
    found, extended = [], 0
    for operation, low_byte in zip(code[::2], code[1::2]):
        argument = low_byte | extended
        if operation == _EXTENDED:
            extended = argument << 8
        else:
            found.append((operation, argument))
            extended = 0
    return found


def _absolute(name: str, level: Any, package: str) -> str:
    if not isinstance(level, int) or level == 0:
        return name
    try:
        return importlib.util.resolve_name("." * level + name, package).rstrip(".")
    except ImportError:
        return name
