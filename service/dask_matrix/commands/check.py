"""`dask-matrix check`: the gate. Exit codes: 0 safe, 1 unsafe, 2 usage, 3 unknown, 4 evidence unreachable."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dask_matrix.commands import options
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.errors import DaskMatrixError, EvidenceUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dask_matrix.commands.sources import Asked
    from dask_matrix.domain.upgrades.answer import Answer, Question
    from dask_matrix.project.code.usage import Usage
    from dask_matrix.project.locks.start import Start
    from dask_matrix.tell.code_usage import Code

SAFE, UNSAFE, UNKNOWN, UNREACHABLE = 0, 1, 3, 4
FORMS = ("json", "markdown", "github")
"""Options that name the form of the output; without one it is for a person."""
CODES = {"safe": SAFE, "unsafe": UNSAFE, "unknown": UNKNOWN}
SERVER = "DASK_MATRIX_SERVER"
"""The variable that names a server."""

Texts = list[str] | None


def check(
    context: typer.Context,
    target: Annotated[str, typer.Option("--to", metavar="RELEASE", help="The release that is moved to.")],
    start: Annotated[
        str, typer.Option("--from", metavar="RELEASE|installed|FILE", help="The release moved from, or a lock file.")
    ] = "installed",
    server: Annotated[
        str,
        typer.Option(metavar="URL", help=f"Ask a server of dask-matrix; ${SERVER} where nobody is named."),
    ] = "",
    snapshot: options.Snapshot = False,
    data: options.Data = None,
    scenarios: options.KnownIn = None,
    area: Annotated[Texts, typer.Option(help="Only this area; repeatable.")] = None,
    scenario: Annotated[Texts, typer.Option(help="Only this scenario, * is anything; repeatable.")] = None,
    q: Annotated[str, typer.Option("-q", help="Only scenarios with these plain words; no terms such as area:io.")] = "",
    covers: Annotated[Texts, typer.Option(help="Only what exercises this dotted name; repeatable.")] = None,
    profile: Annotated[str, typer.Option(help="A kind of work that matrix.toml names.")] = "",
    code: Annotated[
        list[Path] | None, typer.Option(help="Only what this code uses; read, never run; it stays here. Repeatable.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print what is asked, all of it, before asking.")] = False,
    lane: Annotated[Lane, typer.Option(help="How other dependencies were chosen.")] = Lane.AS_RELEASED,
    python: Annotated[str, typer.Option(help="Only environments of this Python.")] = "",
    accept: Annotated[
        Texts, typer.Option(help="`known` accepts known failures, an id that scenario's; repeatable.")
    ] = None,
    allow_unknown: Annotated[bool, typer.Option("--allow-unknown", help="Exit 0 where the answer is unknown.")] = False,
    as_json: options.Json = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a pull request.")] = False,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a JUnit report too.")] = None,
    github: Annotated[
        bool, typer.Option("--github", help="Annotations, step summary and outputs for Actions.")
    ] = False,
) -> None:
    """Say what breaks and what is fixed by a move. Exits 0 safe, 1 unsafe, 2 usage, 3 unknown, 4 no evidence to be had."""
    from dask_matrix.commands.sources import Asked
    from dask_matrix.domain.upgrades.answer import Question
    from dask_matrix.project.locks.start import start as start_of

    form = _form(as_json, as_markdown, github)
    explicit = None if _is_of_a_variable(context, "data") else data
    whom = Asked(_server(server, explicit, snapshot=snapshot), explicit, snapshot, scenarios)
    begun = start_of(start)
    usage = _usage(code)
    question = Question(
        start=str(begun.release),
        target=target,
        lane=lane,
        python=python or None,
        area=tuple(area or ()),
        scenario=tuple(scenario or ()),
        q=q,
        covers=tuple(covers or ()),
        profile=profile,
        uses=None if usage is None else tuple(sorted(_with_classes(usage.names))),
        have=_had(begun),
        accept=tuple(accept or ()),
    )
    _refuse_no_text(question)
    if explain:
        _explain(question, whom.server)
    answer, mine = _ask(question, whom, usage)
    answer = answer.model_copy(update={"caveats": (*begun.notes, *_blind_spots(mine), *answer.caveats)})
    if junit:
        _write_junit(answer, junit)
    _tell(answer, mine, form)
    raise typer.Exit(_code_of(answer, allow_unknown=allow_unknown))


def _ask(question: Question, whom: Asked, usage: Usage | None) -> tuple[Answer, Code | None]:
    """Return the answer, and what of the asker's code it covers; end with UNREACHABLE if there is nobody to ask."""
    from dask_matrix.commands.sources import opened

    try:
        with opened(question, whom) as source:
            return source.answer(question), None if usage is None else _code(usage, source.covered())
    except EvidenceUnreachable as error:
        print(f"dask-matrix: {error}", file=sys.stderr)
        raise typer.Exit(UNREACHABLE) from None


def _is_of_a_variable(context: typer.Context, option: str) -> bool:
    source = context.get_parameter_source(option)
    return source is not None and source.name == "ENVIRONMENT"


