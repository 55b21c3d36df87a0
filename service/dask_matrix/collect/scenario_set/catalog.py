"""Find the tests in a scenario folder without running them, and compute the fingerprint of each.

A fingerprint is a hash of everything that a scenario's outcome depends on besides the environment: its own code, the
module-level names it uses, the fixtures it requests (from its module and the conftest files above it), the imported
helper modules, and the protocol of the harness. Titles, issue links and names are excluded, so that editing those
reruns nothing. When in doubt, more is hashed rather than less.
"""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dask_matrix.collect.scenario_set.fixtures import explicit_names
from dask_matrix.collect.scenario_set.import_paths import import_paths
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PROTOCOL = 2
"""Increased when the harness changes in a way that may change an outcome; part of every fingerprint."""
DESCRIPTIVE = frozenset({"issue", "covers", "formerly", "output"})
"""Keywords of ``@pytest.mark.scenario`` that cannot change an outcome, so they are not hashed."""
NORECURSEDIRS = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}", "__pycache__")
"""Folders that pytest skips: the default of its ``norecursedirs``."""
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class NoScenarios(DaskMatrixError):
    """The folder of a scenario set does not exist or contains no tests."""


@dataclass(frozen=True)
class Catalog:
    """The fingerprints of a folder: ``file::name`` -> that of a test, ``file`` -> that of the whole file."""

    folder: Path
    functions: dict[str, str]
    files: dict[str, str]
    import_paths: tuple[Path, ...] = ()

    @property
    def fingerprints(self) -> dict[str, str]:
        """Both in one mapping, for the harness."""
        return self.functions | self.files


def read(folder: Path) -> Catalog:
    """Read a scenario folder; raise NoScenarios if it contains no tests."""
    functions: dict[str, str] = {}
    files: dict[str, str] = {}
    paths = import_paths(folder)
    helpers: dict[Path, Module] = {}
    for path in test_files(folder):
        module = Module(path, folder, paths, helpers)
        name = path.relative_to(folder).as_posix()
        files[name] = module.fingerprint()
        functions |= {f"{name}::{test}": module.fingerprint(test) for test in module.tests()}
    return Catalog(folder, functions, files, paths)


def test_files(folder: Path) -> list[Path]:
    """Return the test files that pytest would collect, in order; raise NoScenarios."""
    if not folder.is_dir():
        raise NoScenarios(f"No such folder: {folder}. Use --scenarios with a folder that contains test_*.py files.")
    found = {*folder.rglob("test_*.py"), *folder.rglob("*_test.py")}
    inside = ((path, path.relative_to(folder).parts[:-1]) for path in found)
    files = sorted(
        path for path, parts in inside if not any(fnmatch(part, each) for part in parts for each in NORECURSEDIRS)
    )
    if not files:
        raise NoScenarios(f"No tests in {folder}: no file is named test_*.py or *_test.py.")
    return files


