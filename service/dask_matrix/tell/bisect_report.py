"""A bisection as a report to paste into an issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.records.bisection import Seen
from dask_matrix.tell.markdown_escaping import code, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.records.bisection import Bisected, Looked, Suspect

SIGN = {Seen.GOOD: "✓", Seen.BAD: "✕", Seen.UNKNOWN: "?"}
MOST_SUSPECTS = 30
LONG = 2_000


def report(found: Bisected) -> str:
    """Return what was found, as Markdown."""
    blocks = [
        f"### {text(found.headline, LONG)}",
        "\n".join(_facts(found)),
        *_suspects(found),
        *_turnings(found),
        *_looked(found),
        "\n".join(["**To repeat**", "", "```console", *found.commands, "```"]),
        "\n".join(f"<sub>{text(each)}</sub>  " for each in (*found.notes, found.spent.sentence)),
    ]
    return "\n\n".join(blocks) + "\n"


def _facts(found: Bisected) -> Iterator[str]:
    scenario = f"{text(found.title)} ({code(found.scenario)})" if found.title else code(found.scenario)
    yield f"- Scenario: {scenario}"
    yield f"- Ends: {text(found.ends)}"
    if found.end_told:
        yield f"- **{text(found.end_told, LONG)}**"
    if found.failing_with:
        yield f"- Bad means failing with {code(found.failing_with)}; other failures say nothing"
    if found.suspects:
        yield f"- Confidence: {text(found.sureness)}"
    yield f"- Environments: lane {found.lane}, Python {' and '.join(found.pythons)}, {found.platform}"


def _suspects(found: Bisected) -> Iterator[str]:
    if not found.suspects:
        return
    yield "**Suspects**" if len(found.suspects) > 1 else "**Suspect**"
    yield "\n".join(f"- {_suspect(each)}" for each in found.suspects[:MOST_SUSPECTS])
    if (more := len(found.suspects) - MOST_SUSPECTS) > 0:
        yield f"… and {more} more."


def _suspect(suspect: Suspect) -> str:
    name = f"[{text(suspect.name)}]({suspect.link})" if suspect.link else text(suspect.name)
    dated = f"{suspect.authored:%Y-%m-%d}" if suspect.authored else ""
    by = ", ".join(filter(None, [text(suspect.author), dated]))
    return " – ".join(filter(None, [name, text(suspect.subject), by]))  # noqa: RUF001 - a dash


def _turnings(found: Bisected) -> Iterator[str]:
    if found.turnings:
        yield "**Every turning found**"
        yield "\n".join(f"- {text(each.sentence)}" for each in found.turnings)


def _looked(found: Bisected) -> Iterator[str]:
    summary = f"<details><summary>What was looked at: {len(found.looked)}</summary>"
    yield "\n\n".join([summary, "\n".join(map(_line, found.looked)), "</details>"])


def _line(looked: Looked) -> str:
    many = looked.passed + looked.broken
    told = [f"{looked.passed} of {many} passed"] if many else []
    told += [looked.told] if looked.seen is not Seen.GOOD else []
    told += ["known before"] if looked.executed is None else []
    return f"- {SIGN[looked.seen]} {text(looked.name)}: {looked.seen}; {text('; '.join(told))}"
