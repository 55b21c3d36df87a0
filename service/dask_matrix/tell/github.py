"""Write an answer as GitHub workflow commands (annotations) and as step outputs."""

from collections.abc import Iterator

from dask_matrix.domain.surface.change import Turn
from dask_matrix.domain.upgrades.answer import Answer, Finding, Safety
from dask_matrix.domain.upgrades.environment_diff import warning_groups
from dask_matrix.domain.wording import counted
from dask_matrix.tell.finding_groups import exception_names, issues, not_accepted, unknown_scenarios, verdict_change
from dask_matrix.tell.sanitize import sanitize
from dask_matrix.tell.summary import WORD, sentence, surface_sentence, upgrade_title

MAX_ANNOTATIONS = 10
"""GitHub shows at most this many errors of a step, and as many warnings and notices."""
_MAX_LENGTH = 10_000


def annotations(answer: Answer) -> str:
    """Return one line per annotation; the last one is the summary."""
    return "".join(f"{line}\n" for line in _lines(answer))


def outputs(answer: Answer) -> str:
    """Return the lines for ``$GITHUB_OUTPUT``; every value is a single line."""
    values = {
        "verdict": answer.verdict.value,
        "recommended": answer.recommended or "",
        "specifier": answer.specifier,
        "regressed": str(len(answer.regressed)),
    }
    return "".join(f"{name}={sanitize(value, _MAX_LENGTH)}\n" for name, value in values.items())


def _lines(answer: Answer) -> Iterator[str]:
    broken = not_accepted(answer)
    if answer.doubts:
        yield _command("warning", "The question is in doubt", " ".join(map(sanitize, answer.doubts)))
    for use in answer.surface[:MAX_ANNOTATIONS]:
        level = "warning" if use.turn is Turn.DEPRECATED else "error"
        yield _command(level, use.name, f"{surface_sentence(use)}: {', '.join(use.places)}")
    for finding in broken[:MAX_ANNOTATIONS]:
        yield _command("error", finding.title, _failure_details(finding))
    if answer.verdict is Safety.UNSAFE and not broken:
        yield _command("error", upgrade_title(answer), " ".join(answer.reasons))
    for each in answer.missing if answer.verdict is Safety.UNKNOWN else ():
        yield _command("warning", f"No evidence about {each.release}", each.sentence)
    if unknown := unknown_scenarios(answer):
        yield _command("warning", f"{counted(len(unknown))} unknown", _unknown_scenarios(unknown))
    for group in warning_groups(answer.new_warnings)[: MAX_ANNOTATIONS - 1]:
        yield _command(
            "warning", f"New warning: {group.given[0].title}{group.more}", f"{group.category}: {group.message}"
        )
    if answer.caveats:
        yield _command("notice", "Keep in mind", " ".join(map(sanitize, answer.caveats)))
    yield _command("notice", "dask-matrix", _summary(answer, len(broken) - MAX_ANNOTATIONS))


def _failure_details(finding: Finding) -> str:
    parts = [finding.scenario, verdict_change(finding), exception_names(finding)]
    parts += [issue.address or issue.name for issue in issues(finding)]
    return ", ".join(each for each in parts if each)


def _unknown_scenarios(findings: tuple[Finding, ...]) -> str:
    named = [f"{each.scenario} ({each.why})" if each.why else each.scenario for each in findings[:MAX_ANNOTATIONS]]
    more = [f"and {len(findings) - MAX_ANNOTATIONS} more"] if len(findings) > MAX_ANNOTATIONS else []
    return ", ".join(map(sanitize, [*named, *more]))


def _summary(answer: Answer, left_out: int) -> str:
    parts = [f"{WORD[answer.verdict]} {upgrade_title(answer)}: {sentence(answer)}"]
    if left_out > 0:
        parts.append(f"{left_out} more {'failure is' if left_out == 1 else 'failures are'} not annotated.")
    if answer.verdict is not Safety.SAFE and answer.recommended:
        parts.append(f"Recommended: {answer.recommended} ({answer.specifier}).")
    return " ".join(parts)


def _command(name: str, title: str, message: str) -> str:
    return f"::{name} title={_property(sanitize(title))}::{_data(sanitize(message, _MAX_LENGTH))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
