"""Entry point: `ENV/bin/python scenarios/dask_matrix_harness --job FILE [pytest arguments]`.

Loads this folder as the package `dask_matrix_harness` without putting it or its parent on `sys.path`, so that no module
here shadows a module under test.
"""

import sys

if __name__ == "__main__":
    # Python puts this folder first on the path. Remove it before importing anything else; `-P` needs Python 3.11.
    HERE = sys.path.pop(0)

from importlib import util
from pathlib import Path


def load(folder: Path) -> None:
    """Import `folder` as the package `dask_matrix_harness`."""
    name = "dask_matrix_harness"
    spec = util.spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    assert spec is not None
    assert spec.loader is not None
    package = util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    load(Path(HERE).resolve())
    from dask_matrix_harness.main import main

    sys.exit(main(sys.argv[1:]))
