#!/usr/bin/env bash
# dask and distributed of one release are two uploads; a date between them silently gives the release before.
#
# Versions: uv 0.13.9. dask 2026.8.0 was uploaded at 19:21:23Z on 2026-08-24, distributed 2026.8.0 at 19:35:58Z.
# Guess:    one release, one date: a cut after dask 2026.8.0 is there admits the pair.
# Fact:     for a quarter of an hour only one half exists. Asked for the pair, uv steps back to the older release and says nothing;
#           asked for it by number, it refuses. (The gap was 21 minutes for 2025.3.0, there with distributed first.)
# Seen:     --exclude-newer 2026-08-24T19:25:00Z
#           dask                       -> dask==2026.8.0
#           dask[distributed]          -> dask==2026.7.1, distributed==2026.7.1
#           dask[distributed]==2026.8.0 -> No solution found … only distributed<=2026.7.1 is available
# Matters:  "as of the upload of dask X" is no valid cut for reproducing X. Take the later of the two uploads.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv uv==0.13.9

resolve() { # REQUIREMENT
    echo "$1" | venv/bin/uv pip compile --no-header --no-annotate --python venv --exclude-newer 2026-08-24T19:25:00Z - 2>said
}

pair() { # REQUIREMENT
    echo "$1 -> $(resolve "$1" | grep -E '^(dask|distributed)==' | paste -sd ' ')"
}

{
    pair 'dask'
    pair 'dask[distributed]'
} | tee seen
diff - seen <<'END'
dask -> dask==2026.8.0
dask[distributed] -> dask==2026.7.1 distributed==2026.7.1
END
if grep -i -E 'warning|hint|exclude' said; then
    echo "uv said that it stepped back"
    exit 1
fi

if resolve 'dask[distributed]==2026.8.0' >pins; then
    echo "It resolves: $(cat pins)"
    exit 1
fi
cat said
grep -q 'only distributed<=2026.7.1 is available' said
