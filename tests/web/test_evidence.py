"""Evidence and commands are fit to be shown and to be pasted."""

import shlex

import pytest

from service.domain.matrix import Scenario
from service.web import evidence, links
from service.web.commands import expression


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("bell\x07", "bell\N{REPLACEMENT CHARACTER}"),
        ("a\u202eb", "a\\u202eb"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_text_loses_what_a_terminal_would_obey(raw: str, shown: str) -> None:
    """Colours and titles go, line ends become one kind, marks of direction are spelled out."""
    assert evidence.plain(raw) == shown


def test_the_form_of_pytest_is_highlighted_by_kind_of_line() -> None:
    """The line it stopped at, the error, and the place."""
    shown = evidence.traceback("    def f():\n>       g()\nE       KeyError: 'k'\n\na/x.py:3: in f\nx.py:3: KeyError\n")
    assert '<span class="tb-here">&gt;       <span class="n">g</span>' in shown
    assert '<span class="tb-error">E       KeyError: &#39;k&#39;\n</span>' in shown
    assert '<span class="tb-place">a/x.py:3: in f\nx.py:3: KeyError' in shown


def test_nothing_of_a_traceback_is_lost() -> None:
    """Without its markup it is what it was."""
    text = 'Traceback (most recent call last):\n  File "x.py", line 3, in f\n    a < b\nKeyError: 1\n'
    for raw in (text, f"  in front\n{text}", "", "\n\n", "E   x"):
        assert evidence.traceback(raw).striptags() == evidence.Markup(evidence.escape(raw)).striptags()


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        ("test_x", "test_f and test_x"),
        ("TestIt::test_x", "test_f and TestIt and test_x"),
        ("test_x[a-b]", "test_f and test_x"),
        ("test_x'; rm -rf ~ #", "test_f and test_x and rm and rf"),
    ],
)
def test_the_expression_picks_the_function_and_nothing_else(function: str, wanted: str) -> None:
    """Only words are left, so that nothing in a name reaches a shell."""
    scenario = Scenario("id", "title", "area", "f", file="futures/test_f.py", function=function)
    assert expression(scenario) == wanted
    assert shlex.split(f"-k {shlex.quote(wanted)}") == ["-k", wanted]


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("dask/distributed#9041", "https://github.com/dask/distributed/issues/9041"),
        ("https://github.com/dask/dask/pull/12", "https://github.com/dask/dask/pull/12"),
        ("https://example.org/x", "https://example.org/x"),
        ("#9041", ""),
        ("javascript:alert(1)", ""),
        ('https://x" onclick', ""),
    ],
)
def test_only_whole_addresses_and_the_shorthand_become_links(text: str, href: str) -> None:
    """Anything else stays text."""
    assert links.issue(text).href == href
