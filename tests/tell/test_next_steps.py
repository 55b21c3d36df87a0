"""What to do next is concrete: a requirement, issues to read, a command that asks or runs again."""

from __future__ import annotations

import shlex
from collections.abc import Callable

import pytest

from dask_matrix.domain.upgrades.answer import Answer
from dask_matrix.tell.code_usage import Code
from dask_matrix.tell.next_steps import advice

Ask = Callable[..., Answer]


def commands(answer: Answer, code: Code | None = None, asked: str = "") -> list[str]:
    """Return the commands of the steps."""
    return [step.command for step in advice(answer, code, asked=asked) if step.command]


def test_moving_down_names_the_release_too(ask: Ask) -> None:
    """What admits the start would leave pip where it is."""
    first = advice(ask("PP", "PP", start="2025.3.0", target="2025.2.0"))[0]
    assert first.command == "pip install 'dask[array,dataframe,distributed]==2025.2.0'"


@pytest.mark.parametrize(
    ("lines", "text", "release", "requirement"),
    [
        (("PPP",), "Move to 2025.4.0:", "2025.4.0", "dask>=2025.2.0,<=2025.4.0"),
        (("PPF",), "Move to 2025.3.0 instead", "2025.3.0", "dask>=2025.2.0,<=2025.3.0"),
        (("PFF",), "Stay on 2025.2.0", "", "dask==2025.2.0"),
    ],
)
def test_a_move_is_a_pin_and_the_requirement_stands_apart(
    ask: Ask, lines: tuple[str, ...], text: str, release: str, requirement: str
) -> None:
    """Pip goes to a release that is named, and stays in a range that it is in."""
    first, second = advice(ask(*lines, target="2025.4.0"))[:2]
    assert first.text.startswith(text)
    assert first.command == (f"pip install 'dask[array,dataframe,distributed]=={release}'" if release else "")
    assert (second.command, second.requirement) == ("", requirement)


ASKED = "--from uv.lock --to 2025.3.0 --data 'my data' --code src --scenarios=ours"


def texts(answer: Answer, asked: str = "") -> str:
    """Return the sentences of the steps."""
    return "\n".join(step.text for step in advice(answer, asked=asked))


@pytest.mark.parametrize(("known", "offered"), [("*", True), ("array/*", False), ("", False)])
def test_accepting_is_offered_where_all_that_breaks_is_known(ask: Ask, known: str, offered: bool) -> None:
    """One that nobody knows of yet is nothing to wave through."""
    answer = ask("PF", "PF", known=known, issue="dask/dask#1")
    assert ("add --accept known to the command" in texts(answer)) == offered
    assert (f"dask-matrix check {ASKED} --accept known" in commands(answer, asked=ASKED)) == offered


def test_a_command_is_the_one_that_was_typed_and_more(ask: Ask) -> None:
    """With its lock file, its evidence and its code: an answer knows of none of them."""
    found = commands(ask("PFP"), asked=ASKED)
    assert f"dask-matrix check {ASKED.replace('2025.3.0', '2025.4.0')}" in found
    assert f"dask-matrix check {ASKED} --code ." in found
    assert "dask-matrix check --from x --to=2025.3.0 --to 2025.4.0" in commands(
        ask("PFP"), asked="--from x --to=2025.3.0"
    )


@pytest.mark.parametrize("asked", ["", "--server https://me:secret@x.org", "--from 'a\nb'", "--from 'open"])
def test_a_command_that_is_not_known_is_told_in_words(ask: Ask, asked: str) -> None:
    """None is made up; nor is one shown that would not be what was typed, or that has a password in it."""
    answer = ask("PFP", known="*")
    assert not [each for each in commands(answer, asked=asked) if each.startswith("dask-matrix check")]
    for option in ("--to 2025.4.0", "--accept known", "--code PATH"):
        assert f"add {option} to the command." in texts(answer, asked)


def test_runs_go_where_the_question_looked(ask: Ask) -> None:
    """With the data folder and the scenarios of the command, or the word that they are to be added."""
    [command] = [each for each in commands(ask("P "), asked=ASKED) if " run " in each]
    assert shlex.split(command)[-3:] == ["--data", "my data", "--scenarios=ours"]
    assert "add the --data and the --scenarios of the question" in texts(ask("P "))


@pytest.mark.parametrize(("source", "told"), [("https://x.org", True), ("the data folder /d", False), ("", False)])
def test_what_leaves_the_machine_is_told_where_something_does(ask: Ask, source: str, told: bool) -> None:
    """A data folder and the snapshot are on it."""
    answer = ask("PF")
    answer = answer.model_copy(update={"evidence": answer.evidence.model_copy(update={"source": source})})
    assert ("leaves your machine" in texts(answer)) == told


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
def test_what_has_no_evidence_can_be_run(ask: Ask, lines: tuple[str, ...], text: str, command: str) -> None:
    """Where it is missing, and no more than that."""
    assert f"dask-matrix run {command}" in commands(ask(*lines, text=text))


def test_what_is_flaky_is_not_run_again(ask: Ask) -> None:
    """Nothing that comes of it settles anything."""
    assert not [each for each in commands(ask("P~")) if " run " in each]
    assert any("1 scenario is flaky" in step.text for step in advice(ask("P~")))


def test_what_applies_on_one_side_only_is_told(ask: Ask) -> None:
    """No run would settle it."""
    answer = ask("-P", "P ")
    lopsided = answer.model_copy(update={"unknown": (*answer.unknown, *answer.not_applicable), "not_applicable": ()})
    assert "1 scenario does not apply on one of the two sides" in texts(lopsided)


def test_code_without_a_scenario_wants_one(ask: Ask) -> None:
    """And who gave the code is not asked for it."""
    found = commands(ask("PF"), Code({"dask.bag.map": ("a.py:1",)}, frozenset()))
    assert found[-1].startswith("dask-matrix scenarios new")
    assert not [each for each in found if "--code" in each]


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ({"refused": {"2025.2.0": "no"}}, "2025.2.0 itself does not install."),
        ({"refused": {"2025.2.0": "no"}, "target": "2025.2.0"}, "2025.2.0 itself does not install."),
        ({"start": "2024.1.0"}, "2024.1.0 was never tested in lane as-released."),
        ({"start": "2024.1.0", "target": "2024.1.0"}, "2024.1.0 was never tested in lane as-released."),
        ({"python": "3.12"}, "2025.2.0 was never tested in lane as-released on Python 3.12."),
    ],
)
def test_nobody_is_told_to_stay_where_nothing_stands(ask: Ask, question: dict[str, object], why: str) -> None:
    """A start that does not install, or was never tested, is told to be that; nothing is installed or required."""
    first, *others = advice(ask("PP", **question))
    assert first.text.startswith(why)
    assert not [each for each in (first, *others) if "pip install" in each.command or each.requirement]
    assert not [each for each in others if each.text.startswith(("Stay", "Move", "Nothing"))]


def test_staying_needs_nothing(ask: Ask) -> None:
    """From a release to itself."""
    assert [step.text for step in advice(ask("PP", target="2025.2.0"))] == ["Nothing."]


def test_commands_survive_a_strangers_text(ask: Ask, hostile: str) -> None:
    """A shell reads the words that were meant, in one line."""
    for command in commands(ask("P ", "PF", text=hostile, q="Row", profile="")):
        assert "\n" not in command
        assert shlex.split(command)[0] in {"dask-matrix", "pip"}
