#!/usr/bin/env bash
# uv --exclude-newer with a bare date depends on the machine's time zone.
#
# Versions: uv 0.13.9. dask 2026.8.0 was uploaded at 2026-08-24T19:21:23Z.
# Guess:    --exclude-newer 2026-08-24 means midnight UTC at the beginning of that day, so 2026.8.0 is left out everywhere.
# Fact:     it is the end of that day, by the local clock: one file with one cut resolves differently in two time zones.
# Seen:     TZ=UTC                  2026-08-24             dask==2026.8.0
#           TZ=Asia/Tokyo           2026-08-24             dask==2026.7.1
#           TZ=America/Los_Angeles  2026-08-24             dask==2026.8.0
#           TZ=Asia/Tokyo           2026-08-24T23:59:59Z   dask==2026.8.0   (a full timestamp: the same everywhere)
# Matters:  "the same cut" on a laptop and in CI may be two Dask releases. Write the time and the Z.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv uv==0.13.9

dask_at() { # TIME-ZONE CUT
    local found
    found=$(echo dask | TZ=$1 venv/bin/uv pip compile --quiet --no-header --no-annotate --python venv --exclude-newer "$2" - | grep '^dask==')
    printf '%-20s %-21s %s\n' "$1" "$2" "$found"
}

{
    dask_at UTC 2026-08-24
    dask_at Asia/Tokyo 2026-08-24
    dask_at America/Los_Angeles 2026-08-24
    dask_at UTC 2026-08-24T23:59:59Z
    dask_at Asia/Tokyo 2026-08-24T23:59:59Z
} | tee seen

diff - seen <<'END'
UTC                  2026-08-24            dask==2026.8.0
Asia/Tokyo           2026-08-24            dask==2026.7.1
America/Los_Angeles  2026-08-24            dask==2026.8.0
UTC                  2026-08-24T23:59:59Z  dask==2026.8.0
Asia/Tokyo           2026-08-24T23:59:59Z  dask==2026.8.0
END
