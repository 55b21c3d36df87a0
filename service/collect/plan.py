"""Decides from the evidence what must run: only cells without a result for (fingerprint, environment) do."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from service.collect.catalog import Catalog
    from service.store.store import Collected


class Reason(StrEnum):
    """Why something runs."""

    NEW = "never run here"
    CHANGED = "the scenario or what it uses changed"
    UNFINISHED = "not finished before"
    ASKED = "asked for again"


@dataclass(frozen=True)
class Todo:
    """What must run in one environment.

    ``reasons`` says why, for each test function, or file whose tests are not known yet; ``done`` are the scenario ids,
    with their fingerprints, that must not run. ``cells`` estimates the number of executions: what was never collected
    counts as one.
    """

    reasons: dict[str, Reason] = field(default_factory=dict)
    done: dict[str, str] = field(default_factory=dict)
    cells: int = 0


def todo(
    catalog: Catalog, collected: Collected, done: dict[str, set[str]], again: Collection[str] | None = None
) -> Todo:
    """Return what must run in an environment, from what was collected and is done there.

    ``again`` names scenario ids to run although they are done.
    """
    repeat = frozenset(again or ())
    reasons: dict[str, Reason] = {}
    finished: dict[str, str] = {}
    cells = 0
    for function, fingerprint in _everything(catalog, collected).items():
        known = collected.functions.get(function, {})
        file = function.partition("::")[0]
        if not known and collected.files.get(file) == catalog.files[file]:
            continue  # pytest has seen this very file, and found no such test in it
        held = {scenario for scenario in known if fingerprint in done.get(scenario, ())} - repeat
        finished |= dict.fromkeys(held, fingerprint)
        if reason := _reason(known, fingerprint, held, repeat):
            reasons[function] = reason
            cells += max(1, len(known) - len(held))
    return Todo(reasons, finished, cells)


def _everything(catalog: Catalog, collected: Collected) -> dict[str, str]:
    """Return the fingerprints of all that may have tests: functions read or collected, and files without any read.

    A test that only pytest finds (imported by ``*``, a ``unittest.TestCase``) has the fingerprint of its file.
    """
    found = {
        name: catalog.files[file] for name in collected.functions if (file := name.partition("::")[0]) in catalog.files
    }
    read = {name.partition("::")[0] for name in catalog.functions | found}
    silent = {file: fingerprint for file, fingerprint in catalog.files.items() if file not in read}
    return found | silent | catalog.functions


def _reason(known: dict[str, str], fingerprint: str, held: set[str], repeat: frozenset[str]) -> Reason | None:
    if not known:
        return Reason.NEW
    if repeat & known.keys():
        return Reason.ASKED
    missing = known.keys() - held
    if any(known[scenario] != fingerprint for scenario in missing):
        return Reason.CHANGED
    return Reason.UNFINISHED if missing else None
