"""`ENV/bin/python scenarios/harness --job FILE [pytest arguments]`.

Loads this folder as the package `harness` without leaving it, or the folder around it, on `sys.path`: nothing of ours
may mask what is under test.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def load(folder: Path) -> None:
    """Make `folder` importable under the name `harness`, and by that name only."""
    spec = importlib.util.spec_from_file_location(
        "harness", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["harness"] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    if sys.path and Path(sys.path[0]).resolve() == here:
        del sys.path[0]
    load(here)
    from harness.start import main

    sys.exit(main(sys.argv[1:]))