@dataclass
class Module:
    """One parsed Python file of the set; if it does not parse, only its whole text is hashed."""

    path: Path
    folder: Path
    import_paths: tuple[Path, ...] = ()
    helpers: dict[Path, Module] = field(default_factory=dict)
    names: dict[str, list[ast.stmt]] = field(default_factory=dict)
    unnamed: list[ast.stmt] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Index the module-level statements by the names they define."""
        for statement in self._tree.body:
            defined = list(_names_defined(statement))
            for name in defined:
                self.names.setdefault(name, []).append(statement)
            if not defined and not _is_docstring(statement):
                self.unnamed.append(statement)

    @cached_property
    def text(self) -> str:
        """The file's text."""
        return self.path.read_text(encoding="utf-8", errors="replace")

    @cached_property
    def _tree(self) -> ast.Module:
        try:
            return ast.parse(self.text)
        except SyntaxError:
            return ast.Module([], [])

    @cached_property
    def conftests(self) -> list[Module]:
        """The conftest files that apply to this file, nearest first."""
        above = [folder for folder in self.path.parents if folder == self.folder or self.folder in folder.parents]
        found = (folder / "conftest.py" for folder in above)
        return [self._other(path) for path in found if path.exists() and path != self.path]

    def tests(self) -> list[str]:
        """Return the module-level names that pytest collects as tests, whether defined, imported or assigned."""
        return [name for name in self.names if name.startswith(("test", "Test"))]

    def fingerprint(self, test: str | None = None) -> str:
        """Return the fingerprint of a test, or of the whole file."""
        parts = self.test_sources(test) if test else self.file_sources()
        text = "\0".join([f"protocol {PROTOCOL}", *sorted(set(parts))])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def file_sources(self) -> Iterator[str]:
        """Yield the text of the file, its conftests and all local modules that they import."""
        seen: dict[Path, str] = {}
        for module in (self, *self.conftests):
            seen[module.path] = module.text
            module.follow_imports(module._tree.body, seen)  # noqa: SLF001 - of its own class
        yield from seen.values()

    def test_sources(self, test: str) -> Iterator[str]:
        """Yield the source of everything that a test depends on: what it uses, and what applies to every test."""
        helpers: dict[Path, str] = {}
        used: dict[int, str] = {}
        modules = [self, *self.conftests]
        needed = {test, "pytestmark", *_autouse(modules)}
        seen: set[str] = set()
        while needed - seen:
            name = (needed - seen).pop()
            seen.add(name)
            for module in modules:
                for statement in module.names.get(name, []):
                    used[id(statement)] = module.code(statement)
                    needed |= _names_used(statement)
                    module.follow_imports([statement], helpers)
        for module in modules:
            hooks = [
                statement for name, found in module.names.items() if name.startswith("pytest_") for statement in found
            ]
            for statement in (*module.unnamed, *hooks):
                used[id(statement)] = module.code(statement)
                module.follow_imports([statement], helpers)
        yield from used.values()
        yield from helpers.values()

    def code(self, statement: ast.stmt) -> str:
        """Return a statement's source without its name, docstring and descriptive marker keywords."""
        if not isinstance(statement, Definition):
            return self._segment(statement)
        body = statement.body[1:] if _is_docstring(statement.body[0]) else statement.body
        heads: list[ast.AST] = list(statement.decorator_list)
        if isinstance(statement, ast.ClassDef):
            heads += statement.bases
        parts = [self._decorator(head) for head in heads]
        if not isinstance(statement, ast.ClassDef):
            parts.append(ast.unparse(statement.args))
            parts.append("async" if isinstance(statement, ast.AsyncFunctionDef) else "")
        return "\n".join([*parts, *(self._segment(each) for each in body)])

    def _decorator(self, decorator: ast.AST) -> str:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("mark.scenario"):
            hashed = [word for word in decorator.keywords if word.arg not in DESCRIPTIVE]
            return "scenario " + " ".join(f"{word.arg}={self._segment(word.value)}" for word in hashed)
        return self._segment(decorator)

    def _segment(self, node: ast.AST) -> str:
        return ast.get_source_segment(self.text, node) or ast.dump(node)

    def follow_imports(self, statements: Iterable[ast.stmt], seen: dict[Path, str]) -> None:
        """Add the text of every local module that the statements import, directly or indirectly."""
        pending = [path for statement in statements for node in ast.walk(statement) for path in self._imported(node)]
        while pending:
            path = pending.pop()
            if path not in seen and path != self.path:
                helper = self._other(path)
                seen[path] = helper.text
                pending += helper.imports

    @cached_property
    def imports(self) -> list[Path]:
        """The local modules that the file imports, at any level."""
        return [path for node in ast.walk(self._tree) for path in self._imported(node)]

    def _other(self, path: Path) -> Module:
        """Return another file of the set, parsed once."""
        if path not in self.helpers:
            self.helpers[path] = Module(path, self.folder, self.import_paths, self.helpers)
        return self.helpers[path]

    @cached_property
    def _bases(self) -> list[Path]:
        """The folders searched for local imports: parents up to the set or an import path, then the import paths."""
        roots = (self.folder, *self.import_paths)
        parents = [base for base in self.path.parents if any(base == root or root in base.parents for root in roots)]
        return [*parents, *(path for path in self.import_paths if path not in parents)]

    def _imported(self, node: ast.AST) -> Iterator[Path]:
        if isinstance(node, ast.Import):
            dotted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            stem = node.module or ""
            dotted = [stem, *(f"{stem}.{alias.name}".strip(".") for alias in node.names)]
        else:
            return
        for name in filter(None, dotted):
            tail = Path(*name.split("."))
            for base in self._bases:
                candidates = (base / tail.with_suffix(".py"), base / tail / "__init__.py")
                yield from (path for path in candidates if path.is_file())


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _names_defined(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a module-level statement defines, also inside ``if``, ``try``, ``with`` and ``for``."""
    for node in ast.walk(statement) if isinstance(statement, ast.If | ast.Try | ast.With | ast.For) else [statement]:
        if isinstance(node, Definition):
            yield node.name
            yield from explicit_names(node.decorator_list)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))


def _names_used(statement: ast.stmt) -> set[str]:
    """Return every name that a statement mentions: variables, parameters (fixtures) and strings (``usefixtures``)."""
    used: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, ast.arg):
            used.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            used.add(node.value)
    return used


def _autouse(modules: Iterable[Module]) -> Iterator[str]:
    """Yield the names of autouse fixtures."""
    for module in modules:
        for name, statements in module.names.items():
            decorators = (
                each for found in statements if isinstance(found, Definition) for each in found.decorator_list
            )
            words = (word for each in decorators if isinstance(each, ast.Call) for word in each.keywords)
            if any(word.arg == "autouse" for word in words):
                yield name
