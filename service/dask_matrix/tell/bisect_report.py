"""Write the result of a bisect as a Markdown report, to paste into an issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.records.bisection import PointStatus
from dask_matrix.tell.markdown_escaping import code, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.records.bisection import BisectReport, ExaminedPoint, Suspect

SIGN = {PointStatus.GOOD: "✓", PointStatus.BAD: "✕", PointStatus.UNKNOWN: "?"}
MAX_SUSPECTS = 30
MAX_LENGTH = 2_000


def report(result: BisectReport) -> str:
    """Return the report as Markdown."""
    blocks = [
        f"### {text(result.headline, MAX_LENGTH)}",
        "\n".join(_facts(result)),
        *_suspects(result),
        *_transitions(result),
        *_tested_points(result),
        "\n".join(["**To reproduce**", "", "```console", *result.commands, "```"]),
        "\n".join(f"<sub>{text(each)}</sub>  " for each in (*result.notes, result.spent.sentence)),
    ]
    return "\n\n".join(blocks) + "\n"


def _facts(result: BisectReport) -> Iterator[str]:
    scenario = f"{text(result.title)} ({code(result.scenario)})" if result.title else code(result.scenario)
    yield f"- Scenario: {scenario}"
    yield f"- Endpoints: {text(result.ends)}"
    if result.end_told:
        yield f"- **{text(result.end_told, MAX_LENGTH)}**"
    if result.failing_with:
        yield f"- Bad means failing with {code(result.failing_with)}; any other failure counts as unknown"
    if result.suspects:
        yield f"- Confidence: {text(result.sureness)}"
    yield f"- Environments: lane {result.lane}, Python {' and '.join(result.pythons)}, {result.platform}"


def _suspects(result: BisectReport) -> Iterator[str]:
    if not result.suspects:
        return
    yield "**Suspects**" if len(result.suspects) > 1 else "**Suspect**"
    yield "\n".join(f"- {_suspect(each)}" for each in result.suspects[:MAX_SUSPECTS])
    if (more := len(result.suspects) - MAX_SUSPECTS) > 0:
        yield f"… and {more} more."


def _suspect(suspect: Suspect) -> str:
    name = f"[{text(suspect.name)}]({suspect.link})" if suspect.link else text(suspect.name)
    date = f"{suspect.authored:%Y-%m-%d}" if suspect.authored else ""
    by = ", ".join(filter(None, [text(suspect.author), date]))
    return " – ".join(filter(None, [name, text(suspect.subject), by]))  # noqa: RUF001 - a dash


def _transitions(result: BisectReport) -> Iterator[str]:
    if result.turnings:
        yield "**All transitions found**"
        yield "\n".join(f"- {text(each.sentence)}" for each in result.turnings)


def _tested_points(result: BisectReport) -> Iterator[str]:
    summary = f"<details><summary>Points tested: {len(result.looked)}</summary>"
    yield "\n\n".join([summary, "\n".join(map(_point_line, result.looked)), "</details>"])


def _point_line(looked: ExaminedPoint) -> str:
    return f"- {SIGN[looked.seen]} {text(looked.name)}: {text(point_details(looked))}"


def point_details(looked: ExaminedPoint) -> str:
    """Return what was found at a point, and how: ``good; 4 of 4 passed; from earlier results``."""
    total = looked.passed + looked.broken
    details = [f"{looked.passed} of {total} passed"] if total else []
    details += [looked.told] if looked.seen is not PointStatus.GOOD else []
    details += ["from earlier results"] if looked.executed is None else []
    return "; ".join([str(looked.seen), *details])
