"""Next steps for the user: one sentence each, with a command to run, a requirement to pin or issues to read."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.domain.upgrades.installers import Installer
from dask_matrix.domain.upgrades.missing_evidence import RUNNABLE
from dask_matrix.domain.wording import counted
from dask_matrix.tell.command_line import CheckArguments
from dask_matrix.tell.finding_groups import issues, not_accepted
from dask_matrix.tell.sanitize import sanitize
from dask_matrix.tell.summary import start_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.issue import Issue
    from dask_matrix.domain.upgrades.answer import Answer, Finding
    from dask_matrix.tell.code_usage import CodeCoverage

NEW = "dask-matrix scenarios new AREA NAME --scenarios FOLDER"
MAX_NAMED = 5
"""Maximum number of scenarios in a command, and of issues in a step."""
_MAX_LENGTH = 10_000
_WITHOUT_EVIDENCE = frozenset({Verdict.UNTESTED, Verdict.STALE})
_KEYWORD = re.compile(r"(?!(?:and|or|not|None|True|False)$)[\w./+\[\]-]+")
"""A single word of a pytest -k expression."""


@dataclass(frozen=True)
class NextStep:
    """One thing to do. ``requirement`` is a line for the user's requirements, ``command`` a line for a shell."""

    text: str
    command: str = ""
    issues: tuple[Issue, ...] = ()
    requirement: str = ""


def next_steps(
    answer: Answer, code: CodeCoverage | None = None, *, arguments: str = "", installer: Installer = Installer.PIP
) -> tuple[NextStep, ...]:
    """Return the next steps, in the order to do them; ``installer`` is the tool that moves the project to a release.

    ``arguments`` is what followed ``dask-matrix check`` on the command line, quoted for a shell. An answer does not know it
    (where the evidence is, which lock and which code were read), so without it steps name the option to add instead.
    """
    command = CheckArguments.of(arguments)
    code_given = code is not None or answer.question.uses is not None
    steps = (
        *_release_steps(answer, command, installer),
        *_failure_steps(answer, command, code_given=code_given),
        *_unknown_steps(answer, command),
        *_coverage_steps(code),
    )
    return steps or (NextStep("Nothing to do."),)


def requirement(answer: Answer) -> str:
    """Return the requirement that allows only releases known to be safe; empty if the start is not usable itself."""
    return "" if start_problem(answer) or answer.doubts else sanitize(answer.specifier, _MAX_LENGTH)


def _release_steps(answer: Answer, command: CheckArguments, installer: Installer) -> Iterator[NextStep]:
    start, target = answer.question.start, answer.question.target
    if answer.doubts:
        yield NextStep("Settle first what the reasons above leave in doubt; then check again.")
        return
    if problem := start_problem(answer):
        yield NextStep(f"{problem} Use --from with a release that has been tested and can be installed.")
        return
    if start == target:
        return
    if answer.verdict is Safety.SAFE and target == MAIN:
        yield _step_from_main(answer, command)
    elif answer.verdict is Safety.SAFE:
        yield _move(installer, target)
    elif answer.recommended:
        yield _move(installer, answer.recommended, f" instead, the safe release nearest to {target}")
    else:
        yield NextStep(f"Stay on {start}: no release in this range is known to be safe.")
    yield NextStep("Pin Dask to releases known to be safe:", requirement=requirement(answer))
    if answer.next_safe and answer.verdict is not Safety.SAFE:
        yield _check_again(
            f"Or upgrade further: {answer.next_safe} is safe",
            command.with_target(answer.next_safe),
            "--to " + answer.next_safe,
        )


def _step_from_main(answer: Answer, command: CheckArguments) -> NextStep:
    """Return what to do about a safe commit, which nobody installs: take a release that contains it."""
    newer = answer.newer_release
    if newer is None:
        return NextStep(f"Wait for the next release: {MAIN} is safe, but no release contains it yet.")
    if newer == answer.question.start:
        return NextStep(f"Stay on {newer}: this commit of {MAIN} does not contain it.")
    text = f"Check {newer}, which this commit of {MAIN} does not contain"
    return _check_again(text, command.with_target(newer), f"--to {newer}")


def _move(installer: Installer, release: str, why: str = "") -> NextStep:
    """Return the step of moving to a release with the project's own tool, whether it is an upgrade or a downgrade."""
    text = f"{'Lock' if installer.locks else 'Install'} {release}{why}"
    if installer.manifest:
        text += f". Set {installer.pin(release)} in {installer.manifest}, then run"
    return NextStep(sanitize(f"{text}:", _MAX_LENGTH), sanitize(installer.command(release), _MAX_LENGTH))


