"""Name a scenario set in records, as ``--scenarios`` takes it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dask_matrix import places
from dask_matrix.domain.records.run import BUNDLED_SET

if TYPE_CHECKING:
    from pathlib import Path


def scenario_set_name(folder: Path) -> str:
    """Return a set's path from the current folder, or ``scenarios`` for the bundled set.

    A folder of one's own called ``scenarios`` is ``./scenarios``.
    """
    if folder.resolve() == places.scenarios().resolve():
        return BUNDLED_SET
    relative = os.path.relpath(folder)
    return f"./{relative}" if relative == BUNDLED_SET else relative
