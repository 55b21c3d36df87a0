"""A comment on a pull request shows the verdict, folds long lists, and escapes untrusted text."""

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
from dask_matrix.tell.code_usage import CodeCoverage
from dask_matrix.tell.markdown import LIMIT, markdown

Ask = Callable[..., Answer]
GOLDEN = """\
<!-- dask-matrix check -->

### ✕ UNSAFE: dask 2025.2.0 → 2025.3.0

**The only scenario that passes on 2025.2.0 fails on 2025.3.0.**

2 in scope: 1 breaks, 1 fixed.

| Breaks (1) | before → after | issues |
|---|---|---|
| Row 0<br>`array/row_0` | pass → fail<br>`KeyError` | [dask/dask#1](https://redirect.github.com/dask/dask/issues/1) |

**What to do next**

1. Install 2025.4.0"""


def test_answer_reads_well_on_a_pull_request(ask: Ask) -> None:
    """The verdict and what breaks are visible, the rest is folded."""
    comment = markdown(ask("PFPP", "FPPP", issue="dask/dask#1"))
    assert comment.startswith(GOLDEN.partition("1. Install")[0])
    assert "<details><summary>Fixed: 1</summary>\n\n| Fixed (1) |" in comment
    assert "<summary>Releases in between</summary>\n\nRequirement: `dask==2025.2.0`" in comment
    assert comment.endswith("lane as-released.</sub>\n")


def test_comment_repeats_the_command(ask: Ask) -> None:
    """With the options to add."""
    comment = markdown(ask("PF", known="*"), arguments="--from uv.lock --to 2025.3.0")
    assert "`dask-matrix check --from uv.lock --to 2025.3.0 --code .`" in comment


@pytest.mark.parametrize(("line", "symbol"), [("PP", "✓ SAFE"), ("PF", "✕ UNSAFE"), ("P ", "? UNKNOWN")])
def test_headline_has_a_symbol_and_a_word(ask: Ask, line: str, symbol: str) -> None:
    """And no emoji."""
    assert f"### {symbol}: dask 2025.2.0 → 2025.3.0" in markdown(ask(line))


class Page(HTMLParser):
    """A rendered comment: its tags, its URLs, and the text outside code and links."""

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
        """Count a tag; only URLs and table attributes are allowed."""
        self.tags[tag] += 1
        self.addresses += [str(value) for name, value in attrs if name == "href"]
        assert {name for name, _ in attrs} <= {"href", "style", "start"}
        self.within += [tag] if tag not in {"br", "hr"} else []

    def handle_endtag(self, tag: str) -> None:
        """Check that each end tag matches its start tag."""
        assert self.within.pop() == tag

    def handle_comment(self, data: str) -> None:
        """Keep a comment."""
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        """Keep the text in which a host would look for mentions."""
        self.prose += "" if {"code", "a"} & set(self.within) else data


@pytest.mark.parametrize("issue", ["dask/dask#1", ""])
def test_untrusted_text_stays_in_its_cell(ask: Ask, hostile: str, issue: str) -> None:
    """It adds no tag, cell, line, link or mention: the page has the same structure as with harmless text."""
    pages = []
    for text in (hostile, "tame"):
        more = {"issue": issue or text, "known": "array/*", "warned": (f"{text[:50]} going",)}
        answer = ask("PF", "P~", "FP", "FF", "PP", "P ", text=text[:200], **more)
        pages.append(Page(markdown(answer, CodeCoverage({text: (text,)}, frozenset(), (text,)))))
    page, tame = pages
    assert page.tags == tame.tags
    assert page.addresses == tame.addresses
    assert page.comments == [" dask-matrix check "]
    assert page.within == []
    assert not re.search(r"@\w|#\d|https?://|www\.|[\x00-\x09\x0b-\x1f\u202e\u2028]", page.prose)


@pytest.mark.parametrize("text", ["", "[x]", "`|" * 400, "&" * 5_000])
def test_comment_is_never_longer_than_github_accepts(ask: Ask, text: str) -> None:
    """It says what is left out, and every fold is closed."""
    lines = ["PF"] * 500 + ["P "] * 500 + ["FP"] * 500 + ["FF"] * 500 + ["PP"] * 500
    answer = ask(*lines, text=text, issue="dask/dask#1", known="*", warned=("going away" + text,))
    places = {f"dask.a{number}{text}": ("src/a.py:1",) * 9 for number in range(900)}
    comment = markdown(answer, CodeCoverage(places, frozenset(), tuple(places)))
    assert len(comment) <= LIMIT
    assert "more: truncated; `dask-matrix check --json` prints everything." in comment
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
def test_prose_is_escaped(text: str, prose: str) -> None:
    """A reader sees the original text."""
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
def test_code_is_in_backticks_where_possible(text: str, code: str) -> None:
    """And in entities otherwise."""
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
def test_issue_link_leaves_no_backlink(issue: str, link: str) -> None:
    """GitHub lists in an issue every comment that links to it, except through its redirecting host."""
    assert markdown_escaping.link(Issue.of(issue)) == link
