"""Find the file of the user's code that an import statement means."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.project.code.sources import Source


@dataclass
class Modules:
    """The files of a project by the dotted names under which they can be imported."""

    paths: dict[str, PurePath] = field(default_factory=dict)
    by_suffix: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    packages: set[PurePath] = field(default_factory=set)

    @classmethod
    def of(cls, sources: Iterable[Source]) -> Modules:
        """Index the files by every dotted name that is a suffix of their path."""
        modules = cls()
        for source in sources:
            path = PurePath(Path(source.path).absolute())
            if path.suffix != ".py":
                continue
            modules.paths[source.file] = path
            parts = _dotted(path)
            if path.name == "__init__.py":
                modules.packages.add(path.parent)
            for start in range(len(parts)):
                modules.by_suffix[".".join(parts[start:])].append(source.file)
        return modules

    def find(self, name: str, importer: str) -> str | None:
        """Return the file that an absolute import means: the one with that name nearest to the importing file."""
        here = self.paths.get(importer)
        length = name.count(".") + 1
        candidates = [file for file in self.by_suffix.get(name, ()) if self._is_root(_root(self.paths[file], length))]
        if not candidates:
            return None
        return max(candidates, key=lambda file: (_common_length(self.paths[file], here), file))

    def _is_root(self, folder: PurePath) -> bool:
        """Whether absolute imports can start in a folder: it is not a package itself."""
        return folder not in self.packages

    def relative(self, name: str, level: int, importer: str) -> str | None:
        """Return the file that ``from ..name import`` means."""
        here = self.paths.get(importer)
        if here is None or level > len(here.parents):
            return None
        dotted = [*_parts_of(here.parents[level - 1]), *filter(None, name.split("."))]
        return next((file for file in self.by_suffix.get(".".join(dotted), ())), None)


def _dotted(path: PurePath) -> list[str]:
    parts = _parts_of(path.parent)
    return parts if path.name == "__init__.py" else [*parts, path.stem]


def _parts_of(folder: PurePath) -> list[str]:
    return [part for part in folder.parts if part != folder.anchor]


def _root(path: PurePath, length: int) -> PurePath:
    """Return the folder from which an import with this many names leads to a file."""
    steps = length if path.name == "__init__.py" else length - 1
    return path.parents[steps]


def _common_length(path: PurePath, other: PurePath | None) -> int:
    """Return the number of leading parts that two paths have in common."""
    pairs = zip(path.parts, other.parts if other else (), strict=False)
    return next((number for number, (one, two) in enumerate(pairs) if one != two), len(path.parts))
