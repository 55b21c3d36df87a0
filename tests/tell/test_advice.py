"""What to do next is concrete: a requirement, issues to read, a command that asks or runs again."""

from __future__ import annotations

import shlex
from collections.abc import Callable

import pytest

from service.domain.answer import Answer
from service.tell.advice import advice
from service.tell.code import Code

Ask = Callable[..., Answer]


def commands(answer: Answer, code: Code | None = None) -> list[str]:
    """Return the commands of the steps."""
    return [step.command for step in advice(answer, code) if step.command]


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


@pytest.mark.parametrize(("known", "offered"), [("*", True), ("array/*", False), ("", False)])
def test_accepting_is_offered_where_all_that_breaks_is_known(ask: Ask, known: str, offered: bool) -> None:
    """One that nobody knows of yet is nothing to wave through."""
    found = commands(ask("PF", "PF", known=known, issue="dask/dask#1"))
    assert any(each.endswith("--accept known") for each in found) == offered


def test_a_command_asks_the_same_question(ask: Ask) -> None:
    """With all that narrowed it."""
    [command] = [
        each
        for each in commands(ask("PF", area=("array",), q="Row 0", python="3.11", scenario=("array/*",)))
        if each.endswith("--code .")
    ]
    assert shlex.split(command) == [
        "dask-matrix", "check", "--from", "2025.2.0", "--to", "2025.3.0", "--area", "array", "--scenario", "array/*",
        "-q", "Row 0", "--python", "3.11", "--code", ".",
    ]  # fmt: skip


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
