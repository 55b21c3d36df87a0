#!/usr/bin/env bash
# A static comparison of 2024.2.1 with 2024.3.0 finds four changes, and not that the whole DataFrame was replaced.
#
# Versions: griffe 2.1.0; dask 2024.2.1, then dask 2024.3.0 with dask-expr 1.0.
# Guess:    a tool for API breakage reports what dask.dataframe.DataFrame has lost, all the more with both packages at hand.
# Fact:     the name is now bound to dask_expr.DataFrame in an "if" of the module. griffe resolves it on both sides, knows both
#           classes and their members, and still compares nothing across: the alias leads into another package.
# Seen:     lost by DataFrame: append applymap attrs first last melt reduction
#           reported: dask.config.set, .refresh and .get (a default each), and one name in the tests of dask.dataframe
# Matters:  "no breaking changes" of a static tool says nothing about the biggest break that Dask had. Run something.
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv griffe==2.1.0
uv pip install --quiet --python venv --no-deps --target before dask==2024.2.1
uv pip install --quiet --python venv --no-deps --target after dask==2024.3.0 dask-expr==1.0
cat >look.py <<'END'
import griffe


def load(folder, *packages):
    loader = griffe.GriffeLoader(search_paths=[folder], allow_inspection=False)
    modules = [loader.load(package) for package in packages]
    loader.resolve_aliases(implicit=True, external=True)
    return modules[0]


before, after = load("before", "dask"), load("after", "dask", "dask_expr")
classes = [dask["dataframe.DataFrame"].final_target for dask in (before, after)]
old, new = ({name for name in each.all_members if not name.startswith("_")} for each in classes)
lost = sorted(old - new)
print("the class:", *(each.path for each in classes))
print("lost:", *lost)
print("reported:")
for change in griffe.find_breaking_changes(before, after):
    print(change.kind.name, change.obj.path)
END
venv/bin/python look.py | tee seen
diff - seen <<'END'
the class: dask.dataframe.core.DataFrame dask_expr._collection.DataFrame
lost: append applymap attrs first last melt reduction
reported:
PARAMETER_CHANGED_DEFAULT dask.config.set.__init__
PARAMETER_CHANGED_DEFAULT dask.config.refresh
PARAMETER_CHANGED_DEFAULT dask.config.get
OBJECT_REMOVED dask.dataframe.io.tests.test_csv.xfail_pandas_100
END
