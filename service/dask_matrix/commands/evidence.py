"""What `show` and `serve` show: a data folder's evidence or the snapshot that ships, and the failures known of it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix import places
from dask_matrix.collect.workspace.context import beliefs
from dask_matrix.collect.workspace.workspace import Workplace
from dask_matrix.store.snapshots import snapshot

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from dask_matrix.domain.matrix.selection import Selection
    from dask_matrix.domain.upgrades.context import Beliefs


@dataclass(frozen=True)
class Shown:
    """The URL of a database, what is believed beside it, and of when its snapshot is where it holds one."""

    database: str
    beliefs: Beliefs
    snapshot_of: datetime | None = None


def asked(selection: Selection) -> str:
    """Return the options of `show` that make up a selection."""
    values = {
        "--area": selection.area,
        "-q": selection.q,
        "--verdict": selection.verdict,
        "--from": selection.start,
        "--to": selection.end,
        "--python": selection.python,
        "--lane": selection.lane,
        "--last": selection.last,
    }
    words = [word for option, value in values.items() if value for word in (option, str(value))]
    return shlex.join([*words, *(["--changes"] if selection.changes else [])])


def shown(data: Path | None, scenarios: Path | None, *, shipped: bool) -> Shown:
    """Return what is to be shown; raise BadSnapshot, or InvalidConfig of known.toml or matrix.toml."""
    workplace = Workplace.of(data, scenarios)
    held = beliefs(workplace)
    if not shipped:
        return Shown(workplace.places.database, held)
    database, head = snapshot.database(places.snapshot(), places.cache())
    return Shown(database, held, head.made_at)
