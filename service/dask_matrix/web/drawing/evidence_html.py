"""Evidence as safe HTML: control characters removed, markup escaped, tracebacks highlighted and folded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from dask_matrix.web.drawing import tracebacks

MAX_HIGHLIGHTED = 200_000
MAX_LINE = 2_000
"""Limits in characters; longer text is not highlighted, because a lexer is slow on it."""

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
class TracebackPart:
    """A part of a traceback; ``fold_label`` is the summary of a folded part, empty for an open one."""

    html: Markup
    fold_label: str = ""


def plain_text(text: str) -> str:
    """Return text without terminal escapes and control characters; marks that change text direction are spelled out."""
    text = _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
    return _DIRECTIONS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def finalize(value: object) -> object:
    """Clean any value that a template outputs: text that is not our own markup goes through `plain_text`."""
    if isinstance(value, str) and not isinstance(value, Markup) and not value.isprintable():
        return plain_text(value)
    return value


def highlight_python(source: str) -> Markup:
    """Return highlighted source code as safe markup."""
    text = plain_text(source)
    return _highlighted(text) if _is_small_enough(text) else escape(text)


def highlight_traceback(text: str) -> tuple[TracebackPart, ...]:
    """Return a highlighted traceback in parts; runs of frames outside the scenario are parts to fold."""
    text = plain_text(text)
    if not text:
        return ()
    if not _is_small_enough(text):
        return (TracebackPart(escape(text)),)
    shown = _highlight_interpreter(text) if tracebacks.is_interpreter_format(text) else _highlight_pytest(text)
    lines = shown.split("\n")
    if len(lines) != text.count("\n") + 1:  # defensive: if a lexer lost lines, the wrong ones would be folded
        return (TracebackPart(escape(text)),)
    return tuple(
        TracebackPart(Markup("\n").join(lines[each.start : each.end]), each.fold_label)
        for each in tracebacks.parts(text)
    )


def _highlight_interpreter(text: str) -> Markup:
    """Highlight line by line. Pygments has a lexer for this format, but it hangs on some output a scenario may print."""
    shown, inside = [], False
    for line in text.split("\n"):
        kind = tracebacks.kind(line, inside=inside)
        shown.append(_line(kind, line))
        inside = kind in tracebacks.OF_A_FRAME
    return Markup("\n").join(shown)


def _line(kind: str, line: str) -> Markup:
    """Return one line of the interpreter's format."""
    if kind == "tb-code":
        return _highlighted(line)
    if kind == "tb-file" and (found := _FILE.match(line)):
        return Markup('<span class="tb-place">{}<b>{}</b>{}</span><span class="nf">{}</span>').format(*found.groups(""))
    return Markup('<span class="{}">{}</span>').format(kind, line) if kind and line else escape(line)


def _highlight_pytest(text: str) -> Markup:
    pieces = groupby(text.split("\n"), key=_kind)
    return Markup("\n").join(_piece(kind, "\n".join(lines)) for kind, lines in pieces)


def _is_small_enough(text: str) -> bool:
    return len(text) <= MAX_HIGHLIGHTED and all(len(line) <= MAX_LINE for line in text.splitlines())


def _highlighted(text: str) -> Markup:
    shown = highlight(text, _PYTHON, _FORMAT)
    return Markup(shown if text.endswith("\n") else shown.removesuffix("\n"))  # noqa: S704 - Pygments escapes what it formats


def _kind(line: str) -> str:
    """Return the CSS class for a line of pytest's format."""
    if line.startswith("E "):
        return "tb-error"
    if line.startswith(">"):
        return "tb-here"
    if _PLACE.match(line):
        return "tb-place"
    return "tb-rule" if _RULE.match(line) else ""


def _piece(kind: str, text: str) -> Markup:
    """Return lines of one kind, each with its own closed markup."""
    if kind == "":
        return _highlighted(text)
    return Markup("\n").join(
        Markup('<span class="{}">{}</span>').format(kind, _inner(kind, line)) for line in text.split("\n")
    )


def _inner(kind: str, line: str) -> Markup:
    if kind != "tb-here":
        return escape(line)
    return Markup("{}{}").format(line[:1], _highlighted(line[1:]))
