"""Reads what scenarios say of themselves from their source, importing nothing: docstrings and markers."""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

OLDEST = (3, 9)
"""The Python that scenarios must parse as."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


class DoesNotParse(Exception):
    """The text is no Python that the oldest target understands; ``line`` is where."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        super().__init__(f"is no Python {OLDEST[0]}.{OLDEST[1]}: {reason}")


@dataclass(frozen=True)
class Keyword:
    """One keyword of a marker. ``texts`` is None where its value is not written out in the file.

    ``explained`` says whether a comment stands beside it, or between it and the line before the marker.
    """

    name: str
    line: int
    texts: tuple[str, ...] | None
    explained: bool


@dataclass(frozen=True)
class Stated:
    """One test function as it stands: its id without parameters, its docstring, and the keywords of all its markers."""

    id: str
    file: str
    line: int
    docstring: str
    keywords: tuple[Keyword, ...]

    @property
    def title(self) -> str:
        """The first line of the docstring."""
        return self.docstring.strip().partition("\n")[0].strip()

    def texts(self, name: str) -> list[str]:
        """Return the texts of a keyword, over all markers."""
        return [text for each in self.keywords if each.name == name for text in each.texts or ()]


def stated(file: str, text: str) -> list[Stated]:
    """Return the scenarios of a file, by its path in the scenario folder; raise DoesNotParse."""
    try:
        tree = ast.parse(text, feature_version=OLDEST)
    except (SyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, SyntaxError) and error.lineno else 1
        raise DoesNotParse(line, getattr(error, "msg", str(error))) from None
    return list(_Reader(file, tree, _comments(text)).scenarios())


def scenario_id(file: str, names: Sequence[str]) -> str:
    """Return the id the harness gives a test function, without parameters: ``futures/map/TestKept/computes``."""
    path = PurePosixPath(file)
    return "/".join([*path.parts[:-1], _plain(path.stem), *names[:-1], _plain(names[-1])])


class _Reader:
    """Walks one module. ``names`` are what its assignments at the top give."""

    def __init__(self, file: str, tree: ast.Module, comments: frozenset[int]) -> None:
        self.file, self.tree, self.comments = file, tree, comments
        self.names = dict(_assigned(tree.body))

    def scenarios(self) -> Iterator[Stated]:
        """Yield the test functions at the top and in the test classes, in order."""
        around = self.names.get("pytestmark")
        yield from self._within(self.tree.body, [], [around] if around else [])

    def _within(self, body: Sequence[ast.stmt], classes: list[str], around: list[ast.expr]) -> Iterator[Stated]:
        for node in body:
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                own = dict(_assigned(node.body)).get("pytestmark")
                marks = [*around, *node.decorator_list, *([own] if own else [])]
                yield from self._within(node.body, [*classes, node.name], marks)
            elif isinstance(node, Function) and node.name.startswith("test"):
                keywords = self._keywords([*around, *node.decorator_list])
                docstring = ast.get_docstring(node) or ""
                found = scenario_id(self.file, [*classes, node.name])
                yield Stated(found, self.file, node.lineno, docstring, tuple(keywords))

    def _keywords(self, marks: Iterable[ast.expr]) -> Iterator[Keyword]:
        for mark in marks:
            for call in ast.walk(self._resolved(mark)):
                if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("mark.scenario"):
                    for word in call.keywords:
                        explained = not self.comments.isdisjoint(range(call.lineno - 1, word.value.lineno + 1))
                        texts = self._texts(word.value)
                        yield Keyword(word.arg or "**", word.value.lineno, texts, explained)

    def _resolved(self, node: ast.expr) -> ast.expr:
        return self.names.get(node.id, node) if isinstance(node, ast.Name) else node

    def _texts(self, node: ast.expr) -> tuple[str, ...] | None:
        """Return a text or a list of texts as it is written out, also by names of this file; None if it is not."""
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
    """Return the lines that hold a comment."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return frozenset(token.start[0] for token in tokens if token.type == tokenize.COMMENT)


def _plain(name: str) -> str:
    return name.removeprefix("test_") or name


def lines_of(text: str, mark: str) -> list[int]:
    """Return the lines, from 1, that are nothing but a mark such as ``[[known]]``."""
    return [number for number, line in enumerate(text.splitlines(), start=1) if line.strip() == mark]
