#!/usr/bin/env bash
# A delayed function that is given an OrderedDict of delayed values gets them uncomputed; dask.compute of the same OrderedDict computes them.
#
# Versions: dask 2026.8.0 (alike on 2024.8.2, 2025.2.0 and 2026.3.0).
# Guess:    an OrderedDict is a dict, so what holds for one holds for the other; whatever dask.compute looks into, delayed does too.
# Fact:     delayed looks into exactly dict, list, tuple, set, slice, dataclasses and named tuples, not into their subclasses. dask.compute
#           looks into OrderedDict as well. Neither looks into defaultdict, deque or frozenset. No error is raised: the function is called
#           with Delayed objects, which can be added and indexed like numbers and dicts.
# Seen:     argument or part of a result      delayed        dask.compute
#           dict, dataclass, namedtuple       computed       computed
#           OrderedDict                       Delayed        computed
#           defaultdict, deque, frozenset     Delayed        Delayed
# Matters:  arguments gathered in a defaultdict or an OrderedDict arrive uncomputed, and the work is done outside the graph, or never.
#           Pass dict(it).
set -euo pipefail
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

uv venv --quiet --no-project --python 3.11 venv
uv pip install --quiet --python venv dask==2026.8.0
cat >look.py <<'END'
from collections import OrderedDict, defaultdict, deque, namedtuple
from dataclasses import astuple, dataclass

import dask
from dask.delayed import Delayed, delayed

Named = namedtuple("Named", "value")


@dataclass
class Data:
    value: object


def found(holder):
    first = next(iter(holder.values() if isinstance(holder, dict) else astuple(holder) if isinstance(holder, Data) else holder))
    return "Delayed" if isinstance(first, Delayed) else "computed"


one = delayed(int)(1)
holders = [{"a": one}, [one], Data(one), Named(one), OrderedDict(a=one), defaultdict(int, a=one), deque([one]), frozenset([one])]
for holder in holders:
    (whole,) = dask.compute(holder)
    print(type(holder).__name__, delayed(found)(holder).compute(), found(whole))
END
venv/bin/python look.py | tee seen
diff - seen <<'END'
dict computed computed
list computed computed
Data computed computed
Named computed computed
OrderedDict Delayed computed
defaultdict Delayed Delayed
deque Delayed Delayed
frozenset Delayed Delayed
END
