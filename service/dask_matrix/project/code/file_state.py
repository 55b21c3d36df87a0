"""The state of reading one file: the current scope, the known facts and the uses of Dask found so far."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.project.code.canonical_names import MODULES, canonical, is_class, is_dask_name
from dask_matrix.project.code.inferred_values import (
    NO_VALUES,
    DottedName,
    InstanceOf,
    TupleOf,
    UserClass,
    UserInstance,
    Values,
    single,
    union,
)
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
"""Names that every Python object, class or module has: using one is not a use of Dask."""


@dataclass(frozen=True)
class DeferredFunction:
    """A function whose body is read after the code around it, which may bind names that it uses."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    scope: Scope
    cell: int | None
    first: Values


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
    lineages: dict[str, list[UserClass | DottedName]] = field(default_factory=dict)
    deferred: deque[DeferredFunction] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """Start in the module's scope."""
        self.scope = Scope(f"{self.file}:", kind="module")

    def record_use(self, name: str, node: ast.AST) -> None:
        """Record the use of a dotted name, at the last line of its node; ignore names that are not Dask API."""
        if self.silent or not is_dask_name(name):
            return
        name = canonical(name)
        if name not in MODULES and not any(_private(part) for part in name.split(".")):
            self._place(name, node)

    def record_config_key(self, key: str, node: ast.AST) -> None:
        """Record the use of a configuration key."""
        if not self.silent:
            self._place(canonical(f"config:{key}"), node)

    def _place(self, name: str, node: ast.AST) -> None:
        line = getattr(node, "end_lineno", 0) or getattr(node, "lineno", 1)
        self.uses.setdefault(name, set()).add(Place(self.file, line, self.cell))

    def get_fact(self, *key: str) -> Values | None:
        """Return a fact from earlier rounds; None if its subject is not known to exist."""
        return self.facts.get_fact(self.file, key)

    def add_fact(self, values: Values, *key: str) -> None:
        """Add a fact for later rounds."""
        self.facts.add_fact(self.file, key, values)

    def lookup(self, name: str) -> Values:
        """Return the possible values of a name in the current scope."""
        home = self.scope.home(name)
        if home is not None and (home.parent or home is self.scope):
            return home.names[name]
        here = home.names[name] if home else NO_VALUES
        return union([here, self.get_fact("global", self.file, name) or NO_VALUES])

    def lineage(self, key: str) -> list[UserClass | DottedName]:
        """Return a user's class and all its base classes, the user's and others', nearest first."""
        if key in self.lineages:
            return self.lineages[key]
        lineage: list[UserClass | DottedName] = [UserClass(key)]
        for each in lineage:  # it grows meanwhile
            direct = (self.get_fact("bases", each.key) or NO_VALUES) if isinstance(each, UserClass) else NO_VALUES
            for value in (
                value for bases in direct if isinstance(bases, TupleOf) for values in bases.items for value in values
            ):
                if isinstance(value, UserClass | DottedName) and value not in lineage:
                    lineage.append(value)
        self.lineages[key] = lineage
        return lineage

    def dask_instances(self, values: Values) -> list[InstanceOf]:
        """Return the instances of Dask classes among the values, and of the user's subclasses as their Dask base."""
        found = [value for value in values if isinstance(value, InstanceOf)]
        things = [value.key for value in values if isinstance(value, UserInstance)]
        parent = [
            base
            for key in things
            for base in self.lineage(key)
            if isinstance(base, DottedName) and is_dask_name(base.name)
        ]
        return sorted(
            {*found, *(InstanceOf(canonical(base.name)) for base in parent)}, key=lambda value: value.class_name
        )


def instantiate(values: Values) -> Values:
    """Return instances of the classes among the values."""
    found: list[Values] = []
    for value in values:
        match value:
            case DottedName(name) if is_dask_name(name) and is_class(name):
                found.append(single(InstanceOf(canonical(name))))
            case UserClass(key):
                found.append(single(UserInstance(key)))
    return union(found)


def _private(part: str) -> bool:
    return part in NO_USE or (part.startswith("_") and not (part.startswith("__") and part.endswith("__")))
