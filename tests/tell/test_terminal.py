"""A terminal shows the verdict first, then the scenarios in groups, then what to do next."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from rich.console import Console

from dask_matrix.domain.upgrades.answer import Answer
from dask_matrix.tell.code_usage import CodeCoverage
from dask_matrix.tell.github import annotations
from dask_matrix.tell.junit import junit
from dask_matrix.tell.markdown import markdown
from dask_matrix.tell.terminal import print_answer
from dask_matrix.tell.text_layout import split_name

Ask = Callable[..., Answer]
CODE = CodeCoverage(
    {"dask.array.from_array": ("src/a.py:12",), "dask.bag.Bag.foldby": tuple(f"src/b.py:{n}" for n in range(9))},
    frozenset({"dask.array.from_array"}),
    ("src/old.py",),
)


def output(
    answer: Answer, code: CodeCoverage | None = None, width: int = 80, arguments: str = "", **console: object
) -> str:
    """Return the output for a pipe."""
    buffer = io.StringIO()
    print_answer(answer, code, Console(file=buffer, width=width, **console), arguments=arguments)  # type: ignore[arg-type]
    return buffer.getvalue()


GOLDEN = """\
UNSAFE  dask 2025.2.0 → 2025.3.0: 2 of the 3 scenarios that pass on 2025.2.0
fail on 2025.3.0.

4 scenarios: 2 break, 1 fixed, 1 still passes.

Breaks (2)
  pass → timeout  Row 1
  KeyError        futures/row_1
                  dask/dask#1
  pass → fail     Row 0
  KeyError        array/row_0
                  dask/dask#1  known until 2030-01-01
                  it is so

Fixed (1)
  fail → pass  Row 2
  KeyError     array/row_2
               dask/dask#1

New warnings (1)
  FutureWarning: going away
    futures/row_3

Packages that differ between the two tested environments (1)
  pandas 2.2.3 → 2.3.0

Releases in between
  requirement        dask==2025.2.0
  recommended        none
  avoid              2025.3.0
  next safe release  2025.4.0

Your code
  It uses 2 names from the Dask API; no scenario covers 1 of them:
  dask.bag.Bag.foldby
    src/b.py:0, src/b.py:1, src/b.py:2, and 6 more
  Could not read: src/old.py

Evidence: 16 results, from 2026-01-02 to 2026-01-08, Python 3.11, lane
as-released.

What to do next
  1. Stay on 2025.2.0: no release in this range is known to be safe.
  2. Pin Dask to releases known to be safe:
     dask==2025.2.0
  3. Or upgrade further: 2025.4.0 is safe:
     dask-matrix check --from uv.lock --to 2025.4.0
  4. Read the issues behind these failures:
     https://github.com/dask/dask/issues/1
  5. Write a scenario for 1 uncovered name:
     dask-matrix scenarios new AREA NAME --scenarios FOLDER
