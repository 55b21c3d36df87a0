"""Check a scenario set: from its source, without importing it, and from its recorded results if there are any."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Any

from dask_matrix.collect.scenario_set import known_failures
from dask_matrix.collect.scenario_set.catalog import test_files
from dask_matrix.collect.scenario_set.config import InvalidConfig
from dask_matrix.collect.scenario_set.declarations import (
    DeclaredScenario,
    DoesNotParse,
    declared_scenarios,
    lines_equal_to,
)
from dask_matrix.collect.scenario_set.fixtures import available, conftests, defined_names
from dask_matrix.collect.scenario_set.scaffold import TODO
from dask_matrix.domain.environments.release import InvalidRelease, Release
from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.records.outcome import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from dask_matrix.collect.scenario_set.declarations import Keyword
    from dask_matrix.domain.matrix.matrix import Matrix

TITLE_LIMIT = 120
"""A title must be shorter than this, in characters."""
SLOW = 1.0
"""Median wall-clock seconds above which a scenario is slow; its body should take 0.15 s of CPU."""
LISTED = 3
"""Environments listed in one warning."""
KEYWORDS = ("issue", "covers", "since", "until", "formerly", "timeout", "memory", "output")
PUBLIC = re.compile(r"(dask|distributed)(\.([A-Za-z]\w*|__[a-z]\w*__))*")
"""Special methods are public too: ``dask.array.Array.__getitem__``."""


@dataclass(frozen=True, order=True)
class Finding:
    """A problem and its location. A warning does not make lint fail."""

    file: str
    line: int
    message: str
    warning: bool = False

    @property
    def area(self) -> str:
        """The first folder of the file's path."""
        return self.file.partition("/")[0] if "/" in self.file else ""

    def format(self, prefix: str = "") -> str:
        """Return it as one line that editors can parse; ``prefix`` is the path of the scenario folder."""
        return f"{prefix}{self.file}:{self.line}: {'warning: ' if self.warning else ''}{self.message}"

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON."""
        level = "warning" if self.warning else "error"
        return {"file": self.file, "line": self.line, "level": level, "message": self.message}


@dataclass
class LintReport:
    """The scenarios of a set, and the problems found."""

    scenarios: list[DeclaredScenario] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def for_areas(self, areas: list[str]) -> LintReport:
        """Return the part for some areas, everything if none is given; raise UnknownName for an area."""
        files = {each.file for each in self.scenarios} | {each.file for each in self.findings}
        known = sorted({file.partition("/")[0] for file in files if "/" in file})
        for area in areas:
            if area not in known:
                raise UnknownName("area", area, known)
        if not areas:
            return LintReport(self.scenarios, sorted(self.findings))
        scenarios = [each for each in self.scenarios if each.file.partition("/")[0] in areas]
        return LintReport(scenarios, sorted(each for each in self.findings if each.area in areas))


def lint(folder: Path, day: date) -> LintReport:
    """Check the source of a scenario set; ``day`` decides which known failures expired. Raise NoScenarios."""
    report = LintReport()
    for path in test_files(folder):
        file = path.relative_to(folder).as_posix()
        try:
            report.scenarios += declared_scenarios(file, path.read_text(encoding="utf-8", errors="replace"))
        except DoesNotParse as error:
            report.findings.append(Finding(file, error.line, str(error)))
    for each in report.scenarios:
        for rule in (_title, _covers, _links, _release_range, _keywords):
            report.findings += rule(each)
    report.findings += [
        *_fixtures(folder, report.scenarios),
        *_duplicates(report.scenarios),
        *_former_ids(report.scenarios),
        *_known_failures(folder, report.scenarios, day),
    ]
    return report


def lint_results(scenarios: Iterable[DeclaredScenario], matrix: Matrix) -> Iterator[Finding]:
    """Yield warnings from the recorded results: scenarios that are flaky, slow, or change without a linked issue."""
    by_id = {each.id: each for each in scenarios}
    for row in matrix.scenarios:
        if (each := by_id.get(row.id.partition("[")[0])) is None:
            continue
        cells = list(zip(matrix.environments, matrix.row(row), strict=True))
        flaky = [environment.label for environment, cell in cells if cell.verdict is Verdict.FLAKY]
        if flaky:
            more = f" and {len(flaky) - LISTED} more" if len(flaky) > LISTED else ""
            where = "; ".join(flaky[:LISTED])
            yield _at(
                each,
                f"{row.id} is flaky in {where}{more}: run `lint --verify 5` to see how often it fails",
                warning=True,
            )
        if matrix.changes(row) and not each.texts("issue"):
            yield _at(each, f"{row.id} changes between environments: link the issue with issue=", warning=True)
        durations = [cell.seconds for _, cell in cells if cell.executions]
        if durations and median(durations) > SLOW:
            message = (
                f"{row.id} takes {median(durations):.1f} s (median of {len(durations)} environments): make it faster"
            )
            yield _at(each, message, warning=True)


def _at(scenario: DeclaredScenario, message: str, *, warning: bool = False) -> Finding:
    return Finding(scenario.file, scenario.line, message, warning)


def _title(scenario: DeclaredScenario) -> Iterator[Finding]:
    title = scenario.title
    rules: list[tuple[bool, str]] = [
        (not title, "no docstring: its first line is the scenario's title"),
        (title.startswith(TODO), "its title is still a TODO"),
        (
            bool(re.match(r"tests?\b", title, re.IGNORECASE)),
            "its title begins with Test: state the behaviour, not what the test does",
        ),
        (bool(title) and not title.endswith("."), f"its title does not end with a full stop: {title[-30:]!r}"),
        (bool(re.search(r"[a-z)\]`'\"][.!?] +[A-Z]", title)), "its title is more than one sentence"),
        (len(title) >= TITLE_LIMIT, f"its title has {len(title)} characters: keep it under {TITLE_LIMIT}"),
    ]
    yield from (_at(scenario, f"{scenario.id}: {problem}") for is_wrong, problem in rules if is_wrong)


def _covers(scenario: DeclaredScenario) -> Iterator[Finding]:
    words = [each for each in scenario.keywords if each.name == "covers"]
    if not any(each.texts is None or each.texts for each in words):
        yield _at(scenario, f'{scenario.id}: no covers=["dask…"]: list the public API it exercises')
    for each in words:
        for name in each.texts or ():
            if not PUBLIC.fullmatch(name):
                yield _at_keyword(scenario, each, f"{name!r} is not a public dotted name in dask or distributed")


def _links(scenario: DeclaredScenario) -> Iterator[Finding]:
    for each in scenario.keywords:
        for text in (each.texts or ()) if each.name == "issue" else ():
            if not re.fullmatch(r"https?://[^\s/]+/\S+", text):
                yield _at_keyword(scenario, each, f"{text!r} is not an http link")


def _release_range(scenario: DeclaredScenario) -> Iterator[Finding]:
    for each in scenario.keywords:
        if each.name in {"since", "until"}:
            for text in each.texts or ():
                try:
                    Release.parse(text)
                except InvalidRelease as error:
                    yield _at_keyword(scenario, each, str(error))
            if not each.has_comment:
                yield _at_keyword(scenario, each, "explain why in a comment above it or on its line")


def _keywords(scenario: DeclaredScenario) -> Iterator[Finding]:
    for each in scenario.keywords:
        if each.name not in KEYWORDS:
            yield _at_keyword(scenario, each, f"unknown keyword; use one of {', '.join(KEYWORDS)}")
        elif each.texts is None:
            yield _at_keyword(
                scenario, each, "cannot be read from the source: use a literal or a constant of the same file"
            )


def _fixtures(folder: Path, scenarios: Iterable[DeclaredScenario]) -> Iterator[Finding]:
    """Yield the fixtures that do not exist: neither in the file, nor in a conftest above it, nor in pytest."""
    names_in = cache(defined_names)
    for each in scenarios:
        file = folder / each.file
        known = available([file, *conftests(file.parent)], names_in)
        for name in each.fixtures if known is not None else ():
            if name not in (known or ()):
                close = get_close_matches(name, known or (), n=1)
                hint = f"did you mean {close[0]!r}?" if close else "define it in the file or in a conftest.py"
                yield _at(each, f"{each.id}: no fixture {name!r}: {hint}")


def _at_keyword(scenario: DeclaredScenario, word: Keyword, message: str) -> Finding:
    return Finding(scenario.file, word.line, f"{scenario.id}: {word.name}: {message}")


def _duplicates(scenarios: Iterable[DeclaredScenario]) -> Iterator[Finding]:
    """Yield scenarios that share an id or a title."""
    unique: dict[str, Callable[[DeclaredScenario], str]] = {
        "id": lambda each: each.id,
        "title": lambda each: each.title.casefold(),
    }
    for what, of in unique.items():
        groups: dict[str, list[DeclaredScenario]] = defaultdict(list)
        for each in scenarios:
            groups[of(each)].append(each)
        for first, *others in (group for value, group in groups.items() if value):
            for other in others:
                yield _at(other, f"{other.id}: same {what} as {first.file}:{first.line}")


def _former_ids(scenarios: Iterable[DeclaredScenario]) -> Iterator[Finding]:
    by_id = {each.id: each for each in scenarios}
    for scenario in by_id.values():
        for each in scenario.keywords:
            for former in (each.texts or ()) if each.name == "formerly" else ():
                if other := by_id.get(former.partition("[")[0]):
                    yield _at_keyword(scenario, each, f"{former!r} is still in use in {other.file}:{other.line}")


def _known_failures(folder: Path, scenarios: Iterable[DeclaredScenario], day: date) -> Iterator[Finding]:
    """Yield the invalid entries of known.toml: those that match no scenario, and expired ones."""
    path = folder / known_failures.NAME
    try:
        entries = known_failures.load(folder)
    except InvalidConfig as error:
        yield from (Finding(known_failures.NAME, 1, line.removeprefix(f"{path}: ")) for line in str(error).splitlines())
        return
    lines = lines_equal_to(path.read_text(encoding="utf-8"), "[[known]]") if entries else []
    numbers = lines if len(lines) == len(entries) else [1] * len(entries)
    ids = [each.id for each in scenarios]
    for line, entry in zip(numbers, entries, strict=True):
        without_parameters = replace(entry, scenario=entry.scenario.partition("[")[0])
        if not any(map(without_parameters.covers_scenario, ids)):
            yield Finding(known_failures.NAME, line, f"{entry.scenario}: no such scenario")
        if day >= entry.expires:
            yield Finding(
                known_failures.NAME,
                line,
                f"{entry.scenario}: expired on {entry.expires}: check it again, then renew or remove the entry",
            )
