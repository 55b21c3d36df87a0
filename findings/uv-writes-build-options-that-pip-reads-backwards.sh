#!/usr/bin/env bash
# A lock that uv writes with its build options cannot be installed by pip: pip reads the two lines the other way round.
#
# Versions: uv 0.13.9, pip 26.1; asciitree 0.3.3, which zarr 2 needs and which has no wheel.
# Guess:    --emit-build-options makes the file say how it was resolved, so that `pip install -r` does the same as `uv pip install -r`.
# Fact:     uv writes `--no-binary NAME` before `--only-binary :all:`. To uv the narrower option counts, to pip the last one:
#           it forgets the exception and says that there is no such version. With the lines swapped both install it.
# Seen:     uv:  + asciitree==0.3.3
#           pip: ERROR: No matching distribution found for asciitree==0.3.3
#           pip, lines swapped: Would install asciitree-0.3.3
# Matters:  "as released" locks of Dask with zarr 2 pin asciitree. A lock made by uv for pip looks as if the version were withdrawn.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH PIP_ONLY_BINARY PIP_NO_BINARY
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv uv==0.13.9 pip==26.1

echo 'asciitree==0.3.3' >wanted
venv/bin/uv pip compile --quiet --no-header --no-annotate --python venv \
    --emit-build-options --only-binary :all: --no-binary asciitree wanted -o lock
cat lock
diff - lock <<'END'
--no-binary asciitree
--only-binary :all:

asciitree==0.3.3
END
{ sed -n 2p lock; sed -n 1p lock; sed 1,2d lock; } >swapped

install() { # LOCK: what pip would do
    venv/bin/python -m pip install --disable-pip-version-check --dry-run --ignore-installed --no-deps -r "$1" 2>&1 || true
}

venv/bin/uv pip install --python venv --dry-run -r lock 2>&1 | tee said
grep -q '+ asciitree==0.3.3' said
install lock | tee said
grep -q 'ERROR: No matching distribution found for asciitree==0.3.3' said
install swapped | tee said
grep -q 'Would install asciitree-0.3.3' said
