#!/usr/bin/env bash
# dask 2026.1.0 and distributed 2026.1.0 exclude each other; with an open "distributed" one gets that of 2021.
#
# Versions: dask 2026.1.0, uv 0.13.9.
# Guess:    the two packages of one release fit together, and "distributed" without a version follows dask's.
# Fact:     distributed 2026.1.0 still pins dask to 2025.12.0, so the pair does not resolve. With dask 2026.1.0 pinned and
#           distributed open, the resolver goes down past all exact pins, to the last release that said dask>=2021.03.0.
# Seen:     dask[distributed]==2026.1.0     -> No solution found …
#           dask==2026.1.0 and distributed  -> dask==2026.1.0 distributed==2021.4.1   (installs, exit code 0)
#           import distributed              -> ImportError: cannot import name 'collections_to_dsk' from 'dask.base'
# Matters:  where dask is held back and distributed is not, nothing fails before the import. Ask for dask[distributed],
#           or put a lower bound on distributed, and pass over 2026.1.0: 2026.1.1 came 50 minutes later.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv uv==0.13.9
uv venv --quiet --no-project --python 3.11 target

if venv/bin/uv pip install --quiet --python target 'dask[distributed]==2026.1.0' 2>said; then
    echo "dask[distributed]==2026.1.0 resolves"
    exit 1
fi
cat said
grep -q 'distributed==2026.1.0 depends on dask>=2025.12.0,<2025.12.1' said

venv/bin/uv pip install --quiet --python target dask==2026.1.0 distributed
venv/bin/uv pip freeze --quiet --python target | grep -E '^(dask|distributed)==' | tee seen
diff - seen <<'END'
dask==2026.1.0
distributed==2021.4.1
END

if target/bin/python -c 'import distributed' 2>said; then
    echo "distributed imports"
    exit 1
fi
tail -n 1 said
grep -q "ImportError: cannot import name 'collections_to_dsk' from 'dask.base'" said