def _form(*wanted: bool) -> str:
    """Return the one of FORMS that is asked for, or none: then it is told to a person."""
    named = [name for name, is_wanted in zip(FORMS, wanted, strict=True) if is_wanted]
    if len(named) > 1:
        raise DaskMatrixError(f"Give one of {' and '.join(f'--{name}' for name in named)}: each is the whole output.")
    return named[0] if named else ""


def _server(server: str, data: Path | None, *, snapshot: bool) -> str:
    """Return the server to ask, if any: what is named counts before what a variable names."""
    named = [name for name, value in (("--server", server), ("--data", data), ("--snapshot", snapshot)) if value]
    if len(named) > 1:
        raise DaskMatrixError(f"Give one of {' and '.join(named)}: each names whose evidence is asked for.")
    return server or ("" if named else os.environ.get(SERVER, ""))


def _refuse_no_text(question: Question) -> None:
    """Refuse bytes that are no UTF-8: the answer repeats the question, and could not be written."""
    several = (question.area, question.scenario, question.covers, question.accept)
    texts = [question.target, question.q, question.profile, *(text for each in several for text in each)]
    for text in texts:
        if not text.isprintable():
            raise DaskMatrixError(f"{text!r} holds what is no printable text. Write names as they are listed.")


def _usage(code: list[Path] | None) -> Usage | None:
    if not code:
        return None
    from dask_matrix.project.code.usage import usage

    return usage(code)


def _with_classes(names: Iterable[str]) -> set[str]:
    """Add the class of each member: whoever uses ``distributed.Future.result`` uses ``distributed.Future``."""
    found = set(names)
    above = {name.rpartition(".")[0] for name in found}
    return found | {name for name in above if name.rpartition(".")[2][:1].isupper()}


def _had(begun: Start) -> dict[str, str]:
    """Return the versions that behaviours turn on, as far as they are known. Nothing else of a project is ever sent."""
    from dask_matrix.domain.upgrades.nearest_environment import COMPARED

    found = {name: begun.packages[name] for name in COMPARED if name in begun.packages}
    return found | ({"python": str(begun.python)} if begun.python else {})


def _explain(question: Question, server: str) -> None:
    whom = f"This, and nothing else, goes to {server}:" if server else "Nothing leaves this machine. What is asked:"
    asked = question.model_dump(mode="json", exclude_defaults=True)
    print(f"{whom}\n{json.dumps(asked, indent=1, ensure_ascii=False)}", file=sys.stderr)


def _blind_spots(mine: Code | None) -> Iterator[str]:
    """Yield what of the asker's code the answer says nothing about."""
    if mine and mine.uncovered:
        told = f"No scenario covers {len(mine.uncovered)} of the {len(mine.used)} names of Dask's that the code uses"
        yield f"{told}, such as {', '.join(list(mine.uncovered)[:3])}: what happens to them is not known."
    if mine and mine.unread:
        yield f"Of the code {len(mine.unread)} could not be read: {'; '.join(mine.unread[:3])}."


def _code(usage: Usage, covered: frozenset[str]) -> Code:
    from dask_matrix.tell.code_usage import Code

    used = {name: tuple(map(str, places)) for name, places in usage.names.items()}
    unread = tuple(f"{each.file}: {each.reason}" for each in usage.unread)
    return Code(used, covered & used.keys(), unread)


def _tell(answer: Answer, mine: Code | None, form: str) -> None:
    """Print the answer in the form that was asked for; without one, for a person."""
    if form == "json":
        print(answer.model_dump_json(indent=1))
    elif form == "markdown":
        from dask_matrix.tell.markdown import markdown

        print(markdown(answer, mine, asked=_asked()))
    elif form == "github":
        _tell_github(answer, mine)
    else:
        from rich.console import Console

        from dask_matrix.tell.terminal import tell

        tell(answer, mine, Console(), asked=_asked())


def _asked() -> str:
    """Return the words of the command after its name, but for the form of the output."""
    words = sys.argv[1:]
    asked = words[words.index("check") + 1 :] if "check" in words else []
    forms = {f"--{name}" for name in FORMS}
    return shlex.join(each for each in asked if each not in forms)


def _tell_github(answer: Answer, mine: Code | None) -> None:
    """Print annotations; append the summary and the outputs where the runner wants them."""
    from dask_matrix.tell.github import annotations, outputs
    from dask_matrix.tell.markdown import markdown

    print(annotations(answer))
    for variable, text in (
        ("GITHUB_STEP_SUMMARY", markdown(answer, mine, asked=_asked())),
        ("GITHUB_OUTPUT", outputs(answer)),
    ):
        if path := os.environ.get(variable):
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(f"{text}\n")


def _write_junit(answer: Answer, path: Path) -> None:
    """Write the report before anything is told: a place that cannot be written is wrong usage, not half an answer."""
    from dask_matrix.tell.junit import junit

    if path.is_dir():
        raise DaskMatrixError(f"--junit {path} is a folder. Name the file to write.")
    path.write_text(junit(answer), encoding="utf-8")


def _code_of(answer: Answer, *, allow_unknown: bool) -> int:
    code = CODES[answer.verdict]
    if code == UNKNOWN and allow_unknown:
        print("dask-matrix: unknown, which --allow-unknown lets pass.", file=sys.stderr)
        return SAFE
    return code
