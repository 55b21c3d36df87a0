#!/usr/bin/env bash
# pipenv upgrade dask rewrites the Pipfile to dask = "*", and distributed is gone from the lock.
#
# Versions: pipenv 2026.10.3; dask and distributed 2025.2.0, then 2026.8.0.
# Guess:    pipenv upgrade NAME moves NAME within what the Pipfile allows, as poetry update and uv lock --upgrade-package do.
# Fact:     it writes what it is given over the Pipfile's entry. A bare name replaces the version and the extras by "*": a pin of
#           dask[distributed]==2025.2.0 is lost, dask goes to the newest release, and nothing asks for distributed any more.
# Seen:     dask = {version = "==2025.2.0", extras = ["distributed"]}   locked: dask 2025.2.0, distributed 2025.2.0
#           pipenv upgrade dask                                        ✔ Success!
#           dask = "*"                                                 locked: dask 2026.8.0 or newer, no distributed
# Matters:  give it all that shall stay: pipenv upgrade 'dask[distributed]==VERSION' 'distributed==VERSION'.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH PIPENV_PIPFILE VIRTUAL_ENV
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export PIPENV_VENV_IN_PROJECT=1 PIPENV_NOSPIN=1 PIPENV_VERBOSITY=-1

uv venv --quiet --no-project --python 3.11 tool
uv pip install --quiet --python tool pipenv==2026.10.3
mkdir project
cd project
cat >Pipfile <<'END'
[packages]
dask = {version = "==2025.2.0", extras = ["distributed"]}

[requires]
python_version = "3.11"
END

locked() {
    python3 - <<'END'
import json
found = json.load(open("Pipfile.lock"))["default"]
print(*(name + found[name]["version"] for name in ("dask", "distributed") if name in found))
END
}

../tool/bin/pipenv lock >/dev/null 2>&1
locked | tee seen
grep -q -x 'dask==2025.2.0 distributed==2025.2.0' seen

../tool/bin/pipenv upgrade dask 2>&1 | tail -n 1
grep '^dask' Pipfile | tee seen
grep -q -x 'dask = "\*"' seen
locked | tee seen
grep -q -E '^dask==20(2[6-9]|[3-9])' seen
if grep distributed seen; then
    echo "distributed is still locked"
    exit 1
fi

../tool/bin/pipenv upgrade 'dask[distributed]==2025.3.0' 'distributed==2025.3.0' 2>&1 | tail -n 1
locked | tee seen
grep -q -x 'dask==2025.3.0 distributed==2025.3.0' seen
