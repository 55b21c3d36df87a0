#!/usr/bin/env bash
# pdm.lock lists dask once for each set of extras, each with the same files, and a group may have only the one that brings dask alone.
#
# Versions: pdm 2.29.4 (lock_version 4.5.1; hishel 1.4.0, as it does not run with the hishel 2.0.0 that it allows); dask 2026.8.0.
# Guess:    one [[package]] per name and version, with a list of its extras, as in uv.lock and poetry.lock.
# Fact:     dask[array] is a package of its own, which depends on "dask==2026.8.0" by that name and has dask's hashes once more.
#           The same project locked as pylock.toml has dask once, and no trace of extras.
# Seen:     dask []                ["default", "next"]    numpy is no dependency
#           dask ["array"]         ["default"]            dask==2026.8.0, numpy>=1.24
#           dask ["distributed"]   ["next"]               dask==2026.8.0, distributed<2026.8.1,>=2026.8.0
# Matters:  a reader that maps names to packages keeps the last one: a dask that depends on itself, without click or toolz,
#           and that is in one group only.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH VIRTUAL_ENV
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export XDG_CONFIG_HOME="$folder/config" PDM_CHECK_UPDATE=0 PDM_IGNORE_SAVED_PYTHON=1

uv venv --quiet --no-project --python 3.11 tool
uv pip install --quiet --python tool pdm==2.29.4 hishel==1.4.0
mkdir project
cd project
cat >pyproject.toml <<'END'
[project]
name = "demo"
version = "0"
requires-python = ">=3.11,<3.12"
dependencies = ["dask[array]==2026.8.0"]

[dependency-groups]
next = ["dask[distributed]==2026.8.0"]

[tool.pdm]
distribution = false
END
PDM_LOCK_FORMAT=pdm ../tool/bin/pdm lock --quiet
mv pdm.lock ..
PDM_LOCK_FORMAT=pylock ../tool/bin/pdm lock --quiet

cat >look.py <<'END'
import tomllib

lock = tomllib.load(open("../pdm.lock", "rb"))
print("lock version", lock["metadata"]["lock_version"])
found = [each for each in lock["package"] if each["name"] == "dask"]
for each in found:
    told = [need for need in each["dependencies"] if need.startswith(("click", "dask", "numpy", "distributed"))]
    print(each["version"], each.get("extras", []), each["groups"], told)
print("the same files:", found[0]["files"] == found[1]["files"] == found[2]["files"])
other = [each for each in tomllib.load(open("pylock.toml", "rb"))["packages"] if each["name"] == "dask"]
print("pylock.toml:", [each["version"] for each in other], "array" in str(other))
END
../tool/bin/python look.py | tee ../seen
diff - ../seen <<'END'
lock version 4.5.1
2026.8.0 [] ['default', 'next'] ['click>=8.1']
2026.8.0 ['array'] ['default'] ['dask==2026.8.0', 'numpy>=1.24']
2026.8.0 ['distributed'] ['next'] ['dask==2026.8.0', 'distributed<2026.8.1,>=2026.8.0']
the same files: True
pylock.toml: ['2026.8.0'] False
END
