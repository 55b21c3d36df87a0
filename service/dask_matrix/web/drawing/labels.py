"""The one table of words: how each verdict, outcome, lane and refusal is called, drawn and coloured.

Templates and routes decide nothing: what stands here is what is shown. ``css`` is a class of static/site.css. The symbols
are in the fonts that systems come with, none of them is an emoji, and none is told from another by colour alone.
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
class Word:
    """How one value is shown: its label, its symbol, its colour class, and a sentence that says what it means."""

    label: str
    symbol: str
    css: str
    means: str


VERDICTS = {
    Verdict.PASS: Word("pass", "✓", "v-pass", "The behaviour holds in this environment."),
    Verdict.FAIL: Word("fail", "✕", "v-fail", "The behaviour is wrong here: an assertion or an exception in the call."),
    Verdict.TIMEOUT: Word("timeout", "◷", "v-timeout", "It did not end before its deadline."),
    Verdict.CRASH: Word("crash", "↯", "v-crash", "The process died: a signal, or an exit from within."),
    Verdict.FLAKY: Word("flaky", "≈", "v-flaky", "The same scenario in the same environment both passed and failed."),
    Verdict.NOT_APPLICABLE: Word("n/a", "–", "v-na", "The scenario declares that it does not apply here."),  # noqa: RUF001 - a dash
    Verdict.UNINSTALLABLE: Word(
        "uninstallable",
        "∅",
        "v-uninstallable",
        "This environment cannot be had: the resolver, installer or import refused.",
    ),
    Verdict.UNTESTED: Word("untested", "·", "v-untested", "No evidence. Never filled in from the neighbours."),
    Verdict.STALE: Word(
        "stale", "◌", "v-stale", "The scenario has changed since it ran here; the old verdict is kept in sight."
    ),
}

OVERLAYS = {
    Overlay.KNOWN: Word("known", "k", "o-known", "It fails as listed, with an issue and a reason, until a day."),
    Overlay.SURPRISE: Word("surprise", "!", "o-surprise", "It is listed as failing, and it holds."),
    Overlay.NEW_WARNINGS: Word(
        "new warnings",
        "w",
        "o-new-warnings",
        "It passes, but with a deprecation warning that the column before it, in the same lane, did not give.",
    ),
}

SAFETIES = {
    Safety.SAFE: Word(
        "safe", "✓", "v-pass", "Nothing that held breaks, and there is fresh evidence for everything asked."
    ),
    Safety.UNSAFE: Word("unsafe", "✕", "v-fail", "Something that held breaks, or the target does not install."),
    Safety.UNKNOWN: Word(
        "unknown", "?", "v-flaky", "Nothing is known to break, but not everything is known. Never taken for safe."
    ),
}

OUTCOMES = {
    Outcome.PASSED: Word("passed", "✓", "v-pass", "It ran to its end and the behaviour was right."),
    Outcome.FAILED: Word("failed", "✕", "v-fail", "An assertion or an exception in the call."),
    Outcome.TIMED_OUT: Word("timed out", "◷", "v-timeout", "It was stopped at its deadline."),
    Outcome.CRASHED: Word("crashed", "↯", "v-crash", "The process died by a signal or an exit from within."),
    Outcome.SKIPPED: Word("skipped", "–", "v-na", "Declared not applicable, with a reason."),  # noqa: RUF001 - a dash
    Outcome.ERRORED: Word(
        "errored",
        "!",
        "v-untested",
        "Trouble in a fixture or in the harness: it says nothing about Dask and is not counted.",
    ),
}

LANES = {
    Lane.AS_RELEASED: "the other dependencies as they were when the release came out",
    Lane.LATEST: "the other dependencies as they are today",
    Lane.LOWEST_DIRECT: "the lowest versions the release says it works with",
}

REFUSALS = {
    "interpreter": "no such Python",
    "resolve": "does not resolve",
    "install": "does not install",
    "import": "does not import",
}
"""Phase of a refusal -> the short reason that stands in the column's head."""

TURN = "A filled cell is where a row turns: in the column before it, in the same lane, the opposite was so."
TITLE = "Dask matrix"
PROMISE = "What breaks, and what gets fixed, from one Dask release to another – and the evidence."  # noqa: RUF001 - a dash


def said(judgement: Judgement) -> Word:
    """Return the word for a verdict; a stale one shows the symbol of what it was and says so."""
    word = VERDICTS[judgement.verdict]
    if judgement.was is None:
        return word
    was = VERDICTS[judgement.was]
    return Word(f"{word.label}, was {was.label}", was.symbol, f"{was.css} {word.css}", word.means)