"""


def test_answer_reads_well_at_80_columns(ask: Ask) -> None:
    """From the verdict to what to do next."""
    answer = ask("PFP", "PTP", "FPP", "PPP", issue="dask/dask#1", known="array/row_0", warned=("going away",))
    assert output(answer, CODE, arguments="--from uv.lock --to 2025.3.0") == GOLDEN


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        (("PP", "PP"), "SAFE  dask 2025.2.0 → 2025.3.0: all 2 scenarios that pass on 2025.2.0 still pass on 2025.3.0."),
        (
            ("PP",),
            "SAFE  dask 2025.2.0 → 2025.3.0: the only scenario that passes on 2025.2.0 still passes on 2025.3.0.",
        ),
        (("FF",), "SAFE  dask 2025.2.0 → 2025.3.0: no scenario that passes on 2025.2.0 fails on 2025.3.0."),
        (
            ("PF", "P "),
            "UNSAFE  dask 2025.2.0 → 2025.3.0: 1 of the 2 scenarios that pass on 2025.2.0 fails on 2025.3.0.",
        ),
        (
            ("P~", "PP"),
            "UNKNOWN  dask 2025.2.0 → 2025.3.0: 1 of the 2 scenarios in scope lacks a verdict on one or both releases: 1 flaky.",
        ),
        ((), "UNKNOWN  dask 2025.2.0 → 2025.3.0: no scenario is in scope, so the answer is unknown."),
    ],
)
def test_the_first_line_is_the_verdict(ask: Ask, lines: tuple[str, ...], first: str) -> None:
    """As a word, whatever the colour."""
    assert output(ask(*lines), width=200).splitlines()[0] == first


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ({"refused": {"2025.3.0": "no"}}, "UNSAFE  dask 2025.2.0 → 2025.3.0: dask 2025.3.0 cannot be installed: no"),
        ({"refused": {"2025.2.0": "no"}}, "UNKNOWN  dask 2025.2.0 → 2025.3.0: dask 2025.2.0 cannot be installed: no"),
        ({"target": "2031.1.0"}, "UNKNOWN  dask 2025.2.0 → 2031.1.0: 2031.1.0 has not been tested in lane"),
        (
            {"accept": ("known",), "known": "*"},
            "SAFE  dask 2025.2.0 → 2025.3.0: accepted: 1 known failure; nothing else that passes",
        ),
    ],
)
def test_the_first_line_gives_the_reason(ask: Ask, question: dict[str, object], first: str) -> None:
    """An uninstallable release, missing evidence, an accepted failure."""
    assert output(ask("PF", **question), width=200).splitlines()[0].startswith(first)


def test_missing_evidence_names_lane_and_python(ask: Ask) -> None:
    """There may be evidence in other lanes and on other Pythons."""
    printed = " ".join(output(ask("PP", python="3.12", lane="latest")).split())
    assert "2025.2.0 has not been tested in lane latest on Python 3.12." in printed


@pytest.mark.parametrize("question", [{"target": "2031.1.0"}, {"start": "2024.1.0"}, {"refused": {"2025.3.0": "no"}}])
def test_missing_evidence_is_said_once_and_not_for_every_scenario(ask: Ask, question: dict[str, object]) -> None:
    """In every format."""
    answer = ask("PP", "PF", "FP", **question)
    formats = output(answer), markdown(answer), annotations(answer), junit(answer)
    assert not [each for each in formats if "row_" in each]
    assert all(answer.missing[0].release in each for each in formats)
    assert len(answer.unknown) == 3


def test_an_uninstallable_start_gives_no_requirement(ask: Ask) -> None:
    """A pin of it could not be installed."""
    assert "requirement        none" in output(ask("PP", refused={"2025.2.0": "no"}))


def test_colour_is_only_for_terminals(ask: Ask) -> None:
    """A pipe gets the same text as a terminal, without the escape codes."""
    answer = ask("PF", "P~", "FP", issue="dask/dask#1")
    coloured = output(answer, CODE, force_terminal=True, color_system="standard", legacy_windows=False)
    assert coloured.startswith("\x1b[1;31mUNSAFE\x1b[0m")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == output(answer, CODE)


def test_untrusted_text_is_plain_text(ask: Ask, hostile: str) -> None:
    """No markup, control characters or extra lines; only commands and URLs are wider than the screen."""
    answer = ask("PF", "P~", "FP", "FF", "PP", text=hostile, issue=hostile, known="array/*", warned=(hostile,))
    code = CodeCoverage({hostile: (hostile,)}, frozenset(), (hostile,))
    printed = output(answer, code)
    printed.encode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e\u2028]", printed)
    for line in printed.splitlines():
        assert len(line) <= 80 or re.match(r" {5}(https?://|dask-matrix |pip )", line)


def test_brackets_in_an_id_are_kept(ask: Ask) -> None:
    """A parameter is not markup."""
    assert "array/row_0[bold]" in output(ask("PF", text="[bold]"))


def test_long_lists_are_truncated(ask: Ask) -> None:
    """With the number left out, and how to see all."""
    printed = output(ask(*["PF"] * 500, *["FP"] * 6))
    assert printed.count("pass → fail") == 20
    assert "… and 480 more; use --json for all" in printed
    assert "… and 1 more; use --json for all" in printed
    assert len(printed.splitlines()) < 100


@pytest.mark.parametrize(
    ("name", "width", "lines"),
    [
        ("array/row_0", 11, "array/row_0"),
        ("array/row_0", 10, "array/row_\n0"),
        ("array/blocks/storing_a_list[worker-processes]", 24, "array/blocks/storing_a_\nlist[worker-processes]"),
        ("dask>=2025.2.0,!=2025.3.0,<=2025.4.1", 26, "dask>=2025.2.0,!=2025.3.0,\n<=2025.4.1"),
        ("unbreakable", 4, "unbreakable"),
        ("", 4, ""),
    ],
)
def test_name_is_split_after_a_separator(name: str, width: int, lines: str) -> None:
    """And only if it does not fit."""
    assert split_name(name, width) == lines


def test_no_line_has_trailing_spaces(ask: Ask) -> None:
    """Output is often redirected to a file, and files are diffed."""
    assert not re.search(r" $", output(ask("PF", "P~", "FP"), CODE), re.MULTILINE)
