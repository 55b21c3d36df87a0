"""The names of the modules, each with the place where its object is at home, and the objects themselves."""

from __future__ import annotations

import sys
from types import FunctionType, ModuleType
from typing import Any

from .imports_of_module import imported_names
from .objects import class_name, describe
from .projects import is_own, is_test

#: Dunder names of a module that are part of what it offers.
_KEPT = ("__version__",)


class Names:
    """All that the modules offer, each object described once, at its home."""

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {}
        self.foreign: dict[str, list[str]] = {}

    def of(self, module: ModuleType) -> dict[str, str]:
        """Name -> home of each name of a module; `""` for an object that is at home here, which is described."""
        imported = imported_names(module)
        found = {}
        for name, value in sorted(vars(module).items(), key=lambda item: str(item[0])):
            if isinstance(name, str) and _is_offered(name):
                found[name] = home = _home(value, module.__name__, name, imported)
                self._describe(home or f"{module.__name__}.{name}", value)
        return found

    def _describe(self, place: str, value: Any) -> None:
        if isinstance(value, ModuleType) or not is_own(place) or place in self.objects:
            return
        self.objects[place] = {}  # a class may name itself
        self.objects[place] = describe(value)
        if isinstance(value, type):
            self._describe_bases(value)

    def _describe_bases(self, value: type) -> None:
        """Describe the classes that one inherits from: those of other projects by their members' names alone."""
        for base in value.__mro__[1:-1]:
            name = class_name(base)
            if is_own(name):
                self._describe(name, base)
            elif name not in self.foreign:
                self.foreign[name] = sorted(members_named(base))


def members_named(value: type) -> list[str]:
    """The names of the members of a class of another project; those with an underscore are its own affair."""
    return [name for name in vars(value) if isinstance(name, str) and not name.startswith("_")]


def submodules_present(module: ModuleType) -> list[str]:
    """The sub-modules that are attributes of a package by now."""
    prefix = f"{module.__name__}."
    return sorted(
        name
        for name, value in vars(module).items()
        if isinstance(value, ModuleType)
        and getattr(value, "__name__", None) == prefix + name
        and not is_test(prefix + name)
    )


def _is_offered(name: str) -> bool:
    return name in _KEPT or not (name.startswith("__") and name.endswith("__"))


def _home(value: Any, module: str, name: str, imported: dict[str, str]) -> str:
    """Where an object is at home: where it says, if it can be imported from there; else where an import took it from."""
    if isinstance(value, ModuleType):
        return "" if value.__name__ == f"{module}.{name}" else value.__name__
    home, path = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if isinstance(home, str) and isinstance(path, str) and _at(home, path) is value:
        place = f"{home}.{path}"
        return "" if place == f"{module}.{name}" else place
    if isinstance(value, FunctionType) and is_own(value.__globals__.get("__name__")) and name not in imported:
        return ""
    place = imported.get(name, "")
    return place if place != f"{module}.{name}" and _at_place(place) is value else ""


def _at_place(place: str) -> Any:
    """The object at a place that an import named; another one may have been put under its name since."""
    module, _, name = place.rpartition(".")
    return _at(module, name) if module in sys.modules else None


def _at(module: str, path: str) -> Any:
    """The object at a dotted path of an imported module, without running any code of its own; None if there is none."""
    value: Any = sys.modules.get(module)
    for part in path.split("."):
        try:
            value = vars(value)[part]
        except (KeyError, TypeError):
            return None
    return value
