"""Sentences that explain the answer to an upgrade question: the headline, further reasons, and caveats."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.release import LATEST, Release, newest
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.domain.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from dask_matrix.domain.environments.lineage import Lineage
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.upgrades.answer import Answer, Finding, FindingSide, Step

EMPTY_SCOPE = "No scenario is in scope, so the answer is unknown."
NONE_APPLIES = "No scenario in scope applies to both releases, so the answer is unknown."


def reasons(answer: Answer) -> Iterator[str]:
    """Yield the answer in a sentence, its headline, and then what it does not say: the most important first."""
    headline = _headline(answer)
    with_others = answer.tested_with and answer.is_comparable and answer.evidence.scenarios
    yield f"{headline.removesuffix('.')}, {_other_versions(answer)}." if with_others else headline
    yield from (each.sentence for each in answer.missing if each.sentence != headline)
    if answer.verdict is Safety.SAFE:
        yield _all_decided(answer)
    if answer.verdict is Safety.UNSAFE and answer.is_comparable and answer.unknown:
        yield _lack_a_verdict(answer)


def missing_verdict(side: FindingSide, release: str) -> str:
    """Return why a scenario has no pass or fail verdict on a release; empty if it has one."""
    reason = {
        Verdict.UNTESTED: f"only internal errors on {release}" if side.result else f"not tested on {release}",
        Verdict.STALE: f"the result on {release} is from an older version of the scenario",
        Verdict.FLAKY: f"flaky on {release}: {side.passed} of {side.executions} executions passed",
        Verdict.UNINSTALLABLE: f"{release} cannot be installed",
    }
    return reason.get(side.verdict, "")


def caveats(start: Environment | None, target: Environment | None, steps: Iterable[Step]) -> Iterator[str]:
    """Yield how the two environments differ besides Dask, and which releases are backports."""
    if start and target and start.python != target.python:
        yield f"The two releases were tested on different Pythons: {start.python} and {target.python}."
    if start and target and start.platform != target.platform:
        yield f"The two releases were tested on different platforms: {start.platform} and {target.platform}."
    if late := [step.release for step in steps if step.late]:
        are = "is a backport" if len(late) == 1 else "are backports"
        yield f"{joined(late)} {are}: uploaded after higher releases."


def newer_than_the_evidence(asked: str, target: str, published: Collection[Release]) -> Iterator[str]:
    """Yield that the package index lists a newer release than the newest tested one, if the question asks for the latest."""
    last = newest(published)
    if asked == LATEST and last and last > Release.parse(target):
        yield f"{target} is the newest tested release; the package index already lists {last}."


def commit_caveats(lineage: Lineage, columns: Iterable[Environment]) -> Iterator[str]:
    """Yield which of these columns are commits that lack the newest release."""
    for each in columns:
        if standing := lineage.standing(each.release):
            yield f"{each.release.name} is a {standing}. It may lack what {lineage.newest} changed."


def scenarios_that(number: int, do: str) -> str:
    """Return ``1 scenario that passes``, ``3 scenarios that pass``."""
    return f"{counted(number)} that {verb(number, do)}"


def verb(number: int, do: str) -> str:
    """Return a verb that agrees with a number: ``passes`` with 1, ``pass`` otherwise."""
    return do if number != 1 else f"{do}es" if do.endswith("s") else f"{do}s"


def part_of(part: int, whole: int) -> str:
    """Return ``1 of the 3 scenarios``, or ``the only scenario`` if there is only one."""
    return "the only scenario" if part == whole == 1 else f"{part} of the {counted(whole)}"


def joined(words: list[str]) -> str:
    """Return words as a list in a sentence: ``pandas``, ``pandas and NumPy``, ``Python, pandas and NumPy``."""
    *some, last = words
    return f"{', '.join(some)} and {last}" if some else last


def _headline(answer: Answer) -> str:
    broken = [each for each in answer.regressed if not each.accepted]
    missing = {each.release: each.sentence for each in answer.missing}
    if answer.verdict is Safety.UNSAFE:
        return _breaks(answer, len(broken)) if broken else missing[answer.question.target]
    if missing:
        return next(iter(missing.values()))
    if answer.verdict is Safety.SAFE:
        return _accepted(answer) if answer.regressed else _still_pass(answer)
    if answer.unknown:
        return _lack_a_verdict(answer)
    return NONE_APPLIES if answer.not_applicable else EMPTY_SCOPE


def _breaks(answer: Answer, broken: int) -> str:
    """Return how many scenarios break; accepted ones are counted apart."""
    everything = len(answer.regressed)
    subject = _capitalized(f"{part_of(everything, _passing(answer))} that {verb(_passing(answer), 'pass')}")
    failures = f"{subject} on {answer.question.start} {verb(everything, 'fail')} on {answer.question.target}"
    return f"{failures}; {everything - broken} accepted." if broken < everything else f"{failures}."


def _accepted(answer: Answer) -> str:
    """Return which failures a safe answer accepts, and that nothing else breaks."""
    number, known = len(answer.regressed), sum(each.known is not None for each in answer.regressed)
    what = counted(number, "known failure" if known == number else "failure")
    listed = f", {known} of them known" if 0 < known < number else ""
    start, target = answer.question.start, answer.question.target
    rest = f"nothing else that passes on {start} fails on {target}"
    return f"Accepted: {what}{listed}; {rest}."


def _still_pass(answer: Answer) -> str:
    start, target = answer.question.start, answer.question.target
    match answer.holding:
        case 0:
            return f"No scenario that passes on {start} fails on {target}."
        case 1:
            return f"The only scenario that passes on {start} still passes on {target}."
        case passing:
            return f"All {passing} scenarios that pass on {start} still pass on {target}."


def _lack_a_verdict(answer: Answer) -> str:
    kinds = Counter(map(_kind, answer.unknown))
    counts = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
    number = len(answer.unknown)
    subject = _capitalized(part_of(number, answer.evidence.scenarios))
    return f"{subject} in scope {verb(number, 'lack')} a verdict on one or both releases: {counts}."


def _kind(finding: Finding) -> str:
    verdicts = {finding.before.verdict, finding.after.verdict}
    order = (Verdict.UNINSTALLABLE, Verdict.UNTESTED, Verdict.STALE, Verdict.FLAKY)
    return next((verdict.value for verdict in order if verdict in verdicts), "not comparable")


def _all_decided(answer: Answer) -> str:
    size = sum(map(len, (answer.regressed, answer.fixed, answer.still_failing))) + answer.holding
    if size == 1:
        return "The only applicable scenario in scope has a current verdict on both releases."
    return f"All {size} applicable scenarios in scope have a current verdict on both releases."


def _passing(answer: Answer) -> int:
    """Return how many scenarios pass on the start, whatever their verdict on the target."""
    unclear = sum(each.before.verdict is Verdict.PASS for each in answer.unknown)
    return answer.holding + len(answer.regressed) + unclear


def _other_versions(answer: Answer) -> str:
    """Return that the evidence is of other versions than the user has; a caveat says which."""
    return f"tested with another {_names(answer.tested_with)} than yours"


def _names(differences: Sequence[object]) -> str:
    return joined([str(getattr(each, "name", "")) for each in differences])


def _capitalized(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
