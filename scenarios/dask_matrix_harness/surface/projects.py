"""The projects whose surface is observed, and their modules."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from functools import cache

#: Import names, in the order in which they are imported.
PROJECTS = ("dask", "distributed", "dask_expr")


def module_names() -> list[str]:
    """Every module of the installed projects without their tests, parents first, found without importing any."""
    found = (name for project in PROJECTS for folder in folders(project) for name in _within(project, folder))
    return sorted({*found, *filter(folders, PROJECTS)})


@cache
def folders(project: str) -> tuple[str, ...]:
    """The folders of an installed project; none if it is not installed."""
    spec = importlib.util.find_spec(project) if project not in sys.modules else sys.modules[project].__spec__
    return tuple(spec.submodule_search_locations or ()) if spec is not None else ()


def is_own(name: str | None) -> bool:
    """Whether a dotted name lies in one of the projects."""
    return isinstance(name, str) and name.partition(".")[0] in PROJECTS


def is_test(name: str) -> bool:
    """Whether a module is a test, or helps tests."""
    parts = name.split(".")
    return "tests" in parts or parts[-1] == "conftest" or parts[-1].startswith("test_")


def _within(package: str, folder: str) -> Iterator[str]:
    """The modules in a package's folder, those in its sub-packages included."""
    for entry in os.scandir(folder):
        stem, _, suffix = entry.name.partition(".")
        name = f"{package}.{stem}"
        if not stem.isidentifier() or is_test(name) or stem in ("__init__", "__main__"):
            continue
        if entry.is_file() and suffix == "py":
            yield name
        elif entry.is_dir() and os.path.isfile(os.path.join(entry.path, "__init__.py")):
            yield name
            yield from _within(name, entry.path)
