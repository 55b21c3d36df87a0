"""Answer an upgrade question: what breaks and what is fixed between two releases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.environments.environment import Python, packages
from dask_matrix.domain.environments.release import Release, named
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.upgrades import reasons
from dask_matrix.domain.upgrades.answer import (
    Answer,
    Evidence,
    Finding,
    FindingSide,
    MissingEvidence,
    NewWarning,
    Question,
    Safety,
    Step,
    VersionDifference,
)
from dask_matrix.domain.upgrades.comparison import Accepted, Comparison, compare, representative_column
from dask_matrix.domain.upgrades.context import Context
from dask_matrix.domain.upgrades.environment_diff import new_warnings
from dask_matrix.domain.upgrades.labels import column, listed
from dask_matrix.domain.upgrades.lock_diff import lane_comparison, packages_changed
from dask_matrix.domain.upgrades.missing_evidence import TestedReleases
from dask_matrix.domain.upgrades.nearest_environment import nearest, version_caveat, version_differences
from dask_matrix.domain.upgrades.path import UpgradePath, between, specifier
from dask_matrix.domain.upgrades.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime

    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.records.records import Warned as Given
    from dask_matrix.domain.upgrades.columns import ColumnSets

PYTHON = "python"
"""The key of the interpreter in ``Question.have``."""


@dataclass(frozen=True)
class Span:
    """When the oldest and the newest result of an environment were recorded."""

    oldest: datetime
    newest: datetime


def _no_warnings(_: str) -> Mapping[str, tuple[Given, ...]]:
    return {}


@dataclass(frozen=True)
class UpgradeEvidence:
    """Evidence besides the matrix: for each environment the span of its results and its warnings; and the context."""

    spans: Mapping[str, Span] = field(default_factory=dict)
    warnings: Callable[[str], Mapping[str, tuple[Given, ...]]] = _no_warnings
    context: Context = field(default_factory=Context)


@dataclass(frozen=True)
class _Move:
    """A question, the environments that represent its two releases, and their comparison."""

    column_sets: ColumnSets
    question: Question
    scope: int
    python: Python | None
    start: Environment | None
    target: Environment | None
    accepts: Accepted
    compared: Comparison
    differences: tuple[VersionDifference, ...]

    @property
    def columns(self) -> list[Environment]:
        """The environments that exist, each once."""
        return list({each.key: each for each in (self.start, self.target) if each}.values())


def upgrade(column_sets: ColumnSets, question: Question, evidence: UpgradeEvidence | None = None) -> Answer:
    """Answer an upgrade question; releases without evidence make it unknown, never an error.

    The target may be ``main``; ``latest`` is the newest release that was tested. Raises InvalidRelease and InvalidPython, and UnknownName for a profile, an area or a
    scenario that does not exist, and for ``main`` if it has not been tested.
    """
    evidence = evidence or UpgradeEvidence()
    asked = question
    target = question.target if question.target == MAIN else str(named(question.target, column_sets.releases))
    question = question.model_copy(update={"start": str(named(question.start, column_sets.releases)), "target": target})
    move = _move(column_sets, question, evidence.context)
    compared, target_release = move.compared, column_sets.find_release(question.target)
    steps, next_safe = _steps(move, evidence.context.released)
    safe = [step.release for step in steps if step.verdict is Safety.SAFE]
    answer = Answer(
        question=question,
        verdict=compared.safety,
        reasons=(),
        start=column(move.start),
        target=column(move.target),
        regressed=tuple(_findings(move, compared.regressed)),
        fixed=tuple(_findings(move, compared.fixed)),
        still_failing=tuple(_findings(move, compared.still_failing)),
        unknown=tuple(_findings(move, compared.unknown)),
        not_applicable=tuple(_findings(move, compared.not_applicable)),
        holding=compared.holding.bit_count(),
        new_warnings=tuple(_new_warnings(move, evidence)),
        road=tuple(steps),
        avoid=tuple(step.release for step in steps if step.verdict is Safety.UNSAFE),
        specifier=specifier(Release.parse(question.start), steps),
        recommended=safe[-1] if safe else None,
        next_safe=next_safe,
        newer_release=str(newer) if (newer := column_sets.matrix.lineage.not_contained(target_release)) else None,
        packages_changed=packages_changed(move.start, move.target),
        lanes=lane_comparison(column_sets, target_release, move.target, move.python, move.scope),
        missing=tuple(_missing(move, evidence.context.released)),
        tested_with=move.differences,
        caveats=(
            *(version_caveat(each, question.start, question.target) for each in move.differences),
            *reasons.commit_caveats(column_sets.matrix.lineage, move.columns),
            *reasons.caveats(move.start, move.target, steps),
            *reasons.newer_than_the_evidence(asked.target, question.target, evidence.context.released),
        ),
        evidence=_evidence(move, evidence),
    )
    return answer.model_copy(update={"reasons": tuple(reasons.reasons(answer))})


def _move(column_sets: ColumnSets, question: Question, context: Context) -> _Move:
    scope = Scope.of(question, context.profiles)
    scope.check(column_sets.matrix.scenarios, question.accept)
    python = Python.parse(question.python) if question.python else None
    start, target = Release.parse(question.start), column_sets.find_release(question.target)
    have, own = _own_versions(question)
    before = _nearest_environment(column_sets, question, python, have, own) or representative_column(
        column_sets, start, question.lane, python
    )
    after = (
        representative_column(column_sets, target, question.lane, python, like=before) if target != start else before
    )
    rows = column_sets.bits(scope.includes)
    accepts = Accepted.of(column_sets, question.accept)
    compared = compare(column_sets, before, after, rows, accepts)
    differences = tuple(version_differences(have, own, before, after))
    return _Move(column_sets, question, rows, python, before, after, accepts, compared, differences)


def _own_versions(question: Question) -> tuple[dict[str, str], Python | None]:
    """Return the packages that the user has, and the Python, None if it is not known."""
    have = {name: version for name, version in question.have.items() if name != PYTHON}
    return have, Python.parse(question.have[PYTHON]) if PYTHON in question.have else None


def _nearest_environment(
    column_sets: ColumnSets, question: Question, python: Python | None, have: dict[str, str], own: Python | None
) -> Environment | None:
    """Return the tested environment of the start most like the user's own; None if nothing is known of that."""
    if not question.have:
        return None
    tested = column_sets.columns(Release.parse(question.start), question.lane, python)
    return nearest(have, own, [(each, packages(each.lock)) for each in tested])


