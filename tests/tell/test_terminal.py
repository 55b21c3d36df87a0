"""A terminal is told the verdict first, then what fared how, then what to do next."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from rich.console import Console

from dask_matrix.domain.upgrades.answer import Answer
from dask_matrix.tell.code_usage import Code
from dask_matrix.tell.terminal import tell
from dask_matrix.tell.text_layout import parted

Ask = Callable[..., Answer]
CODE = Code(
    {"dask.array.from_array": ("src/a.py:12",), "dask.bag.Bag.foldby": tuple(f"src/b.py:{n}" for n in range(9))},
    frozenset({"dask.array.from_array"}),
    ("src/old.py",),
)


def told(answer: Answer, code: Code | None = None, width: int = 80, asked: str = "", **console: object) -> str:
    """Return what is printed to a plain pipe."""
    buffer = io.StringIO()
    tell(answer, code, Console(file=buffer, width=width, **console), asked=asked)  # type: ignore[arg-type]
    return buffer.getvalue()


GOLDEN = """\
UNSAFE  dask 2025.2.0 → 2025.3.0: 2 of 3 scenarios that held break.

2 scenarios that hold on 2025.2.0 break on 2025.3.0.

4 scenarios: 2 break, 1 fixed, 1 holds.

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

Packages that differ (1)
  pandas 2.2.3 → 2.3.0

The road
  requirement      dask==2025.2.0
  recommended      none
  avoid            2025.3.0
  next safe above  2025.4.0

Your code
  It uses 2 names of Dask; no scenario covers 1 of the 2:
  dask.bag.Bag.foldby
    src/b.py:0, src/b.py:1, src/b.py:2, and 6 more
  Could not be read: src/old.py

Evidence: 16 results, from 2026-01-02 to 2026-01-08, Python 3.11, lane
as-released.

What to do next
  1. Stay on 2025.2.0: no release on the way to 2025.3.0 is known to be safe.
  2. Write into your requirements what admits no release known to be unsafe
     or unknown:
     dask==2025.2.0
  3. Or go further: 2025.4.0 is safe:
     dask-matrix check --from uv.lock --to 2025.4.0
  4. Read why it breaks:
     https://github.com/dask/dask/issues/1
  5. Write a scenario for the 1 name that none covers:
     dask-matrix scenarios new AREA NAME --scenarios FOLDER
"""


def test_an_answer_reads_well_at_80_columns(ask: Ask) -> None:
    """From the verdict to what to do next."""
    answer = ask("PFP", "PTP", "FPP", "PPP", issue="dask/dask#1", known="array/row_0", warned=("going away",))
    assert told(answer, CODE, asked="--from uv.lock --to 2025.3.0") == GOLDEN


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        (("PP", "PP"), "SAFE  dask 2025.2.0 → 2025.3.0: all 2 scenarios that held still hold."),
        (("PP",), "SAFE  dask 2025.2.0 → 2025.3.0: the only scenario that held still holds."),
        (("FF",), "SAFE  dask 2025.2.0 → 2025.3.0: nothing that held breaks."),
        (("PF", "P "), "UNSAFE  dask 2025.2.0 → 2025.3.0: 1 of 2 scenarios that held breaks."),
        (("P~", "PP"), "UNKNOWN  dask 2025.2.0 → 2025.3.0: 1 of 2 scenarios in scope has no verdict on"),
        ((), "UNKNOWN  dask 2025.2.0 → 2025.3.0: no scenario is in scope."),
    ],
)
def test_the_first_line_is_the_verdict(ask: Ask, lines: tuple[str, ...], first: str) -> None:
    """As a word, whatever the colour."""
    assert told(ask(*lines)).splitlines()[0] == first


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ({"refused": {"2025.3.0": "no"}}, "UNSAFE  dask 2025.2.0 → 2025.3.0: 2025.3.0 does not install."),
        ({"refused": {"2025.2.0": "no"}}, "UNKNOWN  dask 2025.2.0 → 2025.3.0: 2025.2.0 does not install, so"),
        ({"target": "2031.1.0"}, "UNKNOWN  dask 2025.2.0 → 2031.1.0: nothing was ever tested on 2031.1.0 in lane"),
        (
            {"accept": ("known",), "known": "*"},
            "SAFE  dask 2025.2.0 → 2025.3.0: the only scenario that held breaks; it is",
        ),
    ],
)
def test_the_first_line_says_what_decides(ask: Ask, question: dict[str, object], first: str) -> None:
    """A release that can't be had, evidence that isn't there, a failure that is accepted."""
    assert told(ask("PF", **question)).splitlines()[0].startswith(first)


def test_evidence_elsewhere_is_not_denied(ask: Ask) -> None:
    """Only in the lane and on the Python that were asked about is there none."""
    printed = " ".join(told(ask("PP", python="3.12", lane="latest")).split())
    assert "nothing was ever tested on 2025.2.0 in lane latest on Python 3.12." in printed


def test_a_start_that_cannot_be_had_is_no_requirement(ask: Ask) -> None:
    """A pin of it would install nothing."""
    assert "requirement      none" in told(ask("PP", refused={"2025.2.0": "no"}))


def test_colour_is_for_terminals_and_never_alone(ask: Ask) -> None:
    """What a pipe gets is what a terminal shows, without the escapes."""
    answer = ask("PF", "P~", "FP", issue="dask/dask#1")
    coloured = told(answer, CODE, force_terminal=True, color_system="standard", legacy_windows=False)
    assert coloured.startswith("\x1b[1;31mUNSAFE\x1b[0m")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == told(answer, CODE)


def test_a_strangers_text_is_only_text(ask: Ask, hostile: str) -> None:
    """No markup, no control characters, no line of its own, no line wider than the screen but commands and addresses."""
    answer = ask("PF", "P~", "FP", "FF", "PP", text=hostile, issue=hostile, known="array/*", warned=(hostile,))
    code = Code({hostile: (hostile,)}, frozenset(), (hostile,))
    printed = told(answer, code)
    printed.encode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e\u2028]", printed)
    for line in printed.splitlines():
        assert len(line) <= 80 or re.match(r" {5}(https?://|dask-matrix |pip )", line)


def test_brackets_of_an_id_stay(ask: Ask) -> None:
    """A parameter is no markup."""
    assert "array/row_0[bold]" in told(ask("PF", text="[bold]"))


def test_long_lists_are_cut_and_say_so(ask: Ask) -> None:
    """With the number of what is left out, and where it is."""
    printed = told(ask(*["PF"] * 500, *["FP"] * 6))
    assert printed.count("pass → fail") == 20
    assert "… and 480 more; --json has all" in printed
    assert "… and 1 more; --json has all" in printed
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
def test_a_name_breaks_where_it_has_a_joint(name: str, width: int, lines: str) -> None:
    """And nowhere, where there is room."""
    assert parted(name, width) == lines


def test_nothing_has_blanks_at_its_end(ask: Ask) -> None:
    """A pipe ends in a file, and a file in a diff."""
    assert not re.search(r" $", told(ask("PF", "P~", "FP"), CODE), re.MULTILINE)
