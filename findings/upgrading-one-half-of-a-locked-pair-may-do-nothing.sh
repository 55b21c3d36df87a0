#!/usr/bin/env bash
# uv lock --upgrade-package distributed leaves both halves of the pair as they are and exits with 0, where "dask" moves both.
#
# Versions: uv 0.13.9, poetry 2.5.1; a project locked at dask and distributed 2026.3.0, which leaves newer releases open.
# Guess:    each of the two pins the other, so upgrading either moves both, or is refused.
# Fact:     what is not named keeps its locked version if it is decided first. uv decides on dask before distributed even if the project
#           lists distributed first; only a project that does not ask for dask at all has it the other way round. Poetry, given the same
#           project with both, moves both for either name. uv does not say that something newer was left.
# Seen:     the project asks for     --upgrade-package dask     --upgrade-package distributed
#           distributed, dask        both                       nothing                          (poetry update: both, both)
#           dask[distributed]        both                       nothing
#           distributed              nothing                    both
# Matters:  an upgrade job that names one package reports success for months. Name both.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH VIRTUAL_ENV
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export POETRY_VIRTUALENVS_PATH="$folder/venvs" POETRY_CONFIG_DIR="$folder/config" POETRY_NO_INTERACTION=1

uv venv --quiet --no-project --python 3.11 tools
uv pip install --quiet --python tools uv==0.13.9 poetry==2.5.1
mkdir project
cd project

ask() { # OPERATOR NAME…
    cat >pyproject.toml <<END
[project]
name = "demo"
version = "0"
requires-python = ">=3.11,<3.12"
dependencies = [$(printf "\"%s${1}2026.3.0\", " "${@:2}")]

[tool.poetry]
package-mode = false
END
}

moved() { # LOCK
    ../tools/bin/python - "$1" <<'END'
import sys
import tomllib

locked = {each["name"]: each["version"] for each in tomllib.load(open(sys.argv[1], "rb"))["package"]}
assert locked["dask"] == locked["distributed"], locked
print("nothing" if locked["dask"] == "2026.3.0" else "both")
END
}

lock() { # NAME…
    ask "==" "$@"
    ../tools/bin/uv lock --quiet
    ask ">=" "$@"
    ../tools/bin/uv lock --quiet
    cp uv.lock ..
    for half in dask distributed; do
        cp ../uv.lock .
        ../tools/bin/uv lock --quiet --upgrade-package "$half"
        echo "uv, $*: $half moves $(moved uv.lock)"
    done
}

{
    lock distributed
    lock 'dask[distributed]'
    lock distributed dask
    ../tools/bin/uv lock --quiet --upgrade-package dask --upgrade-package distributed
    echo "uv, distributed dask: both named, moves $(moved uv.lock)"
    for half in dask distributed; do
        ask "==" distributed dask
        ../tools/bin/poetry lock --quiet
        ask ">=" distributed dask
        ../tools/bin/poetry lock --quiet
        ../tools/bin/poetry update --quiet --lock "$half"
        echo "poetry, distributed dask: $half moves $(moved poetry.lock)"
    done
} | tee ../seen
diff - ../seen <<'END'
uv, distributed: dask moves nothing
uv, distributed: distributed moves both
uv, dask[distributed]: dask moves both
uv, dask[distributed]: distributed moves nothing
uv, distributed dask: dask moves both
uv, distributed dask: distributed moves nothing
uv, distributed dask: both named, moves both
poetry, distributed dask: dask moves both
poetry, distributed dask: distributed moves both
END
