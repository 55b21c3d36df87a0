#!/usr/bin/env bash
# Where a project declares conflicts, uv.lock puts even its plain dependencies under an extra that no project has.
#
# Versions: uv 0.13.9 (lock version 1), packaging 25.0; a project with dask[array]==2024.8.2 and a conflicting group "next" with 2026.3.0.
# Guess:    markers in uv.lock are those of PEP 508, so packaging can evaluate them; what a project simply depends on has none,
#           and a group is told by where it stands, under [package.dev-dependencies].
# Fact:     the choice is encoded in made-up extras: the kind, the length of the project's name, the names. Evaluated without extras,
#           as one does for a plain install, neither dask is taken. uv itself installs 2024.8.2.
# Seen:     project: dask 2024.8.2, extra == 'project-4-demo'      group next: dask 2026.3.0, extra == 'group-4-demo-next'
#           packaging: False for both      uv export: dask==2024.8.2      (without [array] the group's edge has no marker at all)
# Matters:  testing the next Dask in a group beside the present one is the usual way to prepare an upgrade. Bots and audits that
#           read the lock then see no Dask, or both and take the higher. Let uv export say what is installed.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 tools
uv pip install --quiet --python tools uv==0.13.9 packaging==25.0
mkdir project
cat >project/pyproject.toml <<'END'
[project]
name = "demo"
version = "0"
requires-python = ">=3.11,<3.12"
dependencies = ["dask[array]==2024.8.2"]

[dependency-groups]
next = ["dask[array]==2026.3.0"]

[tool.uv]
conflicts = [[{ package = "demo" }, { group = "next" }]]
END
tools/bin/uv lock --quiet --project project

cat >look.py <<'END'
import tomllib
from pathlib import Path

from packaging.markers import Marker

lock = tomllib.loads(Path("project/uv.lock").read_text())
project = next(each for each in lock["package"] if each["name"] == "demo")
print("lock version", lock["version"])
for where, edges in {"project": project["dependencies"], "next": project["dev-dependencies"]["next"]}.items():
    for edge in edges:
        print(f"{where}: {edge['name']} {edge['version']}, {edge['marker']}, {Marker(edge['marker']).evaluate({'extra': ''})}")
END
{
    tools/bin/python look.py
    echo "uv: $(tools/bin/uv export --quiet --project project --frozen --no-hashes --no-header --no-annotate | grep '^dask==')"
} | tee seen
diff - seen <<'END'
lock version 1
project: dask 2024.8.2, extra == 'project-4-demo', False
next: dask 2026.3.0, extra == 'group-4-demo-next', False
uv: dask==2024.8.2
END
