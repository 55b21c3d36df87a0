"""Small surfaces for tests, made from a few functions, classes and settings."""

from __future__ import annotations

from typing import Any

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.surface.surface import Surface
from dask_matrix.domain.surface.timeline import SurfaceColumn, Timeline


def surface(modules: dict[str, Any] | None = None, **parts: Any) -> Surface:
    """Return a surface. A module is an object of names: a home, ``""`` with a description, or a description alone.

    ``modules={"dask": {"get": {"kind": "function", "signature": "(x)"}}}`` describes ``dask.get``; a module that is a
    text could not be imported, for that reason.
    """
    found: dict[str, Any] = {"modules": {}, "objects": {}, "foreign": {}, "commands": {}, "distributions": {}}
    found |= {"settings": {"defaults": {}, "renamed": {}}, "servers": {"unknown": {"exception": "not asked"}}}
    for module, names in (modules or {}).items():
        if isinstance(names, str):
            found["modules"][module] = {"unknown": {"exception": names}}
            continue
        homes = {name: told if isinstance(told, str) else "" for name, told in names.items()}
        found["modules"][module] = {"names": homes, "package": module.count(".") == 0}
        found["objects"] |= {f"{module}.{name}": told for name, told in names.items() if isinstance(told, dict)}
    return Surface(found | parts)


def function(signature: str = "(x)", **more: Any) -> dict[str, Any]:
    """Describe a function."""
    return {"kind": "function", "signature": signature, "doc": True, **more}


def a_class(mro: tuple[str, ...] = (), **members: str) -> dict[str, Any]:
    """Describe a class by its members."""
    return {"kind": "class", "signature": "()", "mro": list(mro), "members": members, "doc": True}


def column(release: str, config: str = "") -> SurfaceColumn:
    """Return the column of a release."""
    return SurfaceColumn(Release.parse(release), Python.parse("3.11"), Lane.AS_RELEASED, release, config)


def timeline(**surfaces: Surface) -> Timeline:
    """Return a timeline of releases named ``v2025_1_0``, in the order given."""
    return Timeline.of((column(name[1:].replace("_", ".")), each) for name, each in surfaces.items())
