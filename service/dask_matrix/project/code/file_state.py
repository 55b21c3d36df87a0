"""The state of reading one file: where it is, what is known there, and which uses of Dask were seen."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.project.code.canonical_names import MODULES, canonical, is_class, of_dask
from dask_matrix.project.code.inferred_values import NOTHING, Class, Kinds, Named, Of, Row, Thing, one, union
from dask_matrix.project.code.location import Place
from dask_matrix.project.code.scopes import Scope

if TYPE_CHECKING:
    import ast

    from dask_matrix.project.code.learned_facts import Facts
    from dask_matrix.project.code.local_modules import Modules

NO_USE = frozenset({
    "__all__", "__class__", "__dict__", "__doc__", "__file__", "__getattribute__", "__git_revision__", "__hash__",
    "__init__", "__init_subclass__", "__module__", "__name__", "__new__", "__path__", "__qualname__", "__repr__",
    "__setattr__", "__str__", "__version__", "__wrapped__",
})  # fmt: skip
"""Names that every object, class or module of Python has: using one is no use of Dask."""


@dataclass(frozen=True)
class Later:
    """A function whose body is read once the code around it is: its names may be given below it."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    scope: Scope
    cell: int | None
    first: Kinds


@dataclass
class Reading:
    """One file being read in one round."""

    file: str
    facts: Facts
    modules: Modules
    scope: Scope = field(init=False)
    cell: int | None = None
    silent: int = 0
    uses: dict[str, set[Place]] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    lineages: dict[str, list[Class | Named]] = field(default_factory=dict)
    later: deque[Later] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """Begin in the module's scope."""
        self.scope = Scope(f"{self.file}:", sort="module")

    def note(self, name: str, node: ast.AST) -> None:
        """Note the use of a dotted name where a piece of code ends; names of no Dask API are passed over."""
        if self.silent or not of_dask(name):
            return
        name = canonical(name)
        if name not in MODULES and not any(_private(part) for part in name.split(".")):
            self._place(name, node)

    def note_config(self, key: str, node: ast.AST) -> None:
        """Note the use of a configuration key."""
        if not self.silent:
            self._place(canonical(f"config:{key}"), node)

    def _place(self, name: str, node: ast.AST) -> None:
        line = getattr(node, "end_lineno", 0) or getattr(node, "lineno", 1)
        self.uses.setdefault(name, set()).add(Place(self.file, line, self.cell))

    def know(self, *key: str) -> Kinds | None:
        """Return what earlier rounds learnt; None if it is not known to exist."""
        return self.facts.know(self.file, key)

    def learn(self, kinds: Kinds, *key: str) -> None:
        """Tell later rounds."""
        self.facts.learn(self.file, key, kinds)

    def lookup(self, name: str) -> Kinds:
        """Return what a name stands for where the reading is."""
        home = self.scope.home(name)
        if home is not None and (home.above or home is self.scope):
            return home.names[name]
        here = home.names[name] if home else NOTHING
        return union([here, self.know("global", self.file, name) or NOTHING])

    def lineage(self, key: str) -> list[Class | Named]:
        """Return a class of the user's own, then those above it, of theirs and of others, nearest first."""
        if key in self.lineages:
            return self.lineages[key]
        lineage: list[Class | Named] = [Class(key)]
        for each in lineage:  # it grows meanwhile
            direct = (self.know("bases", each.key) or NOTHING) if isinstance(each, Class) else NOTHING
            for value in (
                value for bases in direct if isinstance(bases, Row) for kinds in bases.items for value in kinds
            ):
                if isinstance(value, Class | Named) and value not in lineage:
                    lineage.append(value)
        self.lineages[key] = lineage
        return lineage

    def dasks(self, kinds: Kinds) -> list[Of]:
        """Return the objects of Dask's classes among the values, an object of the user's subclass as its base's."""
        found = [value for value in kinds if isinstance(value, Of)]
        things = [value.key for value in kinds if isinstance(value, Thing)]
        above = [base for key in things for base in self.lineage(key) if isinstance(base, Named) and of_dask(base.name)]
        return sorted({*found, *(Of(canonical(base.name)) for base in above)}, key=lambda value: value.kind)


def instances(kinds: Kinds) -> Kinds:
    """Return objects of the classes that an expression names, one by one or in a tuple."""
    found: list[Kinds] = []
    for value in kinds:
        match value:
            case Named(name) if of_dask(name) and is_class(name):
                found.append(one(Of(canonical(name))))
            case Class(key):
                found.append(one(Thing(key)))
    return union(found)


def _private(part: str) -> bool:
    return part in NO_USE or (part.startswith("_") and not (part.startswith("__") and part.endswith("__")))
