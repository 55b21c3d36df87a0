"""An answer as GitHub's workflow commands, and as the outputs of a step."""

from collections.abc import Iterator

from dask_matrix.domain.upgrades.answer import Answer, Finding, Safety
from dask_matrix.domain.upgrades.reasons import counted
from dask_matrix.tell.finding_groups import change, exceptions, issues, still_open
from dask_matrix.tell.sanitize import inert
from dask_matrix.tell.summary import WORD, move, sentence

MOST = 10
"""GitHub shows so many errors of a step, so many warnings and so many notices."""
_LONGEST = 10_000


def annotations(answer: Answer) -> str:
    """Return a line for each annotation; the last one sums up."""
    return "".join(f"{line}\n" for line in _lines(answer))


def outputs(answer: Answer) -> str:
    """Return the lines for ``$GITHUB_OUTPUT``; no value can begin another line."""
    values = {
        "verdict": answer.verdict.value,
        "recommended": answer.recommended or "",
        "specifier": answer.specifier,
        "regressed": str(len(answer.regressed)),
    }
    return "".join(f"{name}={inert(value, _LONGEST)}\n" for name, value in values.items())


def _lines(answer: Answer) -> Iterator[str]:
    broken = still_open(answer)
    for finding in broken[:MOST]:
        yield _command("error", finding.title, _story(finding))
    if answer.verdict is Safety.UNSAFE and not broken:
        yield _command("error", move(answer), " ".join(answer.reasons) or sentence(answer))
    if answer.unknown:
        yield _command("warning", f"{counted(len(answer.unknown))} unknown", _unknown(answer.unknown))
    for warned in answer.new_warnings[: MOST - 1]:
        yield _command("warning", f"New warning: {warned.title}", f"{warned.category}: {warned.message}")
    if answer.caveats:
        yield _command("notice", "Keep in mind", " ".join(map(inert, answer.caveats)))
    yield _command("notice", "dask-matrix", _summary(answer, len(broken) - MOST))


def _story(finding: Finding) -> str:
    told = [finding.scenario, change(finding), exceptions(finding)]
    told += [issue.address or issue.name for issue in issues(finding)]
    return ", ".join(each for each in told if each)


def _unknown(findings: tuple[Finding, ...]) -> str:
    named = [f"{each.scenario} ({each.why})" if each.why else each.scenario for each in findings[:MOST]]
    more = [f"and {len(findings) - MOST} more"] if len(findings) > MOST else []
    return ", ".join(map(inert, [*named, *more]))


def _summary(answer: Answer, left_out: int) -> str:
    told = [f"{WORD[answer.verdict]} {move(answer)}: {sentence(answer)}"]
    if left_out > 0:
        told.append(f"{left_out} more that {'breaks is' if left_out == 1 else 'break are'} not annotated.")
    if answer.verdict is not Safety.SAFE and answer.recommended:
        told.append(f"Recommended: {answer.recommended} ({answer.specifier}).")
    return " ".join(told)


def _command(name: str, title: str, message: str) -> str:
    return f"::{name} title={_property(inert(title))}::{_data(inert(message, _LONGEST))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
