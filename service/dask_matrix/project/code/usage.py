"""Find the Dask API that a project's code uses, and where; nothing is imported or executed.

Names are spelled as in the ``covers=[…]`` of scenarios, configuration keys as ``config:array.slicing``. A use is what
the code does at run time: it calls, subscripts or passes a Dask object, accesses a member of an object of a known
class, applies an operator to it, or subclasses or tests for a class. Imports alone and annotations are not uses; they
tell what names mean. A name on an object of unknown class is never guessed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.project.code.file_state import Reading
from dask_matrix.project.code.learned_facts import Facts
from dask_matrix.project.code.literal_names import LiteralNames, literal_names
from dask_matrix.project.code.local_modules import Modules
from dask_matrix.project.code.location import Place
from dask_matrix.project.code.sources import NoCode, Unread, read
from dask_matrix.project.code.statements import read as read_statements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dask_matrix.project.code.sources import Source

__all__ = ["NoCode", "Place", "Unread", "Usage", "usage"]
STOPPED = "not read to its end because of an internal error"
MAX_ROUNDS = 8
"""Maximum number of rounds; each one uses the facts about the user's functions from the rounds before."""


@dataclass(frozen=True)
class Usage:
    """The names used, each with its places in order, the number of files read, and what could not be read.

    ``dask_files`` counts the files read in which Dask is used; ``literal`` are the
    names as they are written, imports included.
    """

    names: Mapping[str, tuple[Place, ...]]
    files: int
    unread: tuple[Unread, ...]
    dask_files: int = 0
    literal: LiteralNames = field(default_factory=LiteralNames)

    @property
    def lost(self) -> tuple[str, ...]:
        """The files that import Dask and could not be read, if they are more than those that could; else none."""
        files = tuple(dict.fromkeys(each.file for each in self.unread if each.imports_dask))
        return files if len(files) > self.dask_files else ()


def usage(paths: Sequence[Path]) -> Usage:
    """Return the Dask API that the Python files and notebooks at or below the paths use.

    Raise NoCode if a path does not exist or contains neither.
    """
    sources, unread = read(paths)
    readings = _read_until_stable(sources)
    places: dict[str, set[Place]] = defaultdict(set)
    for reading in readings:
        unread += [Unread(reading.file, reason, reason.startswith(STOPPED)) for reason in reading.skipped]
        for name, found in reading.uses.items():
            places[name] |= found
    names = {name: tuple(sorted(places[name], key=lambda place: place.order)) for name in sorted(places)}
    stopped = {bad.file for bad in unread if bad.imports_dask}
    dask_files = sum(bool(reading.uses) and reading.file not in stopped for reading in readings)
    return Usage(
        names,
        len(sources),
        tuple(sorted(unread, key=lambda bad: (bad.file, bad.reason))),
        dask_files,
        literal_names(sources),
    )


def read_one(reading: Reading, source: Source) -> None:
    """Read one file; whatever goes wrong in it is a reason why that file was not read to its end, and never fatal."""
    try:
        read_statements(reading, source)
    except Exception as error:  # noqa: BLE001 - code of any kind is read here, and one file must not hide the others
        reading.skipped.add(f"{STOPPED} ({type(error).__name__}: {error}); please report this file")


def _read_until_stable(sources: Sequence[Source]) -> list[Reading]:
    """Read all files, then again those that requested facts that changed, until no fact changes."""
    facts, modules = Facts(), Modules.of(sources)
    readings: dict[str, Reading] = {}
    waiting = {source.file for source in sources}
    for _ in range(MAX_ROUNDS):
        for source in sources:
            if source.file in waiting:
                readings[source.file] = Reading(source.file, facts, modules)
                read_one(readings[source.file], source)
        waiting = facts.finish_round()
        if not waiting:
            break
    return [readings[source.file] for source in sources]
