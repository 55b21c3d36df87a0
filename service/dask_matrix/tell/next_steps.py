"""What to do next: each step a sentence, with the command to type or the issues to read."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.domain.upgrades.reasons import counted
from dask_matrix.tell.command_line import Asked
from dask_matrix.tell.finding_groups import issues, still_open
from dask_matrix.tell.sanitize import inert
from dask_matrix.tell.summary import ungrounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.issue import Issue
    from dask_matrix.domain.upgrades.answer import Answer, Finding
    from dask_matrix.tell.code_usage import Code

NEW = "dask-matrix scenarios new AREA NAME --scenarios FOLDER"
EXTRAS = "dask[array,dataframe,distributed]"
"""What the environments hold, and so what a verdict is about."""
NAMED = 5
"""Scenarios that a command names one by one, and issues to read."""
_LONGEST = 10_000
_FILLABLE = frozenset({Verdict.UNTESTED, Verdict.STALE})
_WORD_OF_K = re.compile(r"(?!(?:and|or|not|None|True|False)$)[\w./+\[\]-]+")
"""What pytest's -k takes as one word."""


@dataclass(frozen=True)
class Step:
    """One thing to do. ``requirement`` is a line to write into requirements, ``command`` one to type."""

    text: str
    command: str = ""
    issues: tuple[Issue, ...] = ()
    requirement: str = ""


def advice(answer: Answer, code: Code | None = None, *, asked: str = "") -> tuple[Step, ...]:
    """Return what to do next, the first thing first.

    ``asked`` are the words of the command after ``dask-matrix check``, quoted for a shell. An answer does not know them
    (where the evidence is, which lock and which code were read), so without them options are told in words alone.
    """
    command = Asked.of(asked)
    narrowed = code is not None or answer.question.uses is not None
    steps = (
        *_go(answer, command),
        *_broken(answer, command, narrowed=narrowed),
        *_unknown(answer, command),
        *_uncovered(code),
    )
    return steps or (Step("Nothing."),)


def requirement(answer: Answer) -> str:
    """Return the requirement that admits nothing known to be unsafe or unknown; none where the start itself is nothing to stay on."""
    return "" if ungrounded(answer) else inert(answer.specifier, _LONGEST)


def _go(answer: Answer, command: Asked) -> Iterator[Step]:
    start, target = answer.question.start, answer.question.target
    if why := ungrounded(answer):
        yield Step(f"{why} Nothing compared with it says anything: ask from a release that was tested and installs.")
        return
    if start == target:
        return
    if answer.verdict is Safety.SAFE and target == MAIN:
        yield Step(f"Nothing to fear from the release that will be made of {MAIN} as it is; none is yet.")
    elif answer.verdict is Safety.SAFE:
        yield Step(f"Move to {target}:", _install(target))
    elif answer.recommended:
        yield Step(
            f"Move to {answer.recommended} instead, the safe release nearest to {target}:", _install(answer.recommended)
        )
    else:
        yield Step(f"Stay on {start}: no release on the way to {target} is known to be safe.")
    yield Step(
        "Write into your requirements what admits no release known to be unsafe or unknown:",
        requirement=requirement(answer),
    )
    if answer.next_safe and answer.verdict is not Safety.SAFE:
        yield _again(
            f"Or go further: {answer.next_safe} is safe", command.to(answer.next_safe), "--to " + answer.next_safe
        )


def _install(release: str) -> str:
    """Return the command that gets a release, whichever is there: up or down."""
    return inert(shlex.join(["pip", "install", f"{EXTRAS}=={release}"]), _LONGEST)


def _broken(answer: Answer, command: Asked, *, narrowed: bool) -> Iterator[Step]:
    broken = still_open(answer)
    if not broken:
        return
    if found := issues(*broken):
        more = f" (and {len(found) - NAMED} more)" if len(found) > NAMED else ""
        yield Step(f"Read why it breaks{more}:", issues=found[:NAMED])
    if all(each.known for each in broken):
        text = "All that breaks is known. If your work does none of it, accept it"
        yield _again(text, command.also("--accept", "known"), "--accept known")
    if not narrowed:
        leaves = "; nothing but names of Dask leaves your machine" if _is_remote(answer) else ""
        yield _again(f"Ask about your own code alone{leaves}", command.also("--code", "."), "--code PATH")


def _again(text: str, command: str, option: str) -> Step:
    """Return the step of asking once more: the command if it can be known, else the option in words."""
    return Step(f"{text}:", command) if command else Step(f"{text}: add {option} to the command.")


def _is_remote(answer: Answer) -> bool:
    return answer.evidence.source.startswith(("http://", "https://"))


def _unknown(answer: Answer, command: Asked) -> Iterator[Step]:
    if not answer.evidence.scenarios:
        yield Step("Widen the question (--area, --scenario, -q, --covers, --profile, --code): nothing is in scope.")
    fillable = [each for each in answer.unknown if _verdicts(each) & _FILLABLE and _installs(each)]
    if fillable:
        also = "" if command.words else " (add the --data and the --scenarios of the question, if it had any)"
        yield Step(
            f"Find out about {counted(len(fillable))} without evidence{also}:",
            _run(answer, fillable, command.values("--data", "--scenarios")),
        )
    yield from _unsettled(answer)


def _unsettled(answer: Answer) -> Iterator[Step]:
    """Yield what no further run would settle."""
    if flaky := sum(Verdict.FLAKY in _verdicts(each) for each in answer.unknown):
        verb, they = ("is", "it is") if flaky == 1 else ("are", "they are")
        yield Step(
            f"{counted(flaky)} {verb} flaky: running again settles nothing. If {they} none of your work, narrow the "
            "question (--area, --covers, --code) or pass --allow-unknown."
        )
    if partial := sum(Verdict.NOT_APPLICABLE in _verdicts(each) for each in answer.unknown):
        verb = "does" if partial == 1 else "do"
        yield Step(f"{counted(partial)} {verb} not apply on one of the two sides, so nothing can be compared there.")


def _uncovered(code: Code | None) -> Iterator[Step]:
    if code and code.uncovered:
        told = counted(len(code.uncovered), "name")
        yield Step(f"Write a scenario for the {told} that none covers:", NEW)


def _verdicts(finding: Finding) -> set[Verdict]:
    return {finding.before.verdict, finding.after.verdict}


def _installs(finding: Finding) -> bool:
    return Verdict.UNINSTALLABLE not in _verdicts(finding)


def _run(answer: Answer, findings: list[Finding], places: list[str]) -> str:
    """Return the command that executes what has no evidence: only that, however much it names."""
    question, column = answer.question, answer.start or answer.target
    words = ["dask-matrix", "run"]
    if any(each.before.verdict in _FILLABLE for each in findings):
        words += ["--release", question.start]
    if question.target != question.start and any(each.after.verdict in _FILLABLE for each in findings):
        words += ["--release", question.target]
    python = question.python or (column.python if column else None)
    words += ["--python", python] if python else []
    return inert(shlex.join([*words, "--lane", question.lane, *_expression(findings), *places]), _LONGEST)


def _expression(findings: list[Finding]) -> list[str]:
    names = list(dict.fromkeys(each.scenario.partition("[")[0].rpartition("/")[2] for each in findings))
    if len(names) > NAMED or not all(map(_WORD_OF_K.fullmatch, names)):
        return []
    return ["-k", " or ".join(names)]
