"""The next steps are concrete: a requirement, issues to read, a command to check or run again."""

from __future__ import annotations

import shlex
from collections.abc import Callable

import pytest

from dask_matrix.domain.upgrades.answer import Answer
from dask_matrix.domain.upgrades.installers import Installer
from dask_matrix.tell.code_usage import CodeCoverage
from dask_matrix.tell.next_steps import next_steps

Ask = Callable[..., Answer]


def commands(answer: Answer, code: CodeCoverage | None = None, arguments: str = "") -> list[str]:
    """Return the commands of the steps."""
    return [step.command for step in next_steps(answer, code, arguments=arguments) if step.command]


def test_downgrade_names_the_release_too(ask: Ask) -> None:
    """A requirement that allows the start would make pip stay on it."""
    first = next_steps(ask("PP", "PP", start="2025.3.0", target="2025.2.0"))[0]
    assert first.command == "pip install 'dask[array,dataframe,distributed]==2025.2.0'"


@pytest.mark.parametrize(
    ("lines", "text", "release", "requirement"),
    [
        (("PPP",), "Install 2025.4.0:", "2025.4.0", "dask>=2025.2.0,<=2025.4.0"),
        (("PPF",), "Install 2025.3.0 instead", "2025.3.0", "dask>=2025.2.0,<=2025.3.0"),
        (("PFF",), "Stay on 2025.2.0", "", "dask==2025.2.0"),
    ],
)
def test_upgrade_is_a_pin_and_the_requirement_is_separate(
    ask: Ask, lines: tuple[str, ...], text: str, release: str, requirement: str
) -> None:
    """pip installs a release that is pinned, but changes nothing if the current one is in the range."""
    first, second = next_steps(ask(*lines, target="2025.4.0"))[:2]
    assert first.text.startswith(text)
    assert first.command == (f"pip install 'dask[array,dataframe,distributed]=={release}'" if release else "")
    assert (second.command, second.requirement) == ("", requirement)


@pytest.mark.parametrize(
    ("installer", "text", "command"),
    [
        (Installer.PIP, "Install 2025.3.0:", "pip install 'dask[array,dataframe,distributed]==2025.3.0'"),
        (Installer.UV_PIP, "Install 2025.3.0:", "uv pip install 'dask[array,dataframe,distributed]==2025.3.0'"),
        (Installer.PIXI, "Install 2025.3.0:", "pixi add dask=2025.3.0"),
        (
            Installer.PIXI_PYPI,
            "Install 2025.3.0:",
            "pixi add --pypi 'dask[array,dataframe,distributed]==2025.3.0'",
        ),
        (Installer.CONDA, "Install 2025.3.0:", "conda install dask=2025.3.0"),
        (
            Installer.UV,
            "Lock 2025.3.0:",
            "uv lock --upgrade-package dask==2025.3.0 --upgrade-package distributed==2025.3.0",
        ),
        (Installer.PIP_COMPILE, "Lock 2025.3.0:", "pip-compile -P dask==2025.3.0 -P distributed==2025.3.0"),
        (Installer.PIP_LOCK, "Lock 2025.3.0:", "pip lock 'dask[array,dataframe,distributed]==2025.3.0'"),
        (
            Installer.UV_COMPILE,
            "Lock 2025.3.0:",
            "uv pip compile requirements.in -o requirements.txt -P dask==2025.3.0 -P distributed==2025.3.0",
        ),
        (
            Installer.PIPENV,
            "Lock 2025.3.0:",
            "pipenv upgrade 'dask[array,dataframe,distributed]==2025.3.0' distributed==2025.3.0",
        ),
        (
            Installer.POETRY,
            "Lock 2025.3.0. Set dask==2025.3.0 in pyproject.toml, then run:",
            "poetry update dask distributed",
        ),
        (
            Installer.PDM,
            "Lock 2025.3.0. Set dask==2025.3.0 in pyproject.toml, then run:",
            "pdm update dask distributed",
        ),
        (
            Installer.CONDA_LOCK,
            "Lock 2025.3.0. Set dask=2025.3.0 in environment.yml, then run:",
            "conda-lock lock --lockfile conda-lock.yml --update dask --update distributed",
        ),
        (
            Installer.CONDA_FILE,
            "Install 2025.3.0. Set dask=2025.3.0 in environment.yml, then run:",
            "conda env update --file environment.yml",
        ),
    ],
)
def test_release_is_installed_with_the_projects_own_tool(
    ask: Ask, installer: Installer, text: str, command: str
) -> None:
    """Never pip inside conda and pixi, and never past a lock file."""
    first = next_steps(ask("PP"), installer=installer)[0]
    assert (first.text, first.command) == (text, command)
    other = next_steps(ask("PPF", target="2025.4.0"), installer=installer)[0]
    assert other.text.startswith(f"{text.split(maxsplit=1)[0]} 2025.3.0 instead, the safe release nearest to 2025.4.0")
    assert other.command == command


