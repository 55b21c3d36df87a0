"""Evidence made fit to be shown: whatever a scenario printed or raised is inert, and its traceback highlighted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from dask_matrix.web.drawing import tracebacks

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
_FILE = re.compile(r'(.*?File ")(.*?)(", line \d+(?:,? in )?)(.*)$')
_PYTHON = PythonLexer(stripnl=False, ensurenl=False)
_FORMAT: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


@dataclass(frozen=True)
class Stretch:
    """A part of a traceback; ``foreign`` says what it folds away, nothing where it stands open."""

    html: Markup
    foreign: str = ""


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
    return _lexed(text) if _worth_it(text) else escape(text)


def traceback(text: str) -> tuple[Stretch, ...]:
    """Return a traceback highlighted, as inert markup in stretches, those of foreign frames to be folded away."""
    text = plain(text)
    if not text:
        return ()
    if not _worth_it(text):
        return (Stretch(escape(text)),)
    shown = _interpreters(text) if tracebacks.is_interpreters(text) else _pytests(text)
    lines = shown.split("\n")
    if len(lines) != text.count("\n") + 1:  # never seen: a lexer that loses lines would fold at the wrong ones
        return (Stretch(escape(text)),)
    return tuple(
        Stretch(Markup("\n").join(lines[each.start : each.end]), each.foreign) for each in tracebacks.parts(text)
    )


def _interpreters(text: str) -> Markup:
    """Highlight line by line. Pygments has a lexer for this form, which never ends on some of what a scenario may print."""
    shown, inside = [], False
    for line in text.split("\n"):
        kind = tracebacks.kind(line, inside=inside)
        shown.append(_line(kind, line))
        inside = kind in tracebacks.OF_A_FRAME
    return Markup("\n").join(shown)


def _line(kind: str, line: str) -> Markup:
    """Return one line of the interpreter's form."""
    if kind == "tb-code":
        return _lexed(line)
    if kind == "tb-file" and (found := _FILE.match(line)):
        return Markup('<span class="tb-place">{}<b>{}</b>{}</span><span class="nf">{}</span>').format(*found.groups(""))
    return Markup('<span class="{}">{}</span>').format(kind, line) if kind and line else escape(line)


def _pytests(text: str) -> Markup:
    pieces = groupby(text.split("\n"), key=_kind)
    return Markup("\n").join(_piece(kind, "\n".join(lines)) for kind, lines in pieces)


def _worth_it(text: str) -> bool:
    return len(text) <= MOST_HIGHLIGHTED and all(len(line) <= LONGEST_LINE for line in text.splitlines())


def _lexed(text: str) -> Markup:
    shown = highlight(text, _PYTHON, _FORMAT)
    return Markup(shown if text.endswith("\n") else shown.removesuffix("\n"))  # noqa: S704 - Pygments escapes what it formats


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
    """Return lines of one kind, the markup of each closed at its end."""
    if kind == "":
        return _lexed(text)
    return Markup("\n").join(
        Markup('<span class="{}">{}</span>').format(kind, _inner(kind, line)) for line in text.split("\n")
    )


def _inner(kind: str, line: str) -> Markup:
    if kind != "tb-here":
        return escape(line)
    return Markup("{}{}").format(line[:1], _lexed(line[1:]))
