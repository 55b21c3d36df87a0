"""`dask-matrix check`: what breaks if I upgrade. Exits 0 safe, 1 unsafe, 2 usage error, 3 unknown, 4 no evidence."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dask_matrix.commands import options
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import LATEST
from dask_matrix.domain.errors import DaskMatrixError, EvidenceUnreachable
from dask_matrix.domain.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dask_matrix.commands.sources import EvidenceOptions
    from dask_matrix.domain.upgrades.answer import Answer, Question
    from dask_matrix.domain.upgrades.installers import Installer
    from dask_matrix.project.code.usage import Usage
    from dask_matrix.project.locks.start import Start
    from dask_matrix.tell.code_usage import CodeCoverage

SAFE, UNSAFE, UNKNOWN, UNREACHABLE = 0, 1, 3, 4
FORMATS = ("json", "markdown", "github")
"""Options that choose the output format; without one, text for a terminal."""
CODES = {"safe": SAFE, "unsafe": UNSAFE, "unknown": UNKNOWN}
SERVER = "DASK_MATRIX_SERVER"
"""Environment variable with the URL of a server."""

Texts = list[str] | None


def check(
    context: typer.Context,
    target: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="RELEASE",
            help="Release to upgrade to; main is the newest commits.",
            show_default="latest, the newest tested one",
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="RELEASE|installed|FILE",
            help="Release to upgrade from, the installed one, or a lock file.",
            show_default="the lock file of this folder, else installed",
        ),
    ] = None,
    environment: Annotated[
        str, typer.Option(metavar="NAME", help="Environment of a lock file with several, such as pixi.lock.")
    ] = "",
    group: options.Group = None,
    extra: options.Extra = None,
    member: options.Member = None,
    server: Annotated[
        str,
        typer.Option(metavar="URL", help="Ask a dask-matrix server.", show_default=f"${SERVER}"),
    ] = "",
    snapshot: options.Snapshot = False,
    data: options.Data = None,
    scenarios: options.KnownIn = None,
    area: Annotated[Texts, typer.Option(help="Check only this area; repeatable.")] = None,
    scenario: Annotated[Texts, typer.Option(help="Check only this scenario; * matches anything; repeatable.")] = None,
    q: Annotated[
        str, typer.Option("-q", help="Check only scenarios with these words; plain words only, no area:io.")
    ] = "",
    covers: Annotated[Texts, typer.Option(help="Check only scenarios that cover this dotted name; repeatable.")] = None,
    profile: Annotated[str, typer.Option(help="Check only this profile, a scope named in matrix.toml.")] = "",
    code: Annotated[
        list[Path] | None,
        typer.Option(help="Check only the Dask API this code uses. It is read, never run or uploaded. Repeatable."),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="First print everything the query contains.")] = False,
    lane: Annotated[Lane, typer.Option(help="How the other dependencies are chosen.")] = Lane.AS_RELEASED,
    python: Annotated[str, typer.Option(help="Use only results on this Python, and read the lock file for it.")] = "",
    accept: Annotated[
        Texts, typer.Option(help="Ignore these failures: `known` for all known ones, or a scenario id; repeatable.")
    ] = None,
    allow_unknown: Annotated[bool, typer.Option("--allow-unknown", help="Exit 0 if the answer is unknown.")] = False,
    as_json: options.Json = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown for a pull request.")] = False,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write a JUnit report.")] = None,
    github: Annotated[
        bool, typer.Option("--github", help="Write GitHub Actions annotations, step summary and outputs.")
    ] = False,
) -> None:
    """Show what breaks and what is fixed if you upgrade. Exits 0 safe, 1 unsafe, 2 usage error, 3 unknown, 4 no evidence available."""
    from dask_matrix.commands.sources import EvidenceOptions
    from dask_matrix.domain.upgrades.answer import Question
    from dask_matrix.project.locks.start import start as start_of
    from dask_matrix.project.locks.start import start_here

    output_format = _output_format(as_json, as_markdown, github)
    explicit = None if _is_from_environment(context, "data") else data
    source_options = EvidenceOptions(_server(server, explicit, snapshot=snapshot), explicit, snapshot, scenarios)
    begin = start_here(Path()) if start is None else start
    start_state = start_of(
        begin,
        options.lock_parts(group=group, extra=extra, member=member),
        Python.parse(python) if python else None,
        environment=environment,
    )
    usage = _usage(code)
    question = Question(
        start=str(start_state.release or LATEST),
        target=LATEST if target is None else target,
        lane=lane,
        python=python or None,
        area=tuple(area or ()),
        scenario=tuple(scenario or ()),
        q=q,
        covers=tuple(covers or ()),
        profile=profile,
        uses=None if usage is None else tuple(sorted(usage.names)),
        have=_installed_versions(start_state),
        accept=tuple(accept or ()),
    )
    _refuse_unprintable(question)
    if explain:
        _explain(question, source_options.server)
    answer, code_coverage = _ask(question, source_options, usage)
    if usage is not None and not source_options.server:
        from dask_matrix.commands.check_surface import with_surface

        answer = with_surface(answer, usage, source_options)
    answer = answer.model_copy(
        update={
            "caveats": (
                *_defaults(answer, begin if start is None else "", given_target=target is not None),
                *start_state.notes,
                *_other_pythons(start_state, answer),
                *_blind_spots(code_coverage),
                *answer.caveats,
            )
        }
    )
    answer = answer.with_doubts((*start_state.doubts, *_lost_code(usage)))
    if junit:
        _write_junit(answer, junit)
    _print_answer(answer, code_coverage, output_format, start_state.installer)
    raise typer.Exit(_exit_code(answer, allow_unknown=allow_unknown))


def _ask(
    question: Question, source_options: EvidenceOptions, usage: Usage | None
) -> tuple[Answer, CodeCoverage | None]:
    """Return the answer and how far it covers the user's code; exit with UNREACHABLE if there is no evidence."""
    from dask_matrix.commands.sources import open_evidence

    try:
        with open_evidence(question, source_options) as source:
            return source.answer(question), None if usage is None else _code_coverage(usage, source.covers())
    except EvidenceUnreachable as error:
        print(f"dask-matrix: {error}", file=sys.stderr)
        raise typer.Exit(UNREACHABLE) from None


