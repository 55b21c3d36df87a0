"""Read the docstrings and markers of scenarios from their source, without importing it."""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dask_matrix.collect.scenario_set.fixtures import Function, requested

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

OLDEST_PYTHON = (3, 9)
"""Scenarios must parse as this Python."""


class DoesNotParse(Exception):
    """The source is not valid in the oldest target Python; ``line`` is where."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        super().__init__(f"not valid Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]}: {reason}")


@dataclass(frozen=True)
class Keyword:
    """One keyword argument of a marker. ``texts`` is None if its value is not a literal or constant of the file.

    ``has_comment``: a comment is on its line, or between it and the line before the marker.
    """

    name: str
    line: int
    texts: tuple[str, ...] | None
    has_comment: bool


@dataclass(frozen=True)
class DeclaredScenario:
    """One test function: its id without parameters, its docstring, its markers' keywords, and its fixtures' names."""

    id: str
    file: str
    line: int
    docstring: str
    keywords: tuple[Keyword, ...]
    fixtures: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The first line of the docstring."""
        return self.docstring.strip().partition("\n")[0].strip()

    def texts(self, name: str) -> list[str]:
        """Return the values of a keyword over all markers."""
        return [text for each in self.keywords if each.name == name for text in each.texts or ()]


def declared_scenarios(file: str, text: str) -> list[DeclaredScenario]:
    """Return the scenarios of a file; ``file`` is its path in the scenario folder. Raise DoesNotParse."""
    try:
        tree = ast.parse(text, feature_version=OLDEST_PYTHON)
    except (SyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, SyntaxError) and error.lineno else 1
        raise DoesNotParse(line, getattr(error, "msg", str(error))) from None
    return list(_Reader(file, tree, _comments(text)).scenarios())


def scenario_id(file: str, names: Sequence[str]) -> str:
    """Return the id the harness gives a test function, without parameters: ``futures/map/TestKept/computes``."""
    path = PurePosixPath(file)
    return "/".join([*path.parts[:-1], _without_prefix(path.stem), *names[:-1], _without_prefix(names[-1])])


class _Reader:
    """Reads one module. ``names`` maps its module-level assignments to their values."""

    def __init__(self, file: str, tree: ast.Module, comments: frozenset[int]) -> None:
        self.file, self.tree, self.comments = file, tree, comments
        self.names = dict(_assigned(tree.body))

    def scenarios(self) -> Iterator[DeclaredScenario]:
        """Yield the test functions of the module and of its test classes, in order."""
        inherited = self.names.get("pytestmark")
        yield from self._walk(self.tree.body, [], [inherited] if inherited else [])

    def _walk(
        self, body: Sequence[ast.stmt], classes: list[str], inherited: list[ast.expr]
    ) -> Iterator[DeclaredScenario]:
        for node in body:
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                own = dict(_assigned(node.body)).get("pytestmark")
                marks = [*inherited, *node.decorator_list, *([own] if own else [])]
                yield from self._walk(node.body, [*classes, node.name], marks)
            elif isinstance(node, Function) and node.name.startswith("test"):
                marks = [*inherited, *node.decorator_list]
                yield DeclaredScenario(
                    scenario_id(self.file, [*classes, node.name]),
                    self.file,
                    node.lineno,
                    ast.get_docstring(node) or "",
                    tuple(self._keywords(marks)),
                    requested(node, map(self._resolved, marks), method=bool(classes)),
                )

    def _keywords(self, marks: Iterable[ast.expr]) -> Iterator[Keyword]:
        for mark in marks:
            for call in ast.walk(self._resolved(mark)):
                if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("mark.scenario"):
                    for word in call.keywords:
                        has_comment = not self.comments.isdisjoint(range(call.lineno - 1, word.value.lineno + 1))
                        texts = self._texts(word.value)
                        yield Keyword(word.arg or "**", word.value.lineno, texts, has_comment)

    def _resolved(self, node: ast.expr) -> ast.expr:
        return self.names.get(node.id, node) if isinstance(node, ast.Name) else node

    def _texts(self, node: ast.expr) -> tuple[str, ...] | None:
        """Return the value of a literal, a list of them, or a constant of this file; None for anything else."""
        match self._resolved(node):
            case ast.Constant(value=str() | int() | float() as value):
                return (str(value),)
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                found = [self._texts(part.value if isinstance(part, ast.Starred) else part) for part in parts]
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                found = [self._texts(left), self._texts(right)]
            case _:
                return None
        return None if None in found else tuple(text for texts in found for text in texts or ())


def _assigned(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def _comments(text: str) -> frozenset[int]:
    """Return the numbers of the lines with a comment."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return frozenset(token.start[0] for token in tokens if token.type == tokenize.COMMENT)


def _without_prefix(name: str) -> str:
    return name.removeprefix("test_") or name


def lines_equal_to(text: str, mark: str) -> list[int]:
    """Return the 1-based numbers of the lines that consist of ``mark``, such as ``[[known]]``."""
    return [number for number, line in enumerate(text.splitlines(), start=1) if line.strip() == mark]
