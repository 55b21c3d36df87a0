"""What is learnt of the user's functions, classes and modules in one round of reading and known in the next.

A key is a sort of fact and where it belongs: ``("return", "a.py:make")`` is what the function ``make`` returns. A
round reads only what the rounds before it learnt, so the order in which files are read changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from dask_matrix.project.code.canonical_names import of_dask
from dask_matrix.project.code.inferred_values import NOTHING, UNKNOWN, Keyed, Kinds, Many, Named, Of, Row, Value, union

Key: TypeAlias = tuple[str, ...]
CARRIED = 3
"""In how many rounds a new fact on the user's own classes and functions has files read again; one on Dask always has.
"""


@dataclass
class Facts:
    """What the rounds before learnt, and what this one learns and asks for, by the file that does."""

    known: dict[Key, Kinds] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    asked: dict[str, set[Key]] = field(default_factory=lambda: defaultdict(set))
    learnt: dict[str, dict[Key, Kinds]] = field(default_factory=lambda: defaultdict(dict))
    told: dict[Key, dict[str, Kinds]] = field(default_factory=lambda: defaultdict(dict))
    of_file: dict[str, set[Key]] = field(default_factory=dict)
    rounds: int = 0

    def learn(self, file: str, key: Key, kinds: Kinds) -> None:
        """Add to what a file tells of something; with nothing to add, that it exists."""
        kept = kinds if key[0] == "global" else frozenset(value for value in kinds if _of_interest(value))
        self.learnt[file][key] = self.learnt[file].get(key, NOTHING) | kept

    def know(self, file: str, key: Key) -> Kinds | None:
        """Return what is known of something to the file that asks; None if it is not known to exist."""
        self.asked[file].add(key)
        return self.known.get(key)

    def settle(self) -> set[str]:
        """End a round: what was learnt is known. Return the files that asked for something that is new."""
        self.rounds += 1
        touched = self._take()
        telling = {key for key in touched if self._changes(key)}
        return {file for file, keys in self.asked.items() if not keys.isdisjoint(telling)}

    def _take(self) -> set[Key]:
        """Put what files told in this round in the place of what they told before; return what that is of."""
        touched: set[Key] = set()
        for file, learnt in self.learnt.items():
            for key in self.of_file.get(file, set()) - learnt.keys():
                del self.told[key][file]
                touched.add(key)
            for key, kinds in learnt.items():
                self.told[key][file] = kinds
            self.of_file[file] = set(learnt)
            touched |= learnt.keys()
        self.learnt = defaultdict(dict)
        return touched

    def _changes(self, key: Key) -> bool:
        """Bring what is known up to date; tell whether the files that asked for it should be read again."""
        before = self.known.pop(key, None)
        if not self.told[key]:
            return before is not None
        self.known[key] = union(self.told[key].values())
        if key[0] == "global":
            self.names[key[1]].add(key[2])
        if before == self.known[key]:
            return False
        return self.rounds <= CARRIED or any(_is_dasks(value) for value in self.known[key] ^ (before or NOTHING))


@cache
def _of_interest(value: Value) -> bool:
    """Tell whether a value can lead to Dask: it is Dask's, the user's own, holds such, or is a list that may come to."""
    match value:
        case Of():
            return _is_dasks(value) or value.kind.startswith("pandas.")
        case Named(name):
            return of_dask(name)
        case Many(items) | Keyed(items):
            return not items or any(_of_interest(item) for item in items)
        case Row(items):
            return any(_of_interest(item) for its in items for item in its)
        case _:
            return True


@cache
def _is_dasks(value: Value) -> bool:
    """Tell whether a value is Dask's or holds something that is."""
    match value:
        case Of(kind, holds):
            return of_dask(kind) or value == UNKNOWN or any(_is_dasks(item) for item in holds)
        case Named(name):
            return of_dask(name)
        case Many(items) | Keyed(items):
            return any(_is_dasks(item) for item in items)
        case Row(items):
            return any(_is_dasks(item) for its in items for item in its)
        case _:
            return False