ASKED = "--from uv.lock --to 2025.3.0 --data 'my data' --code src --scenarios=ours"


def texts(answer: Answer, arguments: str = "") -> str:
    """Return the sentences of the steps."""
    return "\n".join(step.text for step in next_steps(answer, arguments=arguments))


@pytest.mark.parametrize("known", ["*", "array/*", ""])
def test_accepting_failures_is_never_suggested(ask: Ask, known: str) -> None:
    """A failure that is known upstream breaks the user's code all the same."""
    answer = ask("PF", "PF", known=known, issue="dask/dask#1")
    assert "accept" not in texts(answer) + texts(answer, ASKED)
    assert not [each for each in commands(answer, arguments=ASKED) if "--accept" in each]


def test_release_without_evidence_is_one_step(ask: Ask) -> None:
    """It is tested as a whole; a release that does not exist is not."""
    [*_, command] = commands(ask("PP", "P-", target="2031.1.0"), arguments=ASKED)
    assert command.startswith("dask-matrix run --release 2031.1.0 --lane as-released --data")
    assert "applies to only one" not in texts(ask("PP", "-P", target="2031.1.0"))


def test_suggested_command_extends_the_typed_one(ask: Ask) -> None:
    """With its lock file, evidence and code, which the answer does not know."""
    found = commands(ask("PFP"), arguments=ASKED)
    assert f"dask-matrix check {ASKED.replace('2025.3.0', '2025.4.0')}" in found
    assert f"dask-matrix check {ASKED} --code ." in found
    assert "dask-matrix check --from x --to=2025.3.0 --to 2025.4.0" in commands(
        ask("PFP"), arguments="--from x --to=2025.3.0"
    )


@pytest.mark.parametrize("arguments", ["", "--server https://me:secret@x.org", "--from 'a\nb'", "--from 'open"])
def test_unknown_command_is_described_instead(ask: Ask, arguments: str) -> None:
    """No command is invented, and none is shown that differs from what was typed or contains a password."""
    answer = ask("PFP", known="*")
    assert not [each for each in commands(answer, arguments=arguments) if each.startswith("dask-matrix check")]
    for option in ("--to 2025.4.0", "--code PATH"):
        assert f"add {option} to the command." in texts(answer, arguments)


def test_run_command_uses_the_same_folders(ask: Ask) -> None:
    """The data folder and scenarios of the check, or a hint to add them."""
    [command] = [each for each in commands(ask("P "), arguments=ASKED) if " run " in each]
    assert shlex.split(command)[-3:] == ["--data", "my data", "--scenarios=ours"]
    assert "add --data and --scenarios if you used them" in texts(ask("P "))


@pytest.mark.parametrize(("source", "expected"), [("https://x.org", True), ("the data folder /d", False), ("", False)])
def test_remote_check_says_what_leaves_the_machine(ask: Ask, source: str, expected: bool) -> None:
    """A data folder and the snapshot are local."""
    answer = ask("PF")
    answer = answer.model_copy(update={"evidence": answer.evidence.model_copy(update={"source": source})})
    assert ("leave your machine" in texts(answer)) == expected