def _defaults(answer: Answer, start: str, *, given_target: bool) -> Iterator[str]:
    """Yield which defaults were taken; ``start`` is empty if it was given."""
    from dask_matrix.project.locks.start import INSTALLED

    if start:
        yield f"--from is {'what is installed' if start == INSTALLED else f'{start}, the lock file of this folder'}."
    if not given_target:
        yield f"--to is {answer.question.target}, the newest release that was tested."


def _is_from_environment(context: typer.Context, option: str) -> bool:
    source = context.get_parameter_source(option)
    return source is not None and source.name == "ENVIRONMENT"


def _output_format(*requested: bool) -> str:
    """Return the requested one of FORMATS; empty for text on a terminal."""
    named = [name for name, is_requested in zip(FORMATS, requested, strict=True) if is_requested]
    if len(named) > 1:
        raise DaskMatrixError(f"Give only one of {' and '.join(f'--{name}' for name in named)}.")
    return named[0] if named else ""


def _server(server: str, data: Path | None, *, snapshot: bool) -> str:
    """Return the server to ask, if any; options take precedence over the environment variable."""
    named = [name for name, value in (("--server", server), ("--data", data), ("--snapshot", snapshot)) if value]
    if len(named) > 1:
        raise DaskMatrixError(f"Give only one of {' and '.join(named)}: each selects a source of evidence.")
    return server or ("" if named else os.environ.get(SERVER, ""))


def _refuse_unprintable(question: Question) -> None:
    """Refuse unprintable text (bytes that are not UTF-8): the answer repeats the question and could not be printed."""
    several = (question.area, question.scenario, question.covers, question.accept)
    texts = [question.target, question.q, question.profile, *(text for each in several for text in each)]
    for text in texts:
        if not text.isprintable():
            raise DaskMatrixError(f"{text!r} contains unprintable characters. Write names as they are listed.")


def _usage(code: list[Path] | None) -> Usage | None:
    if not code:
        return None
    from dask_matrix.project.code.usage import usage

    return usage(code)


def _installed_versions(start_state: Start) -> dict[str, str]:
    """Return the installed versions that affect Dask's behaviour. Nothing else about a project is ever sent."""
    from dask_matrix.domain.upgrades.nearest_environment import SIGNIFICANT_PACKAGES

    found = {name: start_state.packages[name] for name in SIGNIFICANT_PACKAGES if name in start_state.packages}
    return found | ({"python": str(start_state.python)} if start_state.python else {})


def _other_pythons(start_state: Start, answer: Answer) -> Iterator[str]:
    """Yield a caveat if the evidence was made with a Python that the project does not allow."""
    from dask_matrix.project.locks.markers import allows_minor

    pythons = {column.python for column in (answer.start, answer.target) if column}
    if refused := sorted(python for python in pythons if not allows_minor(start_state.requires_python, python)):
        yield (
            f"{start_state.source} needs Python {start_state.requires_python}; the tests ran with Python "
            f"{' and '.join(refused)}."
        )


