"""The defaults of the configuration, with types, and the keys that were renamed."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping
from typing import Any


def settings() -> dict[str, Any]:
    """`defaults`: dotted key -> `type` and `value`; `renamed`: old key -> new key, or None if it is gone.

    https://docs.dask.org/en/stable/configuration.html
    """
    config = importlib.import_module("dask.config")
    defaults = {key: value for each in config.defaults for key, value in _flat(each)}
    renamed = getattr(config, "deprecations", {})
    return {
        "defaults": {key: {"type": type(value).__name__, "value": value} for key, value in sorted(defaults.items())},
        "renamed": {_key(old): new and _key(new) for old, new in sorted(renamed.items())},
    }


def _flat(tree: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        key = f"{prefix}{_key(name)}"
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{key}.")
        else:
            yield key, json.loads(json.dumps(value, default=str))


def _key(name: Any) -> str:
    """A key as Dask's documentation spells it: hyphens and underscores are the same to Dask."""
    return str(name).replace("_", "-")