@pytest.mark.parametrize(
    ("lines", "text", "command"),
    [
        (("P ", "Ps"), "", "--release 2025.3.0 --python 3.11 --lane as-released -k 'row_0 or row_1'"),
        ((" P",), "", "--release 2025.2.0 --python 3.11 --lane as-released -k row_0"),
        (("  ",), "", "--release 2025.2.0 --release 2025.3.0 --python 3.11 --lane as-released -k row_0"),
        (("P ",), "[x y]", "--release 2025.3.0 --python 3.11 --lane as-released -k row_0"),
        (("P ",), "; rm -rf ~", "--release 2025.3.0 --python 3.11 --lane as-released"),
        (("P ",) * 6, "", "--release 2025.3.0 --python 3.11 --lane as-released"),
    ],
)
def test_missing_evidence_gives_a_run_command(ask: Ask, lines: tuple[str, ...], text: str, command: str) -> None:
    """Only for the releases and scenarios without evidence."""
    assert f"dask-matrix run {command}" in commands(ask(*lines, text=text))


def test_flaky_scenario_is_not_rerun(ask: Ask) -> None:
    """Another run would settle nothing."""
    assert not [each for each in commands(ask("P~")) if " run " in each]
    assert any("1 scenario is flaky" in step.text for step in next_steps(ask("P~")))


def test_scenario_that_applies_to_one_release_is_reported(ask: Ask) -> None:
    """No run would settle it."""
    answer = ask("-P", "P ")
    lopsided = answer.model_copy(update={"unknown": (*answer.unknown, *answer.not_applicable), "not_applicable": ()})
    assert "1 scenario applies to only one of the two releases" in texts(lopsided)


def test_uncovered_code_suggests_a_new_scenario(ask: Ask) -> None:
    """And --code is not suggested again."""
    found = commands(ask("PF"), CodeCoverage({"dask.bag.map": ("a.py:1",)}, frozenset()))
    assert found[-1].startswith("dask-matrix scenarios new")
    assert not [each for each in found if "--code" in each]


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        ({"refused": {"2025.2.0": "no"}}, "2025.2.0 cannot be installed."),
        ({"refused": {"2025.2.0": "no"}, "target": "2025.2.0"}, "2025.2.0 cannot be installed."),
        ({"start": "2024.1.0"}, "2024.1.0 has not been tested in lane as-released."),
        ({"start": "2024.1.0", "target": "2024.1.0"}, "2024.1.0 has not been tested in lane as-released."),
        ({"python": "3.12"}, "2025.2.0 has not been tested in lane as-released on Python 3.12."),
    ],
)
def test_unusable_start_is_not_recommended(ask: Ask, question: dict[str, object], problem: str) -> None:
    """A start that cannot be installed or was not tested is reported; nothing is installed or required."""
    first, *others = next_steps(ask("PP", **question))
    assert first.text.startswith(problem)
    assert not [each for each in (first, *others) if "pip install" in each.command or each.requirement]
    assert not [each for each in others if each.text.startswith(("Stay", "Install", "Nothing"))]


def test_start_in_doubt_comes_first(ask: Ask) -> None:
    """Nothing is installed or required before it is settled."""
    first, *others = next_steps(ask("PP").with_doubts(("A mixed pair.",)))
    assert first.text.startswith("Settle first what the reasons above leave in doubt")
    assert not [each for each in others if each.command or each.requirement]


def test_same_release_needs_no_steps(ask: Ask) -> None:
    """From a release to itself."""
    assert [step.text for step in next_steps(ask("PP", target="2025.2.0"))] == ["Nothing to do."]


def test_untrusted_text_is_quoted_in_commands(ask: Ask, hostile: str) -> None:
    """A shell sees the intended words, on one line."""
    for command in commands(ask("P ", "PF", text=hostile, q="Row", profile="")):
        assert "\n" not in command
        assert shlex.split(command)[0] in {"dask-matrix", "pip"}
