#!/usr/bin/env bash
# In poetry.lock a package of an optional group is "optional = false", and nothing there says that the group is optional.
#
# Versions: poetry 2.5.1 (lock-version 2.1); a project with dask 2026.8.0 in a group with optional = true, and numpy in an extra.
# Guess:    what poetry install leaves out is written optional = true, as the name says.
# Fact:     optional = true means "only by an extra". A package of an optional group has false, the same as one that is always installed,
#           and "groups" names the group without its kind. Whether it is optional stands in pyproject.toml alone.
# Seen:     [tool.poetry.group.next] optional = true
#           poetry.lock                  dask       optional = false, groups = ["next"]      iniconfig  optional = false, groups = ["dev"]
#           poetry install --dry-run     installs iniconfig, and neither dask nor numpy
# Matters:  the next Dask is often kept in an optional group. Whoever reads the lock alone takes it for the one that is installed.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH VIRTUAL_ENV
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export POETRY_VIRTUALENVS_PATH="$folder/venvs" POETRY_CONFIG_DIR="$folder/config" POETRY_NO_INTERACTION=1

uv venv --quiet --no-project --python 3.11 tool
uv pip install --quiet --python tool poetry==2.5.1
mkdir project
cd project
cat >pyproject.toml <<'END'
[project]
name = "demo"
version = "0"
requires-python = ">=3.11,<3.12"

[project.optional-dependencies]
fast = ["numpy==2.4.6"]

[tool.poetry]
package-mode = false

[tool.poetry.group.next]
optional = true

[tool.poetry.group.next.dependencies]
dask = "2026.8.0"

[tool.poetry.group.dev.dependencies]
iniconfig = "2.1.0"
END
../tool/bin/poetry lock --quiet

cat >look.py <<'END'
import tomllib

lock = tomllib.load(open("poetry.lock", "rb"))
print("lock version", lock["metadata"]["lock-version"], sorted(lock["metadata"]))
for each in lock["package"]:
    if each["name"] in ("dask", "iniconfig", "numpy"):
        print(each["name"], each["optional"], each["groups"])
END
{
    ../tool/bin/python look.py
    ../tool/bin/poetry install --dry-run --no-ansi | grep -E 'Installing (dask|iniconfig|numpy)' | grep -v Skipped
    echo "with next: $(../tool/bin/poetry install --dry-run --no-ansi --with next | grep -o 'Installing dask')"
} | tee ../seen
diff - ../seen <<'END'
lock version 2.1 ['content-hash', 'lock-version', 'python-versions']
dask False ['next']
iniconfig False ['dev']
numpy True ['main']
  - Installing iniconfig (2.1.0)
with next: Installing dask
END
