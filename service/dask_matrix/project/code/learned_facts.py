"""Facts about the user's functions, classes and modules, found in one round of reading and used in the next.

A key is the kind of a fact and its subject: ``("return", "a.py:make")`` is what the function ``make`` returns. A
round uses only facts from earlier rounds, so the order in which files are read does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from dask_matrix.project.code.canonical_names import is_dask_name
from dask_matrix.project.code.inferred_values import (
    NO_VALUES,
    UNKNOWN_ARGUMENT,
    DottedName,
    InstanceOf,
    MappingOf,
    SequenceOf,
    TupleOf,
    Value,
    Values,
    union,
)

Key: TypeAlias = tuple[str, ...]
MAX_CARRIED_ROUNDS = 3
"""Number of rounds in which a new fact without Dask in it still makes files be read again; one with Dask always does.
"""


@dataclass
class Facts:
    """The facts from earlier rounds, and the new and requested facts of this round by file."""

    known: dict[Key, Values] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    requested: dict[str, set[Key]] = field(default_factory=lambda: defaultdict(set))
    new_facts: dict[str, dict[Key, Values]] = field(default_factory=lambda: defaultdict(dict))
    facts_by_file: dict[Key, dict[str, Values]] = field(default_factory=lambda: defaultdict(dict))
    keys_by_file: dict[str, set[Key]] = field(default_factory=dict)
    rounds: int = 0

    def add_fact(self, file: str, key: Key, values: Values) -> None:
        """Add values to a fact of a file; without any, only that its subject exists."""
        kept = values if key[0] == "global" else frozenset(value for value in values if _may_lead_to_dask(value))
        self.new_facts[file][key] = self.new_facts[file].get(key, NO_VALUES) | kept

    def get_fact(self, file: str, key: Key) -> Values | None:
        """Return a fact, and remember that the file requested it; None if its subject is not known to exist."""
        self.requested[file].add(key)
        return self.known.get(key)

    def finish_round(self) -> set[str]:
        """End a round: make its facts known, and return the files that requested a fact that changed."""
        self.rounds += 1
        touched = self._replace_facts()
        changed = {key for key in touched if self._update(key)}
        return {file for file, keys in self.requested.items() if not keys.isdisjoint(changed)}

    def _replace_facts(self) -> set[Key]:
        """Replace the facts of the files read in this round with their new ones; return the keys involved."""
        touched: set[Key] = set()
        for file, new_facts in self.new_facts.items():
            for key in self.keys_by_file.get(file, set()) - new_facts.keys():
                del self.facts_by_file[key][file]
                touched.add(key)
            for key, values in new_facts.items():
                self.facts_by_file[key][file] = values
            self.keys_by_file[file] = set(new_facts)
            touched |= new_facts.keys()
        self.new_facts = defaultdict(dict)
        return touched

    def _update(self, key: Key) -> bool:
        """Update a known fact; return whether the files that requested it should be read again."""
        before = self.known.pop(key, None)
        if not self.facts_by_file[key]:
            return before is not None
        self.known[key] = union(self.facts_by_file[key].values())
        if key[0] == "global":
            self.names[key[1]].add(key[2])
        if before == self.known[key]:
            return False
        return self.rounds <= MAX_CARRIED_ROUNDS or any(
            _is_from_dask(value) for value in self.known[key] ^ (before or NO_VALUES)
        )


@cache
def _may_lead_to_dask(value: Value) -> bool:
    """Whether a value may lead to Dask: it is Dask's or the user's, contains such, or is an empty list or dict."""
    match value:
        case InstanceOf():
            return _is_from_dask(value) or value.class_name.startswith("pandas.")
        case DottedName(name):
            return is_dask_name(name)
        case SequenceOf(items) | MappingOf(items):
            return not items or any(_may_lead_to_dask(item) for item in items)
        case TupleOf(items):
            return any(_may_lead_to_dask(item) for its in items for item in its)
        case _:
            return True


@cache
def _is_from_dask(value: Value) -> bool:
    """Whether a value is Dask's or contains one that is."""
    match value:
        case InstanceOf(class_name, inner):
            return is_dask_name(class_name) or value == UNKNOWN_ARGUMENT or any(_is_from_dask(item) for item in inner)
        case DottedName(name):
            return is_dask_name(name)
        case SequenceOf(items) | MappingOf(items):
            return any(_is_from_dask(item) for item in items)
        case TupleOf(items):
            return any(_is_from_dask(item) for its in items for item in its)
        case _:
            return False
