#!/usr/bin/env bash
# The lower bounds that Dask declares need not work: with the lowest toolz, dask.array and distributed cannot be imported.
#
# Versions: dask and distributed 2025.2.0 with toolz 0.11.2, then 0.12.0; Python 3.11. (2025.10.0 declares the same.)
# Guess:    dask declares toolz>=0.10.0, distributed toolz>=0.11.2 and both Python>=3.10, so 0.11.2 works on each of these Pythons.
# Fact:     Python 3.11 asks the specs of modules for an attribute that toolz sets from 0.12.0 on. "import dask" and "import dask.bag"
#           work, so that a quick look misses it.
# Seen:     toolz 0.11.2: dask ok, dask.bag ok, dask.array and distributed:
#           AttributeError: 'TlzSpec' object has no attribute '_uninitialized_submodules'
#           uv pip check: All installed packages are compatible
# Matters:  an old lock or --resolution lowest may keep such a toolz through an upgrade of Dask or of Python.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv 'dask[array]==2025.2.0' distributed==2025.2.0 numpy==2.2.2 toolz==0.11.2
uv pip check --quiet --python venv

modules() {
    for module in dask dask.bag dask.array distributed; do
        echo "$module: $(venv/bin/python -c "import $module; print('ok')" 2>&1 | tail -n 1)"
    done
}

{
    echo "toolz 0.11.2"
    modules
    uv pip install --quiet --python venv toolz==0.12.0
    echo "toolz 0.12.0"
    modules
} | tee seen
diff - seen <<'END'
toolz 0.11.2
dask: ok
dask.bag: ok
dask.array: AttributeError: 'TlzSpec' object has no attribute '_uninitialized_submodules'
distributed: AttributeError: 'TlzSpec' object has no attribute '_uninitialized_submodules'
toolz 0.12.0
dask: ok
dask.bag: ok
dask.array: ok
distributed: ok
END
