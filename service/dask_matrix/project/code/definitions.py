"""The user's own functions and classes: what they are given, what they give, and which classes of Dask they extend."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dask_matrix.project.code.annotations import annotated
from dask_matrix.project.code.calls import result
from dask_matrix.project.code.canonical_names import canonical, is_class, of_dask
from dask_matrix.project.code.class_members import members
from dask_matrix.project.code.file_state import Later
from dask_matrix.project.code.inferred_values import (
    NOTHING,
    UNKNOWN,
    Class,
    Kinds,
    Named,
    Routine,
    Thing,
    keyed,
    many,
    one,
    row,
    union,
)
from dask_matrix.project.code.passthrough import Call
from dask_matrix.project.code.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.project.code.expressions import Expressions
    from dask_matrix.project.code.file_state import Reading

Function = ast.FunctionDef | ast.AsyncFunctionDef
PROPERTIES = frozenset({"builtins.property", "functools.cached_property"})
FIXTURES = frozenset({"pytest.fixture", "pytest_asyncio.fixture"})
"""Decorators of functions whose results pytest hands to parameters of their name."""


def define(expressions: Expressions, node: Function) -> None:
    """Give a function its name; its body is read once the code around it is."""
    reading = expressions.reading
    decorators = [(each, expressions.value(each)) for each in node.decorator_list]
    for default in (*node.args.defaults, *node.args.kw_defaults):
        expressions.value(default)
    in_class = reading.scope.sort == "class"
    names = _names(node.decorator_list, [kinds for _, kinds in decorators])
    sort = _sort(names) if in_class else "function"
    routine = Routine(_key(reading.scope, node.name), tuple(each.arg for each in _by_place(node.args)), sort)
    reading.later.append(Later(node, reading.scope, reading.cell, _first(reading.scope, sort)))
    if names & FIXTURES:
        reading.learn(one(routine), "fixture", _folder_or_file(reading.file), node.name)
    if not names & {"setter", "deleter"}:
        reading.scope.set(node.name, _decorated(reading, routine, decorators, names))


def _names(nodes: list[ast.expr], decorators: list[Kinds]) -> set[str]:
    """Return the dotted names of decorators, called or not, and the last part of ``@x.setter``."""
    last = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    functions = [node.func for node in nodes if isinstance(node, ast.Call)]
    last |= {node.attr for node in functions if isinstance(node, ast.Attribute)}
    named = {value.name for kinds in decorators for value in kinds if isinstance(value, Named)}
    return named | {name for name in last if name in {"setter", "deleter"}} | {f"pytest.{name}" for name in last}


def _sort(names: set[str]) -> str:
    if "builtins.staticmethod" in names:
        return "static"
    return "class" if "builtins.classmethod" in names else "method"


def _key(scope: Scope, name: str) -> str:
    return f"{scope.key}{name}" if scope.sort == "module" else f"{scope.key}.{name}"


def _first(scope: Scope, sort: str) -> Kinds:
    """Return what a method's first parameter stands for."""
    if sort not in {"method", "class"}:
        return NOTHING
    return one(Thing(scope.key) if sort == "method" else Class(scope.key))


def _decorated(reading: Reading, routine: Routine, decorators: list[tuple[ast.expr, Kinds]], names: set[str]) -> Kinds:
    """Return what a function's name stands for: decorated by one of Dask's, something else than the function."""
    if names & PROPERTIES and routine.sort == "method":
        return reading.know("return", routine.key) or NOTHING
    kinds = one(routine)
    for node, decorator in reversed(decorators):
        dasks = frozenset(value for value in decorator if not (isinstance(value, Named) and not of_dask(value.name)))
        kinds = result(reading, dasks - _routines(dasks), Call(node, (kinds,))) or kinds
    return kinds


def _routines(kinds: Kinds) -> Kinds:
    return frozenset(value for value in kinds if isinstance(value, Routine | Class))


def _folder_or_file(file: str) -> str:
    """Return where a file's fixtures are seen: a conftest's in its folder and below, others in their file."""
    folder, _, name = file.rpartition("/")
    return f"{folder}/" if name == "conftest.py" else file


def enter(expressions: Expressions, later: Later) -> None:
    """Make a function's scope the reading's, with its parameters."""
    reading, node = expressions.reading, later.node
    reading.cell = later.cell
    key = _key(later.scope, node.name)
    scope = Scope(key, later.scope)
    reading.scope = later.scope
    for parameter in _by_place(node.args):
        scope.names[parameter.arg] = _parameter(expressions, key, parameter)
    for name, default in _defaults(node.args):
        scope.names[name] = scope.names[name] or expressions.quiet(default)
    if node.args.vararg:
        scope.names[node.args.vararg.arg] = many(annotated(expressions, node.args.vararg.annotation))
    if node.args.kwarg:
        scope.names[node.args.kwarg.arg] = keyed(annotated(expressions, node.args.kwarg.annotation))
    first = next((each.arg for each in _by_place(node.args)), "")
    if later.first and first:
        scope.first, scope.names[first] = first, later.first
    reading.learn(annotated(expressions, node.returns), "return", key)
    reading.scope = scope


def _by_place(arguments: ast.arguments) -> list[ast.arg]:
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    by_place = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(reversed(by_place), reversed(arguments.defaults), strict=False)]
    for parameter, default in (*pairs, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)):
        if default is not None:
            yield parameter.arg, default


def _parameter(expressions: Expressions, key: str, parameter: ast.arg) -> Kinds:
    """Return what a parameter stands for: as annotated, else as all calls of the user's give it, else as a fixture."""
    said = annotated(expressions, parameter.annotation)
    if said:
        return said
    reading = expressions.reading
    given = reading.know("parameter", key, parameter.arg) or _fixture(reading, parameter.arg)
    return NOTHING if UNKNOWN in given else given


def _fixture(reading: Reading, name: str) -> Kinds:
    """Return what a pytest fixture of this name gives in this file."""
    if not _tests(reading.file):
        return NOTHING
    places = [reading.file]
    folder = reading.file
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        places.append(f"{folder}/")
    for place in (*places, "/"):
        for routine in reading.know("fixture", place, name) or NOTHING:
            if isinstance(routine, Routine):
                given = [reading.know(sort, routine.key) or NOTHING for sort in ("return", "yield")]
                return union(given)
    return NOTHING


def _tests(file: str) -> bool:
    name = file.rpartition("/")[2]
    return name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py")


def extend(expressions: Expressions, node: ast.ClassDef) -> Scope:
    """Begin a class: learn what it extends. Return its scope."""
    reading = expressions.reading
    for each in (*node.decorator_list, *(word.value for word in node.keywords)):
        expressions.value(each)
    bases = [_base(expressions, each) for each in node.bases]
    scope = Scope(_key(reading.scope, node.name), reading.scope, "class")
    reading.learn(row(bases), "bases", scope.key)
    for base in union(bases):
        if isinstance(base, Named) and of_dask(base.name) and is_class(base.name):
            _note_members(reading, canonical(base.name), node)
    return scope


def _base(expressions: Expressions, node: ast.expr) -> Kinds:
    """Read a class's base; ``Base[X]`` is ``Base``."""
    return expressions.value(node.value if isinstance(node, ast.Subscript) else node)


def _note_members(reading: Reading, base: str, node: ast.ClassDef) -> None:
    """Note the members of Dask's class that the user's class has in their place: a plugin's ``setup``."""
    for statement in node.body:
        if isinstance(statement, Function) and statement.name in (members(base) or ()):
            place = ast.copy_location(ast.Pass(), statement)
            place.end_lineno = statement.lineno
            reading.note(f"{base}.{statement.name}", place)
