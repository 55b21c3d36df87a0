#!/usr/bin/env bash
# After `import dask.ml`, unittest's assertWarns raises an ImportError in any test of the process.
#
# Versions: dask 2025.2.0 and 2026.8.0, Python 3.11.
# Guess:    dask.ml is an optional shim: without dask-ml its names are missing, and hasattr says False.
# Fact:     its module-level __getattr__ raises ImportError in place of AttributeError for every name, so hasattr raises,
#           and so does all that looks through sys.modules with getattr and a default: assertWarns does, for __warningregistry__.
# Seen:     hasattr(dask.ml, "LinearRegression") -> ImportError (2026.8.0: ModuleNotFoundError): Dask-ML is not installed.
#           a test with assertWarns: ok before the import, ERROR after it
# Matters:  whoever imports every module of Dask (documentation, API listings, mypy's stubtest) breaks unrelated tests. vars() is safe.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >test_warns.py <<'END'
import os
import unittest
import warnings

import dask

if os.environ.get("TOO"):
    import dask.ml


class Warns(unittest.TestCase):
    def test_warns(self):
        with self.assertWarns(UserWarning):
            warnings.warn("as it should")
END

for version in 2025.2.0 2026.8.0; do
    uv venv --quiet --no-project --python 3.11 "$version"
    uv pip install --quiet --python "$version" "dask==$version"
    {
        "$version/bin/python" -m unittest -q test_warns 2>&1 | tail -n 1
        TOO=1 "$version/bin/python" -m unittest -q test_warns 2>&1 | tail -n 1 || true
        "$version/bin/python" - <<'END'
import dask.ml

try:
    print(hasattr(dask.ml, "LinearRegression"))
except ImportError:
    print("hasattr raises ImportError")
END
    } | tee seen
    diff - seen <<'END'
OK
FAILED (errors=1)
hasattr raises ImportError
END
done
