"""Which Dask APIs a project's code uses, and where: told by reading alone, nothing is imported or executed.

Names are spelt as scenarios spell them in ``covers=[…]``, configuration keys as ``config:array.slicing``. A use is
what the code does at run time: calling, subscripting or passing on something of Dask's, a member of an object whose
class is known, an operator on it, a class extended or tested for. Imports alone and annotations are no uses; they
tell what names are. A name on an object of unknown class is never guessed at.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.project.code.file_state import Reading
from dask_matrix.project.code.learned_facts import Facts
from dask_matrix.project.code.local_modules import Modules
from dask_matrix.project.code.location import Place
from dask_matrix.project.code.sources import NoCode, Unread, read
from dask_matrix.project.code.statements import read as read_statements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dask_matrix.project.code.sources import Source

__all__ = ["NoCode", "Place", "Unread", "Usage", "usage"]
ROUNDS = 8
"""How often files are read again at most, each time knowing what the round before learnt of the user's functions."""


@dataclass(frozen=True)
class Usage:
    """The names used, each with its places in order, how many files were read, and what of them could not be."""

    names: Mapping[str, tuple[Place, ...]]
    files: int
    unread: tuple[Unread, ...]


def usage(paths: Sequence[Path]) -> Usage:
    """Tell which Dask APIs the Python files and notebooks at or below the paths use.

    Raise NoCode if a path does not exist or holds neither.
    """
    sources, unread = read(paths)
    readings = _settled(sources)
    places: dict[str, set[Place]] = defaultdict(set)
    for reading in readings:
        unread += [Unread(reading.file, reason) for reason in reading.skipped]
        for name, found in reading.uses.items():
            places[name] |= found
    names = {name: tuple(sorted(places[name], key=lambda place: place.order)) for name in sorted(places)}
    return Usage(names, len(sources), tuple(sorted(unread, key=lambda bad: (bad.file, bad.reason))))


def _settled(sources: Sequence[Source]) -> list[Reading]:
    """Read the files, and again those that asked for what was learnt meanwhile, until nothing new is."""
    facts, modules = Facts(), Modules.of(sources)
    readings: dict[str, Reading] = {}
    waiting = {source.file for source in sources}
    for _ in range(ROUNDS):
        for source in sources:
            if source.file in waiting:
                readings[source.file] = Reading(source.file, facts, modules)
                read_statements(readings[source.file], source)
        waiting = facts.settle()
        if not waiting:
            break
    return [readings[source.file] for source in sources]
