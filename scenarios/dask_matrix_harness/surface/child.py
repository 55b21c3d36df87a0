"""What the child does, one step after the other; steps that ended an earlier child are left out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from .commands import commands
from .distributions import distributions
from .imports import explained, import_module
from .lazy_names import lazy_names
from .names import Names, submodules_present
from .projects import module_names
from .servers import servers
from .settings import settings

#: Tells the parent which step begins.
Begin = Callable[[str], None]


def take(begin: Begin, ended: Mapping[str, str], output: int) -> dict[str, Any]:
    """The surface. `ended`: step -> how it ended an earlier child; `output`: descriptor of the file that holds stdout."""
    present: dict[str, list[str]] = {}
    for name in module_names():
        _note_submodules(name, present)
    modules = {}
    for name in module_names():
        modules[name] = _imported(name, begin, ended, output)
        _note_submodules(name, present)
    parts = {part.__name__: _part(part, begin, ended) for part in (settings, distributions, commands)}
    named = _names(modules, present, begin, ended)
    for name, told in modules.items():
        _add_lazy(name, told, begin, ended)
    return {**named, **parts, "servers": _part(servers, begin, ended)}


def _note_submodules(name: str, present: dict[str, list[str]]) -> None:
    """Note, of a package that is imported, which sub-modules it has before everything else is imported."""
    module = sys.modules.get(name)
    if name not in present and module is not None and "__path__" in vars(module):
        present[name] = submodules_present(module)


def _imported(name: str, begin: Begin, ended: Mapping[str, str], output: int) -> dict[str, Any]:
    step = f"import {name}"
    if step in ended:
        return {"unknown": {"exception": ended[step]}}
    begin(step)
    return import_module(name, output)


def _names(
    modules: dict[str, Any], present: dict[str, list[str]], begin: Begin, ended: Mapping[str, str]
) -> dict[str, Any]:
    """Add its names to each module that imports; return all, with the objects at home in them."""
    names = Names()
    for name, told in modules.items():
        step, module = f"names {name}", sys.modules.get(name)
        if step in ended:
            told["unknown"] = {"exception": ended[step]}
        elif module is not None and "unknown" not in told:
            begin(step)
            told.update(_of_module(module, names, present.get(name, [])))
    return {"modules": modules, "objects": names.objects, "foreign": names.foreign}


def _of_module(module: ModuleType, names: Names, present: list[str]) -> dict[str, Any]:
    """Its names; `all` if it has an `__all__`; of a package, which sub-modules are there only once they are imported."""
    is_package = "__path__" in vars(module)
    found: dict[str, Any] = {"names": names.of(module), "package": is_package}
    listed = vars(module).get("__all__")
    if isinstance(listed, (list, tuple)):
        found["all"] = sorted(map(str, listed))
    if is_package:
        found["by_import"] = sorted({*submodules_present(module)} - {*present})
    return found


def _add_lazy(name: str, told: dict[str, Any], begin: Begin, ended: Mapping[str, str]) -> None:
    step, module = f"ask {name}", sys.modules.get(name)
    if module is None or "names" not in told or "__getattr__" not in vars(module):
        return
    if step in ended:
        told["notes"] = [*told.get("notes", []), f"its __getattr__: {ended[step]}"]
        return
    begin(step)
    found = lazy_names(module)
    if found:
        told["lazy"] = found


def _part(part: Callable[[], dict[str, Any]], begin: Begin, ended: Mapping[str, str]) -> dict[str, Any]:
    """A part of the surface other than names; `unknown` if it failed."""
    if part.__name__ in ended:
        return {"unknown": {"exception": ended[part.__name__]}}
    begin(part.__name__)
    try:
        return part()
    except Exception as problem:  # noqa: BLE001 - it costs this part alone
        return {"unknown": explained(problem)}