def _failure_steps(answer: Answer, command: CheckArguments, *, code_given: bool) -> Iterator[NextStep]:
    broken = not_accepted(answer)
    if not broken:
        return
    if found := issues(*broken):
        more = f" (and {len(found) - MAX_NAMED} more)" if len(found) > MAX_NAMED else ""
        yield NextStep(f"Read the issues behind these failures{more}:", issues=found[:MAX_NAMED])
    if not code_given:
        leaves = " (only Dask API names leave your machine)" if _is_remote(answer) else ""
        yield _check_again(
            f"Check only what your own code uses{leaves}", command.with_options("--code", "."), "--code PATH"
        )


def _check_again(text: str, command: str, option: str) -> NextStep:
    """Return the step of running the check again: as a command if that is known, else as the option to add."""
    return NextStep(f"{text}:", command) if command else NextStep(f"{text}: add {option} to the command.")


def _is_remote(answer: Answer) -> bool:
    return answer.evidence.source.startswith(("http://", "https://"))


def _unknown_steps(answer: Answer, command: CheckArguments) -> Iterator[NextStep]:
    if not answer.evidence.scenarios:
        yield NextStep("Widen the scope (--area, --scenario, -q, --covers, --profile, --code): it matches no scenario.")
    if answer.missing:
        yield from _missing_steps(answer, command)
        return
    runnable = [each for each in answer.unknown if _verdicts(each) & _WITHOUT_EVIDENCE and _installs(each)]
    if runnable:
        hint = "" if command.words else " (add --data and --scenarios if you used them)"
        yield NextStep(
            f"Run {counted(len(runnable), 'untested or stale scenario')}{hint}:",
            _run_command(answer, runnable, command.options("--data", "--scenarios")),
        )
    yield from _inconclusive_steps(answer)


def _missing_steps(answer: Answer, command: CheckArguments) -> Iterator[NextStep]:
    """Yield the step of testing the releases without evidence, if a run can do that."""
    if releases := [each.release for each in answer.missing if each.kind in RUNNABLE]:
        words = [word for release in releases for word in ("--release", release)]
        words += ["--python", answer.question.python] if answer.question.python else []
        line = shlex.join(
            ["dask-matrix", "run", *words, "--lane", answer.question.lane, *command.options("--data", "--scenarios")]
        )
        yield NextStep(f"Test {' and '.join(releases)}:", sanitize(line, _MAX_LENGTH))


def _inconclusive_steps(answer: Answer) -> Iterator[NextStep]:
    """Yield steps for unknown scenarios that another run would not settle."""
    if flaky := sum(Verdict.FLAKY in _verdicts(each) for each in answer.unknown):
        verb, them = ("is", "it") if flaky == 1 else ("are", "them")
        yield NextStep(
            f"{counted(flaky)} {verb} flaky, and another run will not change that. If your code does not depend on "
            f"{them}, narrow the scope (--area, --covers, --code) or use --allow-unknown."
        )
    if partial := sum(Verdict.NOT_APPLICABLE in _verdicts(each) for each in answer.unknown):
        applies, them = ("applies", "it") if partial == 1 else ("apply", "them")
        yield NextStep(
            f"{counted(partial)} {applies} to only one of the two releases; there is no way to compare {them}."
        )


def _coverage_steps(code: CodeCoverage | None) -> Iterator[NextStep]:
    if code and code.uncovered:
        yield NextStep(f"Write a scenario for {counted(len(code.uncovered), 'uncovered name')}:", NEW)


def _verdicts(finding: Finding) -> set[Verdict]:
    return {finding.before.verdict, finding.after.verdict}


def _installs(finding: Finding) -> bool:
    return Verdict.UNINSTALLABLE not in _verdicts(finding)


def _run_command(answer: Answer, findings: list[Finding], places: list[str]) -> str:
    """Return the command that runs the scenarios without evidence, on the releases where they have none."""
    question, column = answer.question, answer.start or answer.target
    words = ["dask-matrix", "run"]
    if any(each.before.verdict in _WITHOUT_EVIDENCE for each in findings):
        words += ["--release", question.start]
    if question.target != question.start and any(each.after.verdict in _WITHOUT_EVIDENCE for each in findings):
        words += ["--release", question.target]
    python = question.python or (column.python if column else None)
    words += ["--python", python] if python else []
    return sanitize(shlex.join([*words, "--lane", question.lane, *_keyword_option(findings), *places]), _MAX_LENGTH)


def _keyword_option(findings: list[Finding]) -> list[str]:
    names = list(dict.fromkeys(each.scenario.partition("[")[0].rpartition("/")[2] for each in findings))
    if len(names) > MAX_NAMED or not all(map(_KEYWORD.fullmatch, names)):
        return []
    return ["-k", " or ".join(names)]