def _missing(move: _Move, published: Collection[Release]) -> Iterator[MissingEvidence]:
    """Yield why start and target cannot be compared, each release once."""
    tested = TestedReleases(move.column_sets, move.question.lane, move.python, published)
    start, target = Release.parse(move.question.start), move.column_sets.find_release(move.question.target)
    for release, environment in {start: move.start, target: move.target}.items():
        if found := tested.missing(release, environment):
            yield found


def _steps(move: _Move, released: Collection[Release]) -> tuple[list[Step], str | None]:
    """Return the releases in between, untested ones too, and the lowest safe release above start and target."""
    if move.start is None:
        return [], None
    path = UpgradePath(move.column_sets, move.start, move.question.lane, move.python, move.scope, move.accepts)
    start, target = Release.parse(move.question.start), move.column_sets.find_release(move.question.target)
    if target.pair:  # no requirement can name it; compare the published releases instead
        target = max([start, *move.column_sets.releases, *released])
    above = (each for each in move.column_sets.releases if each > max(start, target))
    next_safe = next((str(each) for each in above if path.is_safe(each)), None)
    return [path.step(each) for each in between({*move.column_sets.releases, *released}, start, target)], next_safe


def _findings(move: _Move, rows: int) -> Iterator[Finding]:
    for row in move.column_sets.rows(rows):
        entry = move.column_sets.matrix.known.get((row.id, move.target.key)) if move.target else None
        bit = move.column_sets.bit(row)
        yield Finding(
            scenario=row.id,
            title=row.title,
            area=row.area,
            issues=row.issues,
            covers=row.covers,
            before=_side(move, row, move.start),
            after=_side(move, row, move.target),
            why=_why_unknown(move, row) if move.compared.unknown & bit else "",
            known=listed(entry),
            accepted=bool(move.compared.accepted & bit),
        )


def _side(move: _Move, row: Scenario, column: Environment | None) -> FindingSide:
    if column is None:
        return FindingSide(verdict=Verdict.UNTESTED)
    cell = move.column_sets.matrix.cell(row, column)
    return FindingSide(
        verdict=cell.verdict,
        was=cell.was,
        exception=cell.exception,
        passed=cell.passed,
        executions=cell.executions,
        result=cell.result,
    )


def _why_unknown(move: _Move, row: Scenario) -> str:
    ends = {move.question.start: move.start, move.question.target: move.target}
    sentences = [reasons.missing_verdict(_side(move, row, column), release) for release, column in ends.items()]
    return "; ".join(each for each in sentences if each)


def _new_warnings(move: _Move, evidence: UpgradeEvidence) -> Iterator[NewWarning]:
    """Yield the warnings that only the target gives, from scenarios that pass on both."""
    if move.start and move.target:
        yield from new_warnings(move.column_sets, move.start, move.target, move.compared.holding, evidence.warnings)


def _evidence(move: _Move, evidence: UpgradeEvidence) -> Evidence:
    known, rows = move.column_sets.matrix.cells, list(move.column_sets.rows(move.scope))
    cells = [
        cell for each in move.columns if not each.refusal for row in rows if (cell := known.get((row.id, each.key)))
    ]
    spans = [evidence.spans[each.key] for each in move.columns if each.key in evidence.spans]
    releases = {Release.parse(move.question.start), move.column_sets.find_release(move.question.target)}
    covered = [each for each in move.column_sets.matrix.environments if each.release in releases]
    return Evidence(
        scenarios=move.scope.bit_count(),
        results=sum(cell.executions for cell in cells),
        oldest=min((span.oldest for span in spans), default=None),
        newest=max((span.newest for span in spans), default=None),
        flaky=sum(cell.verdict is Verdict.FLAKY for cell in cells),
        lanes=tuple(sorted({each.lane for each in covered})),
        pythons=tuple(str(python) for python in sorted({each.python for each in covered})),
    )
