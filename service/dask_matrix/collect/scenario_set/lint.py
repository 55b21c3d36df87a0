"""Checks a scenario set as it stands: importing nothing of it, and by what was seen of it where there is evidence."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING, Any

from dask_matrix.collect.scenario_set import known_failures
from dask_matrix.collect.scenario_set.catalog import test_files
from dask_matrix.collect.scenario_set.config import InvalidConfig
from dask_matrix.collect.scenario_set.declarations import DoesNotParse, Stated, lines_of, stated
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

LONGEST = 120
"""Characters of a title."""
COSTLY = 1.0
"""Median seconds, on the clock, from which a scenario is costly; its body should take 0.15 s of CPU."""
NAMED = 3
"""Environments named in one warning."""
KEYWORDS = ("issue", "covers", "since", "until", "formerly", "timeout", "memory", "output")
PUBLIC = re.compile(r"(dask|distributed)(\.([A-Za-z]\w*|__[a-z]\w*__))*")
"""Operators and protocols are public by the names the language gives them: ``dask.array.Array.__getitem__``."""


@dataclass(frozen=True, order=True)
class Finding:
    """Something to mend: where, and what. A warning does not make lint fail."""

    file: str
    line: int
    message: str
    warning: bool = False

    @property
    def area(self) -> str:
        """The first folder of its file."""
        return self.file.partition("/")[0] if "/" in self.file else ""

    def said(self, before: str = "") -> str:
        """Return it as one line that an editor can follow; ``before`` leads to the scenario folder."""
        return f"{before}{self.file}:{self.line}: {'warning: ' if self.warning else ''}{self.message}"

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        level = "warning" if self.warning else "error"
        return {"file": self.file, "line": self.line, "level": level, "message": self.message}


@dataclass
class Linted:
    """A scenario set as it was read: its scenarios, and what is to be mended."""

    scenarios: list[Stated] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def of(self, areas: list[str]) -> Linted:
        """Return what concerns some areas, all of it if none is named; raise UnknownName (of an area)."""
        files = {each.file for each in self.scenarios} | {each.file for each in self.findings}
        there = sorted({file.partition("/")[0] for file in files if "/" in file})
        for area in areas:
            if area not in there:
                raise UnknownName("area", area, there)
        if not areas:
            return Linted(self.scenarios, sorted(self.findings))
        scenarios = [each for each in self.scenarios if each.file.partition("/")[0] in areas]
        return Linted(scenarios, sorted(each for each in self.findings if each.area in areas))


def lint(folder: Path, day: date) -> Linted:
    """Read a scenario set and say what is wrong with it on a day; raise NoScenarios."""
    found = Linted()
    for path in test_files(folder):
        file = path.relative_to(folder).as_posix()
        try:
            found.scenarios += stated(file, path.read_text(encoding="utf-8", errors="replace"))
        except DoesNotParse as error:
            found.findings.append(Finding(file, error.line, str(error)))
    for each in found.scenarios:
        for rule in (_title, _covers, _links, _range, _words):
            found.findings += rule(each)
    found.findings += [*_twice(found.scenarios), *_former(found.scenarios), *_known(folder, found.scenarios, day)]
    return found


def seen(scenarios: Iterable[Stated], matrix: Matrix) -> Iterator[Finding]:
    """Yield, as warnings, what the evidence shows: which scenarios wavered, are costly, or turn without a story."""
    here = {each.id: each for each in scenarios}
    for row in matrix.scenarios:
        if (each := here.get(row.id.partition("[")[0])) is None:
            continue
        cells = list(zip(matrix.environments, matrix.row(row), strict=True))
        wavered = [environment.label for environment, cell in cells if cell.verdict is Verdict.FLAKY]
        if wavered:
            more = f" and {len(wavered) - NAMED} more" if len(wavered) > NAMED else ""
            where = "; ".join(wavered[:NAMED])
            yield _at(each, f"{row.id} wavered in {where}{more}: `lint --verify 5` tells how often", warning=True)
        if matrix.turns(row) and not each.texts("issue"):
            yield _at(each, f"{row.id} turns between environments: name its story, issue=", warning=True)
        took = [cell.seconds for _, cell in cells if cell.executions]
        if took and median(took) > COSTLY:
            told = f"{row.id} takes {median(took):.1f} s (median of {len(took)} environments): make it cheaper"
            yield _at(each, told, warning=True)


def _at(scenario: Stated, message: str, *, warning: bool = False) -> Finding:
    return Finding(scenario.file, scenario.line, message, warning)


def _title(scenario: Stated) -> Iterator[Finding]:
    title = scenario.title
    rules: list[tuple[bool, str]] = [
        (not title, "has no docstring: its first line is the row's title"),
        (title.startswith(TODO), "its title is still to be written"),
        (
            bool(re.match(r"tests?\b", title, re.IGNORECASE)),
            "its title begins with Test: say what holds, not what is done",
        ),
        (bool(title) and not title.endswith("."), f"its title is no sentence: no full stop ends {title[-30:]!r}"),
        (bool(re.search(r"[a-z)\]`'\"][.!?] +[A-Z]", title)), "its title is more than one sentence"),
        (len(title) >= LONGEST, f"its title has {len(title)} characters: stay under {LONGEST}"),
    ]
    yield from (_at(scenario, f"{scenario.id}: {told}") for wrong, told in rules if wrong)


def _covers(scenario: Stated) -> Iterator[Finding]:
    words = [each for each in scenario.keywords if each.name == "covers"]
    if not any(each.texts is None or each.texts for each in words):
        yield _at(scenario, f'{scenario.id}: has no covers=["dask…"]: name the public API it exercises')
    for each in words:
        for name in each.texts or ():
            if not PUBLIC.fullmatch(name):
                yield _word(scenario, each, f"{name!r} is no public dotted name of dask or distributed")


def _links(scenario: Stated) -> Iterator[Finding]:
    for each in scenario.keywords:
        for text in (each.texts or ()) if each.name == "issue" else ():
            if not re.fullmatch(r"https?://[^\s/]+/\S+", text):
                yield _word(scenario, each, f"{text!r} is no http link")


def _range(scenario: Stated) -> Iterator[Finding]:
    for each in scenario.keywords:
        if each.name in {"since", "until"}:
            for text in each.texts or ():
                try:
                    Release.parse(text)
                except InvalidRelease as error:
                    yield _word(scenario, each, str(error))
            if not each.explained:
                yield _word(scenario, each, "say why in a comment beside or above it")


def _words(scenario: Stated) -> Iterator[Finding]:
    for each in scenario.keywords:
        if each.name not in KEYWORDS:
            yield _word(scenario, each, f"no such keyword; there are {', '.join(KEYWORDS)}")
        elif each.texts is None:
            yield _word(scenario, each, "cannot be read: write it out, or as a constant of the same file")


def _word(scenario: Stated, word: Keyword, message: str) -> Finding:
    return Finding(scenario.file, word.line, f"{scenario.id}: {word.name}: {message}")


def _twice(scenarios: Iterable[Stated]) -> Iterator[Finding]:
    """Yield what two scenarios share that each must have for itself."""
    told: dict[str, Callable[[Stated], str]] = {"id": lambda each: each.id, "title": lambda each: each.title.casefold()}
    for what, of in told.items():
        groups: dict[str, list[Stated]] = defaultdict(list)
        for each in scenarios:
            groups[of(each)].append(each)
        for first, *others in (group for value, group in groups.items() if value):
            for other in others:
                yield _at(other, f"{other.id}: has the {what} of {first.file}:{first.line}")


def _former(scenarios: Iterable[Stated]) -> Iterator[Finding]:
    there = {each.id: each for each in scenarios}
    for scenario in there.values():
        for each in scenario.keywords:
            for former in (each.texts or ()) if each.name == "formerly" else ():
                if other := there.get(former.partition("[")[0]):
                    yield _word(scenario, each, f"{former!r} is in use, in {other.file}:{other.line}")


def _known(folder: Path, scenarios: Iterable[Stated], day: date) -> Iterator[Finding]:
    """Yield the entries of known.toml that speak of nothing, or are not believed any more."""
    path = folder / known_failures.NAME
    try:
        entries = known_failures.load(folder)
    except InvalidConfig as error:
        yield from (Finding(known_failures.NAME, 1, line.removeprefix(f"{path}: ")) for line in str(error).splitlines())
        return
    lines = lines_of(path.read_text(encoding="utf-8"), "[[known]]") if entries else []
    places = lines if len(lines) == len(entries) else [1] * len(entries)
    ids = [each.id for each in scenarios]
    for line, entry in zip(places, entries, strict=True):
        plain = replace(entry, scenario=entry.scenario.partition("[")[0])
        if not any(map(plain.speaks_of_row, ids)):
            yield Finding(known_failures.NAME, line, f"{entry.scenario}: there is no such scenario")
        if day >= entry.expires:
            yield Finding(
                known_failures.NAME,
                line,
                f"{entry.scenario}: expired on {entry.expires}: look again, renew or remove it",
            )
