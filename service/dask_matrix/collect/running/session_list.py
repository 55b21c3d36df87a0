"""Lists the sessions for nox, quickly: from what the index said last."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING

from dask_matrix.collect.workspace.selection import every_wanted
from dask_matrix.collect.workspace.workspace import Workplace
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Iterator


def every_session() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield label and tags of every environment of matrix.toml, and of those that nox's command line names besides.

    The matrix may show environments that no set lists (`dask-matrix run --python 3.13`), and prints their sessions.

    Where the releases can't be known (no network yet, a broken matrix.toml) there are no such sessions, the others
    still work, and the reason is printed.
    """
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # nox logs whatever any library says
    workplace = Workplace.of()
    try:
        wanted = every_wanted(workplace.config, workplace.index_as_kept, workplace.git_as_kept)
    except DaskMatrixError as error:
        print(f"No sessions for environments: {error}", file=sys.stderr)
        return
    listed = {each.spec.label: each.tags for each in wanted}
    named = re.findall(r"\bscenarios\(([^()]*)\)", " ".join(sys.argv))
    yield from (dict.fromkeys(named, ()) | listed).items()
