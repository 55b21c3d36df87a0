#!/usr/bin/env bash
# uv pip install dask==NEW breaks an environment that has distributed, without a word.
#
# Versions: uv 0.13.9; dask and distributed 2025.2.0, then dask 2026.8.0.
# Guess:    distributed pins dask==2025.2.0, so the installer refuses, moves both, or at least warns as pip does.
# Fact:     uv pip looks at what is asked for, not at what else is installed. It moves dask alone, warns of nothing and exits with 0.
#           dask, dask.array and dask.dataframe go on working; only the next "import distributed" fails. uv pip check knows.
# Seen:     uv pip install dask==2026.8.0   - dask==2025.2.0  + dask==2026.8.0
#           import dask.dataframe           works
#           import distributed              ImportError: cannot import name 'collections_to_dsk' from 'dask.base'
#           uv pip check                    The package `distributed` requires `dask==2025.2.0`, but `2026.8.0` is installed
# Matters:  upgrade dask[distributed], or both by name, and run uv pip check afterwards.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv uv==0.13.9
uv venv --quiet --no-project --python 3.11 target
uv pip install --quiet --python target 'dask[array,dataframe]==2025.2.0' distributed==2025.2.0 numpy==2.2.2 pandas==2.2.3 pyarrow==19.0.0

venv/bin/uv pip install --python target dask==2026.8.0 2>&1 | tee said
grep -q -F -- '+ dask==2026.8.0' said
if grep -i -E 'distributed|warning|incompatib' said; then
    echo "uv said something about distributed"
    exit 1
fi

for module in dask.array dask.bag dask.dataframe; do
    target/bin/python -c "import $module"
    echo "import $module works"
done
if target/bin/python -c 'import distributed' 2>said; then
    echo "distributed imports"
    exit 1
fi
tail -n 1 said
grep -q "ImportError: cannot import name 'collections_to_dsk' from 'dask.base'" said

if venv/bin/uv pip check --python target >said 2>&1; then
    echo "uv pip check finds nothing"
    exit 1
fi
cat said
grep -q -F 'The package `distributed` requires `dask==2025.2.0`, but `2026.8.0` is installed' said
