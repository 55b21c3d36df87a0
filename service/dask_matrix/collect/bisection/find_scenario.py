"""Find a scenario by its id, a former id, or a unique part of the id, even if it was never collected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError, UnknownName

if TYPE_CHECKING:
    from dask_matrix.collect.scenario_set.catalog import Catalog
    from dask_matrix.store.store import Store

NEAREST = 5
PARAMETERS = re.compile(r"\[.*\]\Z", re.DOTALL)


class Ambiguous(DaskMatrixError):
    """A text matches several scenarios."""


@dataclass(frozen=True)
class NamedScenario:
    """A scenario: its id, its origin ``file::name``, and its current fingerprint."""

    id: str
    origin: str
    fingerprint: str

    @property
    def file(self) -> str:
        """The file that defines it."""
        return self.origin.partition("::")[0]

    def expression(self, catalog: Catalog) -> str:
        """Return the ``-k`` expression that selects its test function, and no function with a longer name."""
        name = self.origin.rpartition("::")[2]
        of_file = (each.rpartition("::")[2] for each in catalog.functions if each.startswith(f"{self.file}::"))
        longer = sorted(each for each in of_file if name in each and each != name)
        return " and ".join([PurePosixPath(self.file).stem, name, *(f"not {each}" for each in longer)])


def find_scenario(text: str, catalog: Catalog, store: Store) -> NamedScenario:
    """Return the scenario that a text names; raise UnknownName with the closest names, or Ambiguous."""
    known = _known(catalog, store)
    if text in known:
        return known[text]
    present = _present(text, store)
    if present in known:
        return known[present]
    words = text.lower().split()
    found = [name for name in known if words and all(word in name.lower() for word in words)]
    whole = [name for name in found if name.endswith(f"/{text}") or PARAMETERS.sub("", name).endswith(f"/{text}")]
    for names in (found, whole):
        if len(names) == 1:
            return known[names[0]]
    if found:
        shown, more = ", ".join(sorted(found)[:NEAREST]), len(found) - NEAREST
        matches = f"{shown} and {more} more" if more > 0 else shown
        raise Ambiguous(f"{text!r} matches {len(found)} scenarios: {matches}. Use a longer part of the id.")
    raise UnknownName("scenario", text, _nearest(text, known))


def _known(catalog: Catalog, store: Store) -> dict[str, NamedScenario]:
    """Return the scenarios of the set by id: ids as collected, else derived from their functions."""
    known = {}
    for each in store.matrix().scenarios:
        origin = f"{each.file}::{each.function.partition('::')[0]}"
        if fingerprint := catalog.functions.get(origin):
            known[each.id] = NamedScenario(each.id, origin, fingerprint)
    collected = {each.origin for each in known.values()}
    for origin, fingerprint in catalog.functions.items():
        if origin not in collected:
            name = _id(origin)
            known.setdefault(name, NamedScenario(name, origin, fingerprint))
    return known


def _id(origin: str) -> str:
    """Return the id of a test function without parameters (see docs/records.md)."""
    file, _, function = origin.partition("::")
    path = PurePosixPath(file)
    return "/".join([*path.parts[:-1], *(each.removeprefix("test_") or each for each in (path.stem, function))])


def _present(text: str, store: Store) -> str:
    """Return the current id for a former id; any other text as is."""
    try:
        return store.scenario(text).id
    except UnknownName:
        return text


def _nearest(text: str, known: dict[str, NamedScenario]) -> list[str]:
    """Return the ids closest to a text, as a whole or in their last part."""
    tails = {name.rpartition("/")[2]: name for name in known}
    close = [tails[tail] for tail in get_close_matches(text.rpartition("/")[2], tails, NEAREST, 0.5)]
    return list(dict.fromkeys([*get_close_matches(text, known, NEAREST, 0.5), *close]))[:NEAREST]
