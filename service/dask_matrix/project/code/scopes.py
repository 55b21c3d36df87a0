"""Which names stand for what, at one place of the code: scopes within scopes, as Python looks names up."""

from __future__ import annotations

from dataclasses import dataclass, field

from dask_matrix.project.code.inferred_values import NOTHING, Kinds, union


@dataclass
class Scope:
    """The names of a module, class, function or comprehension.

    ``key`` is the file and the dotted way to it, ``first`` a method's first parameter, which is called ``self``.
    """

    key: str
    above: Scope | None = None
    sort: str = "function"
    first: str = ""
    names: dict[str, Kinds] = field(default_factory=dict)
    elsewhere: dict[str, Scope] = field(default_factory=dict)

    def home(self, name: str) -> Scope | None:
        """Return the scope in which a name stands for something when it is looked up from this one."""
        scope: Scope | None = self
        while scope:
            home = scope.elsewhere.get(name, scope)
            if name in home.names and (scope is self or scope.sort != "class"):
                return home
            scope = scope.above
        return None

    def set(self, name: str, kinds: Kinds) -> None:
        """Give a name: from here on it stands for this, unless it is declared to be of another scope."""
        if home := self.elsewhere.get(name):
            home.names[name] = union([home.names.get(name, NOTHING), kinds])
        else:
            self.names[name] = kinds

    def declare(self, name: str, *, everywhere: bool) -> None:
        """Take a name for one of the module (``global``) or of a function around this one (``nonlocal``)."""
        scope = self.above
        while scope and scope.above and (everywhere or name not in scope.names):
            scope = scope.above
        if scope:
            self.elsewhere[name] = scope

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        return self.above.module if self.above else self


def joined(*ways: dict[str, Kinds]) -> dict[str, Kinds]:
    """Return what names stand for after one of several ways through the code."""
    names = {name: None for way in ways for name in way}
    return {name: union(way.get(name, NOTHING) for way in ways) for name in names}
