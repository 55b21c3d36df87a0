"""What breaks and what is fixed by a move from one release to another: the one function that answers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.environments.environment import Python, packages
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.upgrades import reasons
from dask_matrix.domain.upgrades.answer import Answer, Evidence, Finding, NewWarning, Question, Safety, Seen, Step
from dask_matrix.domain.upgrades.comparison import Accepted, Comparison, compare, standing_for
from dask_matrix.domain.upgrades.context import Beliefs
from dask_matrix.domain.upgrades.environment_diff import new_warnings
from dask_matrix.domain.upgrades.labels import column, listed
from dask_matrix.domain.upgrades.lock_diff import lanes, packages_changed
from dask_matrix.domain.upgrades.nearest_environment import Nearest, nearest
from dask_matrix.domain.upgrades.path import Walk, between, specifier
from dask_matrix.domain.upgrades.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.records.records import Warned as Given
    from dask_matrix.domain.upgrades.columns import Sides

PYTHON = "python"
"""How ``Question.have`` names the interpreter."""


@dataclass(frozen=True)
class Span:
    """When the oldest and the newest result of an environment came."""

    oldest: datetime
    newest: datetime


def _no_warnings(_: str) -> Mapping[str, tuple[Given, ...]]:
    return {}


@dataclass(frozen=True)
class Backing:
    """What is known beside the matrix: by environment the span of its results and each scenario's warnings; beliefs."""

    spans: Mapping[str, Span] = field(default_factory=dict)
    warnings: Callable[[str], Mapping[str, tuple[Given, ...]]] = _no_warnings
    beliefs: Beliefs = field(default_factory=Beliefs)


@dataclass(frozen=True)
class _Move:
    """A question with the columns that stand for its two releases, compared."""

    sides: Sides
    question: Question
    scope: int
    python: Python | None
    start: Environment | None
    target: Environment | None
    accepts: Accepted
    compared: Comparison
    apart: tuple[str, ...]

    @property
    def columns(self) -> list[Environment]:
        """The columns there are, each once."""
        return list({each.key: each for each in (self.start, self.target) if each}.values())


def upgrade(sides: Sides, question: Question, backing: Backing | None = None) -> Answer:
    """Return what is known of a move; releases without evidence make it unknown, never an error.

    The target may be ``main``, where that was run. Raises InvalidRelease and InvalidPython, and UnknownName for a
    profile, an area or a scenario that there is not, and for ``main`` where it was never run.
    """
    backing = backing or Backing()
    target = question.target if question.target == MAIN else str(Release.parse(question.target))
    question = question.model_copy(update={"start": str(Release.parse(question.start)), "target": target})
    move = _move(sides, question, backing.beliefs)
    compared = move.compared
    steps, following = _steps(move, backing.beliefs.released)
    safe = [step.release for step in steps if step.verdict is Safety.SAFE]
    unknown = tuple(_findings(move, compared.unknown))
    return Answer(
        question=question,
        verdict=compared.safety,
        reasons=tuple(reasons.reasons(question, compared, move.start, move.target, unknown)),
        start=column(move.start),
        target=column(move.target),
        regressed=tuple(_findings(move, compared.regressed)),
        fixed=tuple(_findings(move, compared.fixed)),
        still_failing=tuple(_findings(move, compared.still_failing)),
        unknown=unknown,
        not_applicable=tuple(_findings(move, compared.not_applicable)),
        holding=compared.holding.bit_count(),
        new_warnings=tuple(_new_warnings(move, backing)),
        road=tuple(steps),
        avoid=tuple(step.release for step in steps if step.verdict is Safety.UNSAFE),
        specifier=specifier(Release.parse(question.start), steps),
        recommended=safe[-1] if safe else None,
        next_safe=following,
        packages_changed=packages_changed(move.start, move.target),
        lanes=lanes(sides, sides.named(question.target), move.target, move.python, move.scope),
        caveats=(*move.apart, *reasons.caveats(move.start, move.target, steps)),
        evidence=_evidence(move, backing),
    )


