"""A terminal gets the facts of a bisect as text, not as Markdown."""

from __future__ import annotations

import io

from rich.console import Console

from dask_matrix.domain.records.bisection import BisectReport, BisectStatus
from dask_matrix.tell.bisect_terminal import print_report
from tests.tell.test_bisect_report import COMMIT, SUSPECT, bisected


def printed(result: BisectReport, width: int = 200) -> str:
    """Return what is printed on a terminal."""
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    print_report(result, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_terminal_gets_everything_the_report_has() -> None:
    """Without Markdown's signs and entities."""
    text = printed(bisected())
    for part in (
        "dask b2a4a2157 broke it: Wrap `HLGs` | in an Expr (#11736)\n",
        "  Scenario: It holds (futures/x/holds)\n",
        "  Endpoints: good 2025.3.0, bad 2025.4.0, 44 commits apart\n",
        "Suspect\n  dask b2a4a2157: Wrap `HLGs` | in an Expr (#11736) (Some <b>body</b> 2025-03-24)\n",
        f"    https://github.com/dask/dask/commit/{COMMIT}\n",
        "  ✓ 2025.3.0: good; 4 of 4 passed; from earlier results\n",
        "  ? dask 0123: unknown; install: error: Failed to build\n",
        "To reproduce\n  dask-matrix bisect futures/x/holds --good 2025.3.0 --bad 2025.4.0 --commits\n",
        "Backports left out: 2025.3.1.\n",
    ):
        assert part in text, part
    assert not any(sign in text for sign in ("&#", "<details>", "**", "###", "```"))


def test_a_command_stays_on_one_line_of_a_narrow_terminal() -> None:
    """So that it can be copied."""
    command = bisected().commands[0]
    assert f"  {command}\n" in printed(bisected(), width=40)


def test_untrusted_text_cannot_steer_the_terminal() -> None:
    """Control characters and colours of rich are printed, not obeyed."""
    suspect = SUSPECT.model_copy(update={"subject": "[red]x[/red] \x1b[2J\u202e"})
    text = printed(bisected(suspects=(suspect,), ended=BisectStatus.FOUND))
    assert "[red]x[/red] �[2J�" in text
    assert "\x1b[2J" not in text
