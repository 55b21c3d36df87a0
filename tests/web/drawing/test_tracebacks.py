"""Tracebacks are highlighted and folded in every format, without loss, and stay inert."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dask_matrix.web.drawing import evidence_html, tracebacks

OWN = '  File "futures/test_bag.py", line 3, in test_x\n    bag.compute()\n    ^^^^^^^^^^^^^\n'
DASK = '  File "/env/lib/python3.11/site-packages/dask/base.py", line {0}, in compute\n    schedule(expr)\n'
PANDAS = '  File "lib/python3.11/site-packages/pandas/core.py", line 9, in get\n    raise KeyError\n'
LIBRARY = '  File "lib/python3.11/functools.py", line 5, in wrapper\n    return f()\n'
HEAD = "Traceback (most recent call last):\n"
PYTEST = """    def test_x(client):
>       bag.compute()

futures/test_bag.py:47:\N{SPACE}
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _
lib/python3.11/site-packages/dask/base.py:373: in compute
    (result,) = compute(self)
lib/python3.11/site-packages/dask/base.py:681: in compute
    results = schedule(expr)
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

>   raise KeyError("k")
E   KeyError: 'k'

lib/python3.11/site-packages/distributed/client.py:2403: KeyError"""
SOME_LINES = [
    HEAD.strip(), *OWN.splitlines(), *DASK.splitlines(), "KeyError: 1", "", "E   x", ">  y", "_ " * 20, "a.py:3: in f",
    "Current thread 0x1 (most recent call first):", '  File "x.py", line 3 in wait', "  | " + HEAD, "Stack:", "\u2028",
    "  [Previous line repeated 9 more times]", "<script>", "    (", "\x1b[31m", "a.py:4: KeyError", '  File "a", line 1',
]  # fmt: skip


def text_of(stretches: tuple[evidence_html.TracebackPart, ...]) -> str:
    """Return the text of a traceback, fully unfolded."""
    return "\n".join(html.unescape(re.sub(r"<[^>]*>", "", str(each.html))) for each in stretches)


def folded(text: str) -> list[str]:
    """Return the summaries of folded parts."""
    return [each.fold_label for each in evidence_html.highlight_traceback(text) if each.fold_label]


def test_runs_of_foreign_frames_are_folded_and_the_last_frame_stays_open() -> None:
    """The scenario's own frames stay open, and so does the one that raised."""
    text = HEAD + OWN + DASK.format(1) + DASK.format(2) + OWN + LIBRARY + DASK.format(3) + PANDAS + "KeyError: 'k'\n"
    assert folded(text) == ["2 frames in dask", "2 frames in the standard library, dask"]
    last = evidence_html.highlight_traceback(text)[-1]
    assert "pandas/core.py" in last.html
    assert '<span class="tb-error">KeyError: &#39;k&#39;</span>' in last.html


def test_each_part_of_a_chain_keeps_its_last_frame_open() -> None:
    """What caused it, and what it became."""
    text = f"{HEAD}{DASK.format(1)}{PANDAS}KeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\n{HEAD}{OWN}{DASK.format(2)}ValueError: 2"
    assert folded(text) == ["1 frame in dask"]


def test_the_first_frame_of_a_thread_is_the_last_call() -> None:
    """faulthandler writes the most recent call first."""
    frames = ['lib/python3.11/threading.py", line 327 in wait', 'x/site-packages/dask/local.py", line 5 in get']
    told = "".join(f'  File "{each}\n' for each in [*frames, 'scenarios/futures/test_bind.py", line 28 in test_a'])
    harness = (
        '  File "scenarios/harness/child.py", line 39 in run\n  File "/x/pytest/3.11/_pytest/main.py", line 1 in main'
    )
    text = f"Current thread 0x00007ff0492a5b80 (most recent call first):\n{told}{harness}"
    assert folded(text) == ["1 frame in dask", "2 frames in the harness"]


def test_the_format_of_pytest_is_folded_too() -> None:
    """Long frames, with the location last, and short ones, with the location first."""
    assert folded(PYTEST) == ["2 frames in dask"]
    shown = "".join(each.html for each in evidence_html.highlight_traceback(PYTEST))
    assert '<span class="tb-here">&gt;   <span class="k">raise</span>' in shown
    assert '<span class="tb-error">E   KeyError: &#39;k&#39;</span>' in shown
    assert '<span class="tb-place">lib/python3.11/site-packages/dask/base.py:373: in compute</span>' in shown


def test_a_repeated_line_belongs_to_its_frame() -> None:
    """As the interpreter shortens a recursion."""
    text = f"{HEAD}{OWN}{DASK.format(1)}  [Previous line repeated 995 more times]\n{PANDAS}RecursionError"
    assert folded(text) == ["1 frame in dask"]


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/e/lib/python3.11/site-packages/dask/base.py", "dask"),
        ("/usr/lib/python3/dist-packages/numpy/x.py", "numpy"),
        ("lib/python3.11/site-packages/six.py", "six"),
        ("lib/python3.11/asyncio/base.py", tracebacks.STANDARD_LIBRARY),
        ("<frozen importlib._bootstrap>", tracebacks.STANDARD_LIBRARY),
        ("<string>", "generated code"),
        ("pandas/_libs/tslib.pyx", "compiled code"),
        ("scenarios/harness/child.py", tracebacks.HARNESS),  # as records of 0.1 have it
        ("scenarios/dask_matrix_harness/child.py", tracebacks.HARNESS),
        ("futures/test_bag.py", ""),
        ("conftest.py", ""),
        ("/home/me/checks/helpers.py", ""),
    ],
)
def test_every_file_has_an_owner(path: str, owner: str) -> None:
    """A package, the standard library, the harness, or the scenario."""
    assert tracebacks.owner(path) == owner


def test_a_stack_that_never_ended_in_a_lexer_is_shown() -> None:
    """A frame outside a stack that begins with "Traceback" made the lexer of Pygments hang."""
    text = f'{HEAD}{OWN}KeyError: 1\n\n  File "y.py", line 3 in get\n'
    assert text_of(evidence_html.highlight_traceback(text)) == text


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.sampled_from(SOME_LINES), st.text(max_size=30)), max_size=25).map("\n".join))
def test_nothing_of_a_traceback_is_lost(text: str) -> None:
    """Without its markup, it is the cleaned text."""
    assert text_of(evidence_html.highlight_traceback(text)) == evidence_html.plain_text(text)


def test_hostile_names_are_inert_where_they_are_folded() -> None:
    """A path is text, also in a summary."""
    path = "lib/python3.11/site-packages/<img src=x onerror=1>/a.py"
    text = f'{HEAD}{OWN}  File "{path}", line 1, in <script>\n    x\n{PANDAS}E'
    (told,) = folded(text)
    assert "<img" in told, "escaped by the template, as any text"
    assert "<img" not in "".join(each.html for each in evidence_html.highlight_traceback(text))
    assert "<script" not in "".join(each.html for each in evidence_html.highlight_traceback(text))


def test_a_line_of_a_megabyte_is_shown_plain() -> None:
    """A lexer would be too slow."""
    text = HEAD + OWN + "(" * 1_000_000
    assert [each.html for each in evidence_html.highlight_traceback(text)] == [evidence_html.escape(text)]