def _move(sides: Sides, question: Question, beliefs: Beliefs) -> _Move:
    scope = Scope.of(question, beliefs.profiles)
    scope.check(sides.matrix.scenarios, question.accept)
    python = Python.parse(question.python) if question.python else None
    start, target = Release.parse(question.start), sides.named(question.target)
    near = _near(sides, question, python)
    before = near.environment or standing_for(sides, start, question.lane, python)
    after = standing_for(sides, target, question.lane, python, like=before) if target != start else before
    rows = sides.bits(scope.takes)
    accepts = Accepted.of(sides, question.accept)
    compared = compare(sides, before, after, rows, accepts)
    return _Move(sides, question, rows, python, before, after, accepts, compared, near.caveats)


def _near(sides: Sides, question: Question, python: Python | None) -> Nearest:
    """Return the tested environment nearest to what the asker has, and what differs; none if that was not said."""
    have = {name: version for name, version in question.have.items() if name != PYTHON}
    own = Python.parse(question.have[PYTHON]) if PYTHON in question.have else None
    if not question.have:
        return Nearest(None, ())
    tested = sides.columns(Release.parse(question.start), question.lane, python)
    return nearest(have, own, [(each, packages(each.lock)) for each in tested])


def _steps(move: _Move, released: tuple[Release, ...]) -> tuple[list[Step], str | None]:
    """Return the road, also over releases that nobody tested, and the lowest safe release above both ends."""
    if move.start is None:
        return [], None
    walk = Walk(move.sides, move.start, move.question.lane, move.python, move.scope, move.accepts)
    start, target = Release.parse(move.question.start), move.sides.named(move.question.target)
    if target.pair:  # nobody can require it; the way to it is over the releases
        target = max([start, *move.sides.releases, *released])
    above = (each for each in move.sides.releases if each > max(start, target))
    following = next((str(each) for each in above if walk.is_safe(each)), None)
    return [walk.step(each) for each in between({*move.sides.releases, *released}, start, target)], following


def _findings(move: _Move, rows: int) -> Iterator[Finding]:
    for row in move.sides.rows(rows):
        entry = move.sides.matrix.known.get((row.id, move.target.key)) if move.target else None
        bit = move.sides.bit(row)
        yield Finding(
            scenario=row.id,
            title=row.title,
            area=row.area,
            issues=row.issues,
            covers=row.covers,
            before=_seen(move, row, move.start),
            after=_seen(move, row, move.target),
            why=_why(move, row) if move.compared.unknown & bit else "",
            known=listed(entry),
            accepted=bool(move.compared.accepted & bit),
        )


def _seen(move: _Move, row: Scenario, column: Environment | None) -> Seen:
    if column is None:
        return Seen(verdict=Verdict.UNTESTED)
    cell = move.sides.matrix.cell(row, column)
    return Seen(
        verdict=cell.verdict,
        was=cell.was,
        exception=cell.exception,
        passed=cell.passed,
        executions=cell.executions,
        result=cell.result,
    )


def _why(move: _Move, row: Scenario) -> str:
    sides = [(move.question.start, move.start), (move.question.target, move.target)]
    told = [reasons.unclear(_seen(move, row, column), release) for release, column in dict(sides).items()]
    return "; ".join(each for each in told if each)


def _new_warnings(move: _Move, backing: Backing) -> Iterator[NewWarning]:
    """Yield what is warned of on the target alone, by the scenarios that hold on both sides."""
    if move.start and move.target:
        yield from new_warnings(move.sides, move.start, move.target, move.compared.holding, backing.warnings)


def _evidence(move: _Move, backing: Backing) -> Evidence:
    known, rows = move.sides.matrix.cells, list(move.sides.rows(move.scope))
    cells = [
        cell for each in move.columns if not each.refusal for row in rows if (cell := known.get((row.id, each.key)))
    ]
    spans = [backing.spans[each.key] for each in move.columns if each.key in backing.spans]
    asked = {Release.parse(move.question.start), move.sides.named(move.question.target)}
    covered = [each for each in move.sides.matrix.environments if each.release in asked]
    return Evidence(
        scenarios=move.scope.bit_count(),
        results=sum(cell.executions for cell in cells),
        oldest=min((span.oldest for span in spans), default=None),
        newest=max((span.newest for span in spans), default=None),
        flaky=sum(cell.verdict is Verdict.FLAKY for cell in cells),
        lanes=tuple(sorted({each.lane for each in covered})),
        pythons=tuple(str(python) for python in sorted({each.python for each in covered})),
    )
