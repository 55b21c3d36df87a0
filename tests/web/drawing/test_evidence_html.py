"""Evidence is safe to show, and commands are safe to paste."""

import shlex

import pytest

from dask_matrix.domain.matrix.rows_and_columns import Scenario
from dask_matrix.web import links
from dask_matrix.web.drawing import evidence_html
from dask_matrix.web.repeat_commands import expression


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
def test_text_loses_terminal_escapes(raw: str, shown: str) -> None:
    """Colours and titles are removed, line ends unified, direction marks spelled out."""
    assert evidence_html.plain_text(raw) == shown


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
