"""Nested scopes: the values of names at one point of the code, looked up as Python does."""

from __future__ import annotations

from dataclasses import dataclass, field

from dask_matrix.project.code.inferred_values import NO_VALUES, Values, union


@dataclass
class Scope:
    """The names of a module, class, function or comprehension.

    ``key`` is its file and dotted path, ``first`` the name of a method's first parameter, usually ``self``.
    """

    key: str
    parent: Scope | None = None
    kind: str = "function"
    first: str = ""
    names: dict[str, Values] = field(default_factory=dict)
    declared: dict[str, Scope] = field(default_factory=dict)

    def home(self, name: str) -> Scope | None:
        """Return the scope that binds a name when it is looked up from this one."""
        scope: Scope | None = self
        while scope:
            home = scope.declared.get(name, scope)
            if name in home.names and (scope is self or scope.kind != "class"):
                return home
            scope = scope.parent
        return None

    def set(self, name: str, values: Values) -> None:
        """Bind a name; if it is declared ``global`` or ``nonlocal``, add to its values in that scope."""
        if home := self.declared.get(name):
            home.names[name] = union([home.names.get(name, NO_VALUES), values])
        else:
            self.names[name] = values

    def declare(self, name: str, *, everywhere: bool) -> None:
        """Declare a name to be in the module (``global``) or in an enclosing function (``nonlocal``)."""
        scope = self.parent
        while scope and scope.parent and (everywhere or name not in scope.names):
            scope = scope.parent
        if scope:
            self.declared[name] = scope

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        return self.parent.module if self.parent else self


def merge_branches(*branches: dict[str, Values]) -> dict[str, Values]:
    """Return the values of names after any of several branches."""
    names = {name: None for branch in branches for name in branch}
    return {name: union(branch.get(name, NO_VALUES) for branch in branches) for name in names}
