"""Labels, symbols, colours and explanations of verdicts, outcomes, overlays, lanes and refusals.

The only place that defines them. ``css`` is a class of static/site.css. The symbols are in the fonts that systems come
with, none is an emoji, and none differs from another by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.domain.verdicts.known_failures import Overlay

if TYPE_CHECKING:
    from dask_matrix.domain.verdicts.verdict import Judgement


@dataclass(frozen=True, slots=True)
class Label:
    """How one value is shown: label, symbol, colour class, and a sentence that explains it."""

    label: str
    symbol: str
    css: str
    means: str


VERDICTS = {
    Verdict.PASS: Label("pass", "✓", "v-pass", "The scenario passes in this environment."),
    Verdict.FAIL: Label(
        "fail", "✕", "v-fail", "The scenario fails here: an assertion failed or the call raised an exception."
    ),
    Verdict.TIMEOUT: Label("timeout", "◷", "v-timeout", "The scenario did not finish before its deadline."),
    Verdict.CRASH: Label("crash", "↯", "v-crash", "The process died: a signal, or an unexpected exit."),
    Verdict.FLAKY: Label("flaky", "≈", "v-flaky", "The scenario both passed and failed in the same environment."),
    Verdict.NOT_APPLICABLE: Label("n/a", "–", "v-na", "The scenario declares that it does not apply here."),  # noqa: RUF001 - a dash
    Verdict.UNINSTALLABLE: Label(
        "uninstallable",
        "∅",
        "v-uninstallable",
        "This environment could not be installed: resolving, installing or importing failed.",
    ),
    Verdict.UNTESTED: Label("untested", "·", "v-untested", "No result. Never filled in from neighbouring cells."),
    Verdict.STALE: Label(
        "stale", "◌", "v-stale", "The scenario has changed since it ran here; the symbol is that of its old verdict."
    ),
}

OVERLAYS = {
    Overlay.KNOWN: Label(
        "known", "k", "o-known", "Expected failure, listed with an issue, a reason and an expiry date."
    ),
    Overlay.SURPRISE: Label("surprise", "!", "o-surprise", "Listed as an expected failure, but it passes."),
    Overlay.NEW_WARNINGS: Label(
        "new warnings",
        "w",
        "o-new-warnings",
        "It passes, but with a deprecation warning that the release it follows in the same lane does not give.",
    ),
}

SAFETIES = {
    Safety.SAFE: Label(
        "safe", "✓", "v-pass", "Nothing that passes now breaks, and every selected scenario has an up-to-date result."
    ),
    Safety.UNSAFE: Label("unsafe", "✕", "v-fail", "Something that passes now breaks, or the target does not install."),
    Safety.UNKNOWN: Label(
        "unknown", "?", "v-flaky", "Nothing is known to break, but some results are missing. Never treated as safe."
    ),
}

OUTCOMES = {
    Outcome.PASSED: Label("passed", "✓", "v-pass", "It ran to the end and the behaviour was as expected."),
    Outcome.FAILED: Label("failed", "✕", "v-fail", "An assertion failed or the call raised an exception."),
    Outcome.TIMED_OUT: Label("timed out", "◷", "v-timeout", "It was stopped at its deadline."),
    Outcome.CRASHED: Label("crashed", "↯", "v-crash", "The process died: a signal, or an unexpected exit."),
    Outcome.SKIPPED: Label("skipped", "–", "v-na", "Declared not applicable, with a reason."),  # noqa: RUF001 - a dash
    Outcome.ERRORED: Label(
        "errored",
        "!",
        "v-untested",
        "An error in a fixture or in the harness: it says nothing about Dask and is not counted.",
    ),
}

LANES = {
    Lane.AS_RELEASED: "other dependencies as of the day after the release",
    Lane.LATEST: "other dependencies in their newest versions",
    Lane.LOWEST_DIRECT: "direct dependencies in the lowest versions that the release allows",
}

REFUSALS = {
    "interpreter": "no such Python",
    "resolve": "does not resolve",
    "install": "does not install",
    "import": "does not import",
}
"""Phase of a refusal -> the short reason shown in the head of its column."""

CHANGE_LEGEND = (
    "A filled cell marks a change from the release it follows in the same lane: pass to fail, or fail to pass."
)
TITLE = "Dask matrix"
TAGLINE = "Upgrading Dask? See what breaks, what gets fixed, and the test runs that prove it."


def change_label(verdict: Verdict, *, after_gap: bool) -> str:
    """Return the label of a change from the opposite verdict to this one; ``after_gap``: releases before it are untested."""
    change = "fixed" if verdict.passes else "breaks"
    return f"{change} here or in an untested release before it" if after_gap else change


def verdict_label(judgement: Judgement) -> Label:
    """Return the label of a verdict; a stale one shows the symbol and label of its old verdict."""
    word = VERDICTS[judgement.verdict]
    if judgement.was is None:
        return word
    was = VERDICTS[judgement.was]
    return Label(f"{word.label}, was {was.label}", was.symbol, f"{was.css} {word.css}", word.means)
