#!/usr/bin/env bash
# dask-expr 2.0.0, the newest, installs beside every Dask since 2025.1.0 and has nothing in it.
#
# Versions: dask-expr 1.1.21 with dask 2024.12.1, dask-expr 2.0.0 with dask 2026.8.0, pandas 2.2.3.
# Guess:    dask-expr moved into dask in 2025.1.0, so its last release re-exports dask.dataframe.dask_expr,
#           or its metadata keeps it from being installed with a Dask that has no use for it.
# Fact:     it is one file with a DeprecationWarning and __version__. "import dask_expr" works, any use of it fails.
#           It requires dask>=2025.1.0 and no upper bound. The code lives on as dask.dataframe.dask_expr.
# Seen:     2024.12.1 with dask-expr 1.1.21: dask_expr.from_pandas
#           2026.8.0 with dask-expr 2.0.0:   no from_pandas; the public names are ['warnings']
# Matters:  "import dask_expr" as a test for query planning is true for ever, and an upgrade that resolves has lost what it used.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 before
uv pip install --quiet --python before 'dask[dataframe]==2024.12.1' dask-expr==1.1.21 numpy==2.2.2 pandas==2.2.3 pyarrow==19.0.0
uv venv --quiet --no-project --python 3.11 after
uv pip install --quiet --python after 'dask[dataframe]==2026.8.0' dask-expr==2.0.0 numpy==2.2.2 pandas==2.2.3 pyarrow==19.0.0

cat >look.py <<'END'
import warnings

warnings.simplefilter("ignore")

import dask
import dask_expr

print(f"dask {dask.__version__}, dask-expr {dask_expr.__version__}")
print("from_pandas:", hasattr(dask_expr, "from_pandas"))
if dask_expr.__version__ == "v2.0.0":
    print("public names:", [name for name in vars(dask_expr) if not name.startswith("_")])
    import dask.dataframe.dask_expr

    print("in dask itself:", hasattr(dask.dataframe.dask_expr, "from_pandas"))
END
before/bin/python look.py | tee seen
after/bin/python look.py | tee -a seen
diff - seen <<'END'
dask 2024.12.1, dask-expr 1.1.21
from_pandas: True
dask 2026.8.0, dask-expr v2.0.0
from_pandas: False
public names: ['warnings']
in dask itself: True
END
