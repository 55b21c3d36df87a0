"""Evidence made fit to be shown: whatever a scenario printed or raised is inert, and its traceback highlighted."""

from __future__ import annotations

import re
from itertools import groupby

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer, PythonTracebackLexer

MOST_HIGHLIGHTED = 200_000
LONGEST_LINE = 2_000
"""Characters; text beyond either is shown plain, because a lexer takes its time over it."""

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)?"  # operating system commands: titles, links
    r"|[\x1b\x9b]\[?[0-?]*[ -/]*[@-~]"  # colours, cursor movements
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PLACE = re.compile(r"\S.*:\d+:( in \S+| ?\S*)$")
_RULE = re.compile(r"[_-]( ?[_-]){9,}.*$")
_FORMAT: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def plain(text: str) -> str:
    """Return text without terminal escapes and control characters; marks that reorder what is read are spelled out."""
    text = _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
    return _DIRECTIONS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def shown(value: object) -> object:
    """Return what a template is about to put out; any text that is not markup of ours is made plain, whatever it is."""
    if isinstance(value, str) and not isinstance(value, Markup) and not value.isprintable():
        return plain(value)
    return value


def python(source: str) -> Markup:
    """Return source code highlighted, as inert markup."""
    text = plain(source)
    return _lexed(text, PythonLexer(stripnl=False, ensurenl=False)) if _worth_it(text) else escape(text)


def traceback(text: str) -> Markup:
    """Return a traceback highlighted, as inert markup: the interpreter's own form, or pytest's."""
    text = plain(text)
    if not _worth_it(text):
        return escape(text)
    if text.startswith("Traceback (most recent call last)"):
        return _lexed(text, PythonTracebackLexer(stripnl=False, ensurenl=False))
    pieces = groupby(text.splitlines(keepends=True), key=_kind)
    return Markup("").join(_piece(kind, "".join(lines)) for kind, lines in pieces)


def _worth_it(text: str) -> bool:
    return len(text) <= MOST_HIGHLIGHTED and all(len(line) <= LONGEST_LINE for line in text.splitlines())


def _lexed(text: str, lexer: PythonLexer | PythonTracebackLexer) -> Markup:
    return Markup(highlight(text, lexer, _FORMAT))  # noqa: S704 - Pygments escapes what it formats


def _kind(line: str) -> str:
    """Say what a line of pytest's form is; the answer is the class it is shown in."""
    if line.startswith("E "):
        return "tb-error"
    if line.startswith(">"):
        return "tb-here"
    if _PLACE.match(line):
        return "tb-place"
    return "tb-rule" if _RULE.match(line) else ""


def _piece(kind: str, text: str) -> Markup:
    if kind in ("", "tb-here"):
        mark, code = (text[:1], text[1:]) if kind else ("", text)
        inner = Markup("{}{}").format(mark, _lexed(code, PythonLexer(stripnl=False, ensurenl=False)))
    else:
        inner = escape(text)
    return Markup('<span class="{}">{}</span>').format(kind, inner) if kind else inner