def _explain(question: Question, server: str) -> None:
    header = f"Sent to {server}, and nothing else:" if server else "Nothing leaves this machine. The query is:"
    query = question.model_dump(mode="json", exclude_defaults=True)
    print(f"{header}\n{json.dumps(query, indent=1, ensure_ascii=False)}", file=sys.stderr)


def _blind_spots(code_coverage: CodeCoverage | None) -> Iterator[str]:
    """Yield caveats about the parts of the user's code that the answer does not cover."""
    if code_coverage and code_coverage.uncovered:
        counts = f"{len(code_coverage.uncovered)} of the {len(code_coverage.used)} Dask names that your code uses"
        examples = ", ".join(list(code_coverage.uncovered)[:3])
        yield f"No scenario in scope covers {counts}, such as {examples}: how an upgrade affects them is unknown."
    if code_coverage and code_coverage.unread:
        yield f"{counted(len(code_coverage.unread), 'file')} could not be read: {'; '.join(code_coverage.unread[:3])}."


def _lost_code(usage: Usage | None) -> Iterator[str]:
    """Yield a doubt if most of the user's files that import Dask could not be read."""
    if usage and usage.lost:
        count = len(usage.lost)
        which = f"{count} of the {count + usage.dask_files} files" if usage.dask_files else "The files"
        reasons = [f"{each.file}: {each.reason}" for each in usage.unread if each.file in usage.lost]
        yield (
            f"{which} that import Dask could not be read, so what they use was "
            f"not checked: {'; '.join(reasons[:3])}. Make them readable, or check without --code."
        )


def _code_coverage(usage: Usage, covers: Iterable[tuple[str, ...]]) -> CodeCoverage:
    """Return which used names are covered by a scenario that is in scope by the code; ``covers`` are those of each one."""
    from dask_matrix.domain.upgrades.scope import exercises_only, with_implied
    from dask_matrix.tell.code_usage import CodeCoverage

    all_used = with_implied(usage.names)
    covered = frozenset(name for each in covers if exercises_only(each, all_used) for name in each)
    used = {name: tuple(map(str, places)) for name, places in usage.names.items()}
    unread = tuple(f"{each.file}: {each.reason}" for each in usage.unread)
    return CodeCoverage(used, covered & used.keys(), unread)


def _print_answer(answer: Answer, code_coverage: CodeCoverage | None, output_format: str, installer: Installer) -> None:
    """Print the answer in the requested format; by default, text for a terminal."""
    if output_format == "json":
        print(answer.model_dump_json(indent=1))
    elif output_format == "markdown":
        from dask_matrix.tell.markdown import markdown

        print(markdown(answer, code_coverage, arguments=_command_arguments(), installer=installer))
    elif output_format == "github":
        _print_github(answer, code_coverage, installer)
    else:
        from rich.console import Console

        from dask_matrix.tell.terminal import print_answer

        print_answer(answer, code_coverage, Console(), arguments=_command_arguments(), installer=installer)


def _command_arguments() -> str:
    """Return the arguments after ``check``, without those that choose the output format."""
    words = sys.argv[1:]
    arguments = words[words.index("check") + 1 :] if "check" in words else []
    forms = {f"--{name}" for name in FORMATS}
    return shlex.join(each for each in arguments if each not in forms)


def _print_github(answer: Answer, code_coverage: CodeCoverage | None, installer: Installer) -> None:
    """Print annotations; append the summary and the outputs to the files that GitHub Actions names."""
    from dask_matrix.tell.github import annotations, outputs
    from dask_matrix.tell.markdown import markdown

    print(annotations(answer))
    summary = markdown(answer, code_coverage, arguments=_command_arguments(), installer=installer)
    for variable, text in (
        ("GITHUB_STEP_SUMMARY", summary),
        ("GITHUB_OUTPUT", outputs(answer)),
    ):
        if path := os.environ.get(variable):
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(f"{text}\n")


def _write_junit(answer: Answer, path: Path) -> None:
    """Write the JUnit report. Call this before printing: an unwritable path is a usage error, not half an answer."""
    from dask_matrix.tell.junit import junit

    if path.is_dir():
        raise DaskMatrixError(f"--junit {path} is a folder. Give a file name.")
    path.write_text(junit(answer), encoding="utf-8")


def _exit_code(answer: Answer, *, allow_unknown: bool) -> int:
    code = CODES[answer.verdict]
    if code == UNKNOWN and allow_unknown:
        print("dask-matrix: the answer is unknown; exiting with 0 because of --allow-unknown.", file=sys.stderr)
        return SAFE
    return code
