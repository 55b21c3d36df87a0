"""A bisection as a report to paste into an issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.domain.bisect import Ended
from service.domain.observed import Seen
from service.tell.escaped import code, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.domain.bisected import Bisected, Looked, Suspect, Turned

SIGN = {Seen.GOOD: "✓", Seen.BAD: "✕", Seen.UNKNOWN: "?"}
MOST_SUSPECTS = 30
_LONG = 2_000


def report(found: Bisected) -> str:
    """Return what was found, as Markdown."""
    blocks = [
        f"### {text(headline(found))}",
        "\n".join(_facts(found)),
        *_suspects(found),
        *_turnings(found),
        *_looked(found),
        "**To repeat**\n\n```console\n" + "\n".join(found.commands) + "\n```",
        *(f"<sub>{text(note)}</sub>" for note in (*found.notes, spent(found))),
    ]
    return "\n\n".join(blocks) + "\n"


def headline(found: Bisected) -> str:
    """Say in a sentence what was found."""
    many, kind = len(found.suspects), "commit" if found.over == "commits" else "release"
    did = "mended" if found.mends else "broke"
    if found.ended is Ended.FOUND:
        suspect = found.suspects[0]
        return f"{suspect.name} {did} it: {suspect.subject}" if suspect.subject else f"{suspect.name} {did} it"
    if found.ended is Ended.SUSPECTS:
        return f"One of {many} {kind}s {did} it; those between cannot be told apart"
    if found.ended is Ended.CONTRADICTED:
        return "An end is not what it was said to be"
    return "An end could not be seen, so nothing was searched"


def _facts(found: Bisected) -> Iterator[str]:
    scenario = f"{text(found.title)} ({code(found.scenario)})" if found.title else code(found.scenario)
    first, last = ("bad", "good") if found.mends else ("good", "bad")
    yield f"- Scenario: {scenario}"
    yield f"- Ends: {first} {code(found.start)}, {last} {code(found.end)}, {found.steps} {found.over} apart"
    pythons = " and ".join(found.pythons)
    yield f"- Environments: lane {found.lane}, Python {pythons or 'unknown'}, {found.platform or 'this platform'}"
    if found.failing_with:
        yield f"- Bad means failing with {code(found.failing_with)}; other failures say nothing"
    if found.end_told:
        yield f"- {text(found.end_told, _LONG)}"
    if found.suspects:
        yield f"- Confidence: {text(confidence(found))}"


def confidence(found: Bisected) -> str:
    """Say how sure the answer is."""
    if found.rate < 1:
        return f"{found.confidence:.1%}: flaky, it breaks in {found.rate:.0%} of the executions where it is bad"
    return "no execution differed from the others of its environment"


def spent(found: Bisected) -> str:
    """Say what it cost."""
    cost = found.spent
    return (
        f"{cost.environments} environments run in {cost.executions} executions, {cost.built} of them built, "
        f"in {cost.seconds / 60:.1f} min."
    )


def _suspects(found: Bisected) -> Iterator[str]:
    if found.suspects:
        yield "**Suspects**" if len(found.suspects) > 1 else "**Suspect**"
        yield "\n".join(f"- {_suspect(each)}" for each in found.suspects[:MOST_SUSPECTS])
    if (more := len(found.suspects) - MOST_SUSPECTS) > 0:
        yield f"… and {more} more."


def _suspect(suspect: Suspect) -> str:
    name = f"[{text(suspect.name)}]({suspect.link})" if suspect.link else text(suspect.name)
    dated = f"{suspect.authored:%Y-%m-%d}" if suspect.authored else ""
    by = f"{text(suspect.author)}, {dated}" if suspect.author else dated
    return " – ".join(filter(None, [name, text(suspect.subject), by]))  # noqa: RUF001 - a dash


def _turnings(found: Bisected) -> Iterator[str]:
    if not found.turnings:
        return
    yield "**Every turning found**"
    yield "\n".join(f"- {turning(each)}" for each in found.turnings)


def turning(turned: Turned) -> str:
    """Say one turning."""
    how = "good → bad" if turned.breaks else "bad → good"
    far = f" ({turned.apart} steps apart)" if turned.apart > 1 else ""
    return f"{how}: {text(turned.before)} → {text(turned.after)}{far}"


def _looked(found: Bisected) -> Iterator[str]:
    lines = [_line(each) for each in found.looked]
    yield "\n".join(["<details><summary>What was looked at</summary>\n", *lines, "\n</details>"])


def _line(looked: Looked) -> str:
    many = looked.passed + looked.broken
    counted = f"{looked.passed} of {many} passed" if many else "nothing known"
    known = "" if looked.executed else ", known before"
    return f"- {SIGN[looked.seen]} {text(looked.name)}: {looked.seen}, {counted}{known}; {text(looked.told)}"
