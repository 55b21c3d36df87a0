"""Read uv.lock as ``uv sync`` does: along its graph, from the project's own entry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from dask_matrix.project.locks.entries import Entry, Listing, Part, Taken
from dask_matrix.project.locks.parsing import pyproject, string, strings, table, tables, toml
from dask_matrix.project.locks.toml_locks.packages import Keys, entries_of, origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from dask_matrix.project.locks.markers import MarkerEnvironment

DEFAULT_GROUPS = ("dev",)
"""The groups that uv installs if pyproject.toml does not say ``default-groups``."""
OWN = ("editable", "virtual", "directory")
"""The sources of the packages of a workspace."""
KEYS = Keys("resolution-markers", "", lambda package: origin(package.get("source")))

Edge = dict[str, Any]


def uv(path: Path, text: str) -> Listing:
    """Return the packages in a uv.lock; before August 2024, uv called them ``distribution``."""
    lock = toml(path, text)
    packages = tables(lock.get("package")) or tables(lock.get("distribution"))
    conflicts = [tables(conflict) for conflict in _lists(lock.get("conflicts"))]
    named = frozenset(_named(item) for conflict in conflicts for item in conflict)
    graph = _Graph(packages, entries_of(path, text, packages, KEYS), table(lock.get("manifest")), named)
    return Listing(
        graph.entries,
        requires_python=string(lock.get("requires-python")),
        parts=tuple(sorted(graph.parts)),
        defaults=frozenset(graph.defaults(path)),
        conflicts=tuple(frozenset(map(_conflict_part, conflict)) for conflict in conflicts),
        supported=tuple(filter(None, strings(lock.get("supported-markers")))),
        reach=graph.reach if graph.has_roots else None,
    )


@dataclass(frozen=True)
class _Graph:
    """The packages of a uv.lock as it writes them, the entry of each, its ``manifest``, and the names in its conflicts.

    Only the names in conflicts turn markers.
    """

    packages: list[dict[str, Any]]
    entries: tuple[Entry, ...]
    manifest: dict[str, Any]
    conflicting: frozenset[str]

    @cached_property
    def by_name(self) -> dict[str, list[int]]:
        """The positions of the packages of each name."""
        found: dict[str, list[int]] = {}
        for position, entry in enumerate(self.entries):
            found.setdefault(entry.name, []).append(position)
        return found

    @cached_property
    def root(self) -> str | None:
        """The name of the project in the folder of the lock, None if that has a workspace or a script only."""
        own = (table(package.get("source")) for package in self.packages)
        at_home = [entry.name for entry, source in zip(self.entries, own, strict=True) if _is_home(source)]
        return at_home[0] if at_home else None

    @cached_property
    def members(self) -> frozenset[str]:
        """The names of the packages of the workspace, the project among them."""
        named = {canonicalize_name(name) for name in strings(self.manifest.get("members")) if name in self.by_name}
        return frozenset(named | ({self.root} if self.root else set()))

    @property
    def has_roots(self) -> bool:
        """Whether the lock says what its packages are for; one that is cut down may not."""
        return bool(self.members or self.manifest.get("requirements"))

    @property
    def parts(self) -> set[Part]:
        """Everything that can be chosen, the project itself among the members."""
        found = {Part("group", name) for name in table(self.manifest.get("dependency-groups"))}
        for member in self.members:
            package = self._package(member)
            found.add(Part("member", member))
            found.update(Part("extra", name) for name in table(package.get("optional-dependencies")))
            found.update(Part("extra", name) for name in strings(_metadata(package, "provides-extras")) if name)
            found.update(Part("group", name) for name in table(package.get("dev-dependencies")))
            found.update(Part("group", name) for name in table(_metadata(package, "requires-dev")))
        return found

    def defaults(self, path: Path) -> Iterator[Part]:
        """Yield what uv installs: the project with its default groups, or else all members of the workspace."""
        written = table(table(pyproject(path.parent).get("tool")).get("uv")).get("default-groups", [*DEFAULT_GROUPS])
        for part in self.parts:
            if part.kind == "member" and part.name in ({self.root} if self.root else self.members):
                yield part
            if part.kind == "group" and (written == "all" or part.name in strings(written)):
                yield part

    def reach(self, environment: MarkerEnvironment, taken: Taken) -> Sequence[Entry]:
        """Return what uv would install: what the edges from the roots lead to if their markers are true."""
        active = self.conflicting.intersection(self._root_names(taken))
        while True:  # an extra of a package further down may turn a marker
            reached, found = self._walk(environment, list(self._root_edges(taken)), active)
            if not (new := self.conflicting.intersection(found) - active):
                return [self.entries[position] for position in sorted(reached)]
            active |= new

    def _walk(
        self, environment: MarkerEnvironment, edges: list[Edge], active: frozenset[str]
    ) -> tuple[set[int], set[str]]:
        """Return the positions of the packages that these edges lead to, and the names of the extras on the way."""
        seen: set[tuple[int, str]] = set()
        found: set[str] = set()
        while edges:
            edge = edges.pop()
            marker = tuple(filter(None, [string(edge.get("marker"))]))
            if not environment.is_any_true(marker, extras=active):
                continue
            extras = [name for key in ("extra", "extras") for name in strings(edge.get(key)) if name]
            found.update(_conflict_name("extra", string(edge.get("name")), extra) for extra in extras)
            for node in ((target, extra) for target in self._targets(edge, environment) for extra in ("", *extras)):
                if node not in seen:
                    seen.add(node)
                    edges.extend(self._edges(*node))
        return {position for position, _ in seen}, found

    def _targets(self, edge: Edge, environment: MarkerEnvironment) -> list[int]:
        """Return the packages that an edge names; it has a version and a source if there are several."""
        found = [
            position
            for position in self.by_name.get(canonicalize_name(string(edge.get("name"))), [])
            if all(edge[key] == self.packages[position].get(key) for key in ("version", "source") if key in edge)
        ]
        if len(found) == 1:
            return found
        return [position for position in found if environment.is_any_true(self.entries[position].markers)]

    def _edges(self, position: int, extra: str) -> list[Edge]:
        package = self.packages[position]
        if not extra:
            return tables(package.get("dependencies"))
        return tables(table(package.get("optional-dependencies")).get(extra))

    def _root_edges(self, taken: Taken) -> Iterator[Edge]:
        """Yield edges to the members, and those of the extras and groups that are taken."""
        yield from tables(self.manifest.get("requirements"))
        for group in taken.names("group"):
            yield from tables(table(self.manifest.get("dependency-groups")).get(group))
        for member in self._members(taken):
            package = self._package(member)
            extras = table(package.get("optional-dependencies"))
            if Part("member", member) in taken.parts:
                yield {"name": member, "extras": [name for name in taken.names("extra") if name in extras]}
            for group in taken.names("group"):
                yield from tables(table(package.get("dev-dependencies")).get(group))

    def _root_names(self, taken: Taken) -> Iterator[str]:
        """Yield the names in markers that the parts taken make true."""
        for member in self._members(taken):
            if Part("member", member) in taken.parts:
                yield _conflict_name("project", member)
            yield from (_conflict_name(part.kind, member, part.name) for part in taken.parts if part.kind != "member")

    def _members(self, taken: Taken) -> list[str]:
        """Return the members whose extras and groups are taken, also those without their own dependencies."""
        dropped = {part.name for part in taken.dropped if part.kind == "member"}
        return sorted((taken.names("member") | dropped) & self.members)

    def _package(self, name: str) -> dict[str, Any]:
        return self.packages[self.by_name[name][0]]


def _lists(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _is_home(source: dict[str, Any]) -> bool:
    return any(source.get(kind) == "." for kind in OWN)


def _metadata(package: dict[str, Any], key: str) -> object:
    return table(package.get("metadata")).get(key)


def _conflict_name(kind: str, package: str, name: str = "") -> str:
    """Return the name of a part in uv's markers: ``group-4-demo-dev``, with the length of the package's name."""
    return "-".join(filter(None, [kind, str(len(package)), package, name]))


def _named(item: dict[str, Any]) -> str:
    """Return the name in markers of what an item of a conflict names: a package alone is its own dependencies."""
    part = _conflict_part(item)
    package = canonicalize_name(string(item.get("package")))
    return (
        _conflict_name("project", package) if part.kind == "member" else _conflict_name(part.kind, package, part.name)
    )


def _conflict_part(item: dict[str, Any]) -> Part:
    kind = next((kind for kind in ("extra", "group") if kind in item), "")
    return Part(kind, string(item[kind])) if kind else Part("member", string(item.get("package")))
