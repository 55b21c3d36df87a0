"""Collected scenarios: their ids, records, and results that need no execution."""

from __future__ import annotations

import hashlib
import inspect
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Callable

import pytest

from . import naming
from .marker import BadMarker, Declaration, declared


@dataclass(frozen=True)
class PresetResult:
    """A result known without execution: the scenario could not be collected, or does not apply to the release."""

    outcome: str
    reason: str = ""
    exception: dict[str, str] | None = None
    traceback: str = ""
    phase: str = "collection"


@dataclass(frozen=True)
class Scenario:
    """One collected scenario. `item` is None if its file could not be collected."""

    id: str
    file: str
    fingerprint: str
    item: pytest.Item | None = None
    owner: str = ""
    function: str = ""
    title: str = ""
    description: str = ""
    line: int = 1
    source: str = ""
    declaration: Declaration = field(default_factory=Declaration)
    preset: PresetResult | None = None

    @property
    def origin(self) -> str:
        """`file::name` of the top-level function or class it comes from; the file where there is none."""
        return f"{self.file}::{self.owner}" if self.owner else self.file

    def record(self) -> dict[str, Any]:
        """The fields of its `scenario` record."""
        return {
            "scenario": self.id,
            "title": self.title,
            "description": self.description,
            "area": naming.area_of(self.file),
            "file": self.file,
            "function": self.function,
            "line": self.line,
            "source": self.source,
            "issues": list(self.declaration.issues),
            "covers": list(self.declaration.covers),
            "since": self.declaration.since,
            "until": self.declaration.until,
            "formerly": list(self.declaration.formerly),
            "fingerprint": self.fingerprint,
        }


class Catalogue:
    """Makes scenarios, each with a unique id, from what pytest collects in one folder."""

    def __init__(self, tests: Path, fingerprints: dict[str, str]) -> None:
        self._tests = tests
        self._fingerprints = fingerprints
        self._ids: set[str] = set()
        self._named: dict[pytest.Item, str] = {}

    def name(self, item: pytest.Item) -> str:
        """The id of `item`. Ask for all items before any is deselected: ids must not depend on the selection."""
        if item not in self._named:
            classes, name, parameters = _parts(item)
            preferred = naming.scenario_id(self._relative(item.path), [*classes, name], parameters)
            self._named[item] = self._unique_id(preferred, item.nodeid)
        return self._named[item]

    def of_item(self, item: pytest.Item) -> Scenario:
        """The scenario of one collected test."""
        file = self._relative(item.path)
        classes, name, _ = _parts(item)
        owner = [*classes, name][0]
        text = _source_of(getattr(item, "function", None))
        scenario = Scenario(
            id=self.name(item),
            file=file,
            fingerprint=self._fingerprint(item.path, owner),
            item=item,
            owner=owner,
            function="::".join([*classes, name]),
            title=text.description.partition("\n")[0] or naming.in_words(name),
            description=text.description,
            line=text.line if text.path in (None, item.path) else 1,
            source=text.source,
        )
        return _declared(scenario, item)

    def of_file(self, path: Path, preset: PresetResult, classes: Sequence[str] = ()) -> Scenario:
        """The scenario that represents a file, or a class in it, that could not be collected."""
        file = self._relative(path)
        return Scenario(
            id=self._unique_id(naming.scenario_id(file, classes), file),
            file=file,
            fingerprint=self._fingerprint(path, *classes[:1]),
            owner=next(iter(classes), ""),
            function="::".join(classes),
            title=naming.in_words(classes[-1] if classes else path.stem),
            preset=preset,
        )

    def files(self, paths: Iterable[Path]) -> dict[str, str]:
        """File -> fingerprint of the whole file."""
        return {self._relative(path): self._fingerprint(path) for path in paths}

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._tests).as_posix() if self._tests in path.parents else path.name

    def _fingerprint(self, path: Path, owner: str = "") -> str:
        file = self._relative(path)
        known = self._fingerprints.get(f"{file}::{owner}") or self._fingerprints.get(file)
        return known or _hash_of(path)

    def _unique_id(self, preferred: str, node: str) -> str:
        """`preferred`, with a hash of `node` appended if the id is taken, as by `testfoo` and `test_testfoo`."""
        if preferred in self._ids:
            digest = hashlib.sha256(f"{node}{len(self._ids)}".encode("utf-8", "replace")).hexdigest()[:8]
            preferred = f"{preferred[: naming.ID_LIMIT - 9]}~{digest}"
        self._ids.add(preferred)
        return preferred


def _parts(item: pytest.Item) -> tuple[list[str], str, str]:
    """A test's enclosing classes, its name as collected, and its parameters in brackets."""
    classes = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    name = getattr(item, "originalname", None) or item.name
    return classes, name, item.name[len(name) :] if item.name.startswith(name) else ""


def _declared(scenario: Scenario, item: pytest.Item) -> Scenario:
    try:
        return replace(scenario, declaration=declared(item))
    except BadMarker as problem:
        text = f"{scenario.file}::{scenario.function}: {problem}"
        exception = {"type": "harness.marker.BadMarker", "message": text}
        return replace(scenario, preset=PresetResult("errored", text, exception, text))


@dataclass(frozen=True)
class _FunctionSource:
    """A function's docstring and source. `line` is that of its first decorator, from 1."""

    description: str = ""
    source: str = ""
    line: int = 1
    path: Path | None = None


@cache
def _source_of(function: Callable[..., Any] | None) -> _FunctionSource:
    if function is None:
        return _FunctionSource()
    description = inspect.cleandoc(function.__doc__ or "")
    try:
        original = inspect.unwrap(function)
        lines, line = inspect.getsourcelines(original)
        return _FunctionSource(
            description, textwrap.dedent("".join(lines)), line, Path(inspect.getfile(original)).resolve()
        )
    except (OSError, TypeError, ValueError):
        return _FunctionSource(description)


@cache
def _hash_of(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError:
        return "0" * 16
