"""GitHub gets at most ten errors and a summary; untrusted text cannot inject workflow commands."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from dask_matrix.domain.upgrades.answer import Answer
from dask_matrix.tell.github import annotations, outputs

Ask = Callable[..., Answer]
COMMAND = re.compile(r"::(error|warning|notice) title=([^:,\r\n]*)::([^\r\n]*)")


def levels(answer: Answer) -> list[str]:
    """Return the levels of all annotations; each line is one."""
    found = [COMMAND.fullmatch(line) for line in annotations(answer).removesuffix("\n").split("\n")]
    assert all(found)
    return [each[1] for each in found if each]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("PP",), ["notice"]),
        (("PF", "PP"), ["error", "notice"]),
        (("P ", "P~"), ["warning", "notice"]),
        (("PF", "P ", "FP"), ["error", "warning", "notice"]),
        (("PF",) * 500, ["error"] * 10 + ["notice"]),
    ],
)
def test_failures_are_errors_and_unknowns_are_warnings(ask: Ask, lines: tuple[str, ...], expected: list[str]) -> None:
    """And the last line is the summary."""
    assert levels(ask(*lines)) == expected


def test_start_in_doubt_is_the_first_warning(ask: Ask) -> None:
    """And no release is recommended."""
    first, *others = annotations(ask("PF").with_doubts(("A mixed pair.",))).splitlines()
    assert first == "::warning title=The question is in doubt::A mixed pair."
    assert [line.partition(" ")[0] for line in others] == ["::error", "::notice"]
    assert "Recommended" not in others[-1]


def test_error_describes_the_failure(ask: Ask) -> None:
    """Title in the heading; id, both verdicts, exception and issue in the message."""
    first, summary = annotations(ask("PFPP", issue="dask/dask#1")).splitlines()
    assert first == ("::error title=Row 0::array/row_0, pass → fail, KeyError, https://github.com/dask/dask/issues/1")
    assert summary == (
        "::notice title=dask-matrix::UNSAFE dask 2025.2.0 → 2025.3.0: "
        "the only scenario that passes on 2025.2.0 fails on 2025.3.0."
    )


def test_summary_counts_failures_without_annotation(ask: Ask) -> None:
    """GitHub shows at most ten."""
    assert "490 more failures are not annotated." in annotations(ask(*["PF"] * 500))
    assert "1 more failure is not annotated." in annotations(ask(*["PF"] * 11))


def test_accepted_failure_is_not_an_error(ask: Ask) -> None:
    """The verdict does not count it either."""
    assert levels(ask("PF", accept=("*",))) == ["notice"]


def test_uninstallable_target_is_an_error(ask: Ask) -> None:
    """With the refusal."""
    assert "::error title=dask 2025.2.0 → 2025.3.0::dask 2025.3.0 cannot be installed: no way" in annotations(
        ask("PP", refused={"2025.3.0": "no way"})
    )


def test_caveats_are_a_notice(ask: Ask) -> None:
    """As in the other formats, but always on one line."""
    lines = annotations(ask("PP").model_copy(update={"caveats": ("mind\nthis.", "And that.")})).splitlines()
    assert lines[0] == "::notice title=Keep in mind::mind this. And that."
    assert len(lines) == 2


def test_properties_and_messages_are_escaped(ask: Ask) -> None:
    """The way the runner unescapes them."""
    line = annotations(ask("PF", text=" 100%, a:b")).splitlines()[0]
    assert line.startswith("::error title=Row 0 100%25%2C a%3Ab::array/row_0 100%25, a:b, pass → fail")


def test_untrusted_text_cannot_inject_a_command(ask: Ask, hostile: str) -> None:
    """None of its lines starts one."""
    answer = ask("PF", "P~", "PP", text=hostile, issue=hostile, warned=(hostile,))
    assert levels(answer) == ["error", "warning", "warning", "notice"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("PPF",), "verdict=unsafe\nrecommended=2025.3.0\nspecifier=dask>=2025.2.0,<=2025.3.0\nregressed=1\n"),
        (("PP ",), "verdict=unknown\nrecommended=2025.3.0\nspecifier=dask>=2025.2.0,<=2025.3.0\nregressed=0\n"),
        (("PFF",), "verdict=unsafe\nrecommended=\nspecifier=dask==2025.2.0\nregressed=1\n"),
        (("PPP",), "verdict=safe\nrecommended=2025.4.0\nspecifier=dask>=2025.2.0,<=2025.4.0\nregressed=0\n"),
    ],
)
def test_step_has_four_outputs(ask: Ask, lines: tuple[str, ...], expected: str) -> None:
    """Empty where there is nothing to report."""
    assert outputs(ask(*lines, target="2025.4.0")) == expected


def test_output_is_one_line(ask: Ask) -> None:
    """Whatever a server sends."""
    answer = ask("PF").model_copy(update={"specifier": "dask\nverdict=safe", "recommended": "1\r\nverdict=safe"})
    assert len(outputs(answer).splitlines()) == 4
    assert outputs(answer).startswith("verdict=unsafe\n")
