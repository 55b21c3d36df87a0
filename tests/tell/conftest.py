"""Answers for the tests: computed by the domain from a small matrix, with untrusted text in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from packaging.specifiers import SpecifierSet

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Refusal, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.records.records import Warned
from dask_matrix.domain.upgrades.answer import Answer, Question
from dask_matrix.domain.upgrades.columns import ColumnSets
from dask_matrix.domain.upgrades.upgrade import Span, UpgradeEvidence, upgrade
from dask_matrix.domain.verdicts.known_failures import KnownFailure
from dask_matrix.domain.verdicts.verdict import Judgement

Ask = Callable[..., Answer]
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
RELEASES = ("2025.2.0", "2025.3.0", "2025.4.0", "2025.4.1")
VERDICTS = {
    "P": Verdict.PASS, "F": Verdict.FAIL, "T": Verdict.TIMEOUT, "C": Verdict.CRASH, "~": Verdict.FLAKY,
    "-": Verdict.NOT_APPLICABLE, "s": Verdict.STALE, " ": Verdict.UNTESTED,
}  # fmt: skip
LOCK = "dask==2025.2.0\nnumpy==2.2.1\npandas==2.2.3\n"


def _environment(release: str, refused: str) -> Environment:
    lock = LOCK if release == RELEASES[0] else LOCK.replace("2.2.3", "2.3.0")
    refusal = Refusal("resolve", refused) if refused else None
    return Environment(
        release, Release.parse(release), Python(3, 11), Lane.AS_RELEASED, "linux", NOON, lock=lock, refusal=refusal
    )


def _judged(character: str, exception: str) -> Judgement:
    verdict = VERDICTS[character]
    raised = exception if verdict.passes is False else ""
    return Judgement(verdict, "f", "result", raised, passed=1, executions=2)


def _matrix(lines: tuple[str, ...], text: str, refused: dict[str, str], issue: str, known: str) -> Matrix:
    columns = tuple(_environment(each, refused.get(each, "")) for each in RELEASES)
    areas = ("array", "futures")
    rows = tuple(
        Scenario(
            f"{areas[number % 2]}/row_{number}{text}",
            f"Row {number}{text}",
            areas[number % 2],
            "f",
            issues=(issue,) if issue else (),
        )
        for number in range(len(lines))
    )
    cells = {
        (row.id, column.key): _judged(character, f"builtins.KeyError{text}")
        for row, line in zip(rows, lines, strict=True)
        for column, character in zip(columns, line, strict=False)
    }
    entries = (
        [KnownFailure(known, SpecifierSet(">=2025.3.0"), issue, f"it is so{text}", date(2030, 1, 1))] if known else []
    )
    return Matrix(rows, columns, cells).with_known_failures(entries, NOON.date())


def _ask(
    *lines: str,
    target: str = RELEASES[1],
    text: str = "",
    refused: dict[str, str] | None = None,
    issue: str = "",
    known: str = "",
    warned: tuple[str, ...] = (),
    **question: object,
) -> Answer:
    """Return the answer for an upgrade from 2025.2.0 over rows of verdicts; ``text`` is added to all untrusted texts."""
    matrix = _matrix(lines, text, refused or {}, issue, known)
    new_warnings = tuple(Warned(category="builtins.FutureWarning", message=each, where="x:1") for each in warned)
    given = {row.id: new_warnings for row in matrix.scenarios}
    span = Span(NOON, NOON + timedelta(days=6))
    evidence = UpgradeEvidence(
        spans=dict.fromkeys(RELEASES, span), warnings=lambda key: given if key == target and warned else {}
    )
    fields = {"start": RELEASES[0], "target": target, **question}
    return upgrade(ColumnSets(matrix), Question(**fields), evidence)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Return the function that computes an answer."""
    return _ask


HOSTILE = (
    "[bold red]loud[/] [/nonsense]",
    "\x1b[2J\x07\x00\ud800\ufffe",
    "| cell | `tick` ``two`` <script>alert(1)</script> </details> <!-- & ]]> \\| \\",
    "@dask/everybody fixes #12 https://example.org www.example.org dask/dask#1",
    "\r\n::error::mine%0A\nverdict=safe\n\u2028::set-output name=a::b,c:d",
    "x" * 5_000,
    "\u202eright to left\u200b",
    '" onload="x" \'',
)
"""Possible contents of a title, an id, an exception, a reason or a warning."""


@pytest.fixture(params=HOSTILE, ids=range(len(HOSTILE)))
def hostile(request: pytest.FixtureRequest) -> str:
    """Return a text that tries to break out of its place."""
    return str(request.param)
