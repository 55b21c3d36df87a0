"""A comment on a pull request shows the verdict, folds what is long, and cannot be broken out of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from dask_matrix.domain.issue import Issue
from dask_matrix.domain.upgrades.answer import Answer
from dask_matrix.tell import markdown_escaping
from dask_matrix.tell.code_usage import Code
from dask_matrix.tell.markdown import LIMIT, markdown

Ask = Callable[..., Answer]
GOLDEN = """\
<!-- dask-matrix check -->

### ✕ UNSAFE: dask 2025.2.0 → 2025.3.0

**the only scenario that held breaks.**

- 1 scenario that holds on 2025.2.0 breaks on 2025.3.0.

2 in scope: 1 breaks, 1 fixed.

| Breaks (1) | before → after | issues |
|---|---|---|
| Row 0<br>`array/row_0` | pass → fail<br>`KeyError` | [dask/dask#1](https://redirect.github.com/dask/dask/issues/1) |

**What to do next**

1. Move to 2025.4.0"""


def test_an_answer_reads_well_on_a_pull_request(ask: Ask) -> None:
    """The verdict and what breaks are in sight, the rest is folded away."""
    comment = markdown(ask("PFPP", "FPPP", issue="dask/dask#1"))
    assert comment.startswith(GOLDEN.partition("1. Move")[0])
    assert "<details><summary>Fixed: 1</summary>\n\n| Fixed (1) |" in comment
    assert "<summary>The road</summary>\n\nRequirement: `dask==2025.2.0`" in comment
    assert comment.endswith("lane as-released.</sub>\n")


def test_a_comment_has_the_command_that_was_typed(ask: Ask) -> None:
    """And what to add to it."""
    comment = markdown(ask("PF", known="*"), asked="--from uv.lock --to 2025.3.0")
    assert "`dask-matrix check --from uv.lock --to 2025.3.0 --accept known`" in comment


@pytest.mark.parametrize(("line", "symbol"), [("PP", "✓ SAFE"), ("PF", "✕ UNSAFE"), ("P ", "? UNKNOWN")])
def test_the_headline_has_a_symbol_and_a_word(ask: Ask, line: str, symbol: str) -> None:
    """And no emoji."""
    assert f"### {symbol}: dask 2025.2.0 → 2025.3.0" in markdown(ask(line))


class Page(HTMLParser):
    """What a browser makes of a comment: its tags, its addresses, and the text that is in no code and no link."""

    def __init__(self, comment: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.addresses: list[str] = []
        self.comments: list[str] = []
        self.within: list[str] = []
        self.prose = ""
        self.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(comment))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count a tag, which has no attribute but an address and a table's own."""
        self.tags[tag] += 1
        self.addresses += [str(value) for name, value in attrs if name == "href"]
        assert {name for name, _ in attrs} <= {"href", "style", "start"}
        self.within += [tag] if tag not in {"br", "hr"} else []

    def handle_endtag(self, tag: str) -> None:
        """Hold each end against its start."""
        assert self.within.pop() == tag

    def handle_comment(self, data: str) -> None:
        """Keep a comment."""
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        """Keep what a host would look for mentions in."""
        self.prose += "" if {"code", "a"} & set(self.within) else data


@pytest.mark.parametrize("issue", ["dask/dask#1", ""])
def test_a_strangers_text_stays_in_its_cell(ask: Ask, hostile: str, issue: str) -> None:
    """No tag, no cell, no line, no link, no mention that is not ours: the page is built as that of a tame text."""
    pages = []
    for text in (hostile, "tame"):
        more = {"issue": issue or text, "known": "array/*", "warned": (f"{text[:50]} going",)}
        answer = ask("PF", "P~", "FP", "FF", "PP", "P ", text=text[:200], **more)
        pages.append(Page(markdown(answer, Code({text: (text,)}, frozenset(), (text,)))))
    page, tame = pages
    assert page.tags == tame.tags
    assert page.addresses == tame.addresses
    assert page.comments == [" dask-matrix check "]
    assert page.within == []
    assert not re.search(r"@\w|#\d|https?://|www\.|[\x00-\x09\x0b-\x1f\u202e\u2028]", page.prose)


@pytest.mark.parametrize("text", ["", "[x]", "`|" * 400, "&" * 5_000])
def test_a_comment_is_never_longer_than_github_takes(ask: Ask, text: str) -> None:
    """What is left out is told, and what is folded is closed."""
    lines = ["PF"] * 500 + ["P "] * 500 + ["FP"] * 500 + ["FF"] * 500 + ["PP"] * 500
    answer = ask(*lines, text=text, issue="dask/dask#1", known="*", warned=("going away" + text,))
    places = {f"dask.a{number}{text}": ("src/a.py:1",) * 9 for number in range(900)}
    comment = markdown(answer, Code(places, frozenset(), tuple(places)))
    assert len(comment) <= LIMIT
    assert "more: cut here; `dask-matrix check --json` has all." in comment
    assert comment.count("<details>") == comment.count("</details>")


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("a_b*c", "a&#95;b&#42;c"),
        ("2025.2.0 holds", "2025.2.0 holds"),
        ("1. first", "1&#46; first"),
        ("- item", "&#45; item"),
        ("@dask", "@\u200bdask"),
        ("fixes #12", "fixes #\u200b12"),
        ("https://x.org", "https:\u200b//x.org"),
    ],
)
def test_prose_is_prose(text: str, prose: str) -> None:
    """A reader sees what was written."""
    written = markdown_escaping.text(text)
    assert unescape(written) == unescape(prose)
    assert not markdown_escaping._SYNTAX.search(re.sub(r"&#\d+;", "", written))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("array/row_0[a-b]", "`array/row_0[a-b]`"),
        ("a|b", "<code>a&#124;b</code>"),
        ("a`b", "<code>a&#96;b</code>"),
        ("", ""),
    ],
)
def test_code_is_in_backticks_where_they_hold(text: str, code: str) -> None:
    """And in entities elsewhere."""
    assert markdown_escaping.code(text) == code


@pytest.mark.parametrize(
    ("issue", "link"),
    [
        ("dask/dask#1", "[dask/dask#1](https://redirect.github.com/dask/dask/issues/1)"),
        ("https://github.com/dask/dask/pull/2", "[dask/dask#2](https://redirect.github.com/dask/dask/pull/2)"),
        ("https://x.org/a)b|c`", "[https://x.org/a)b&#124;c&#96;](https://x.org/a%29b%7Cc%60)"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("by word of mouth", "by word of mouth"),
    ],
)
def test_an_issue_is_a_link_that_leaves_no_trace_there(issue: str, link: str) -> None:
    """GitHub tells an issue of every comment that links it, unless through its redirecting host."""
    assert markdown_escaping.link(Issue.of(issue)) == link
