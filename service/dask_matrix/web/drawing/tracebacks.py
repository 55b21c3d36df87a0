"""Split a traceback into parts: the scenario's own frames stay open, runs of frames from other code can be folded.

Three formats are supported: the interpreter's, faulthandler's (stacks of threads, most recent call first) and pytest's.
The parts always add up to the lines that came in, in any format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FIRST_LINE = re.compile(
    r"^[ |+]*(?:Traceback|Exception Group Traceback|Stack|(?:Current thread|Thread) .*) \(most recent call (first|last)\)"
)
"""First line of a stack, as the interpreter or faulthandler writes it."""
MAX_OWNERS = 3
"""Most packages named in the summary of folded frames."""
STANDARD_LIBRARY, HARNESS = "the standard library", "the harness"
OF_A_FRAME = frozenset({"tb-file", "tb-code", "tb-mark"})
"""Kinds of lines that belong to a frame."""
_FRAME = re.compile(r'^(?P<margin>[ |]*)File "(?P<path>[^"]*)", line \d+')
_MARK = re.compile(r"^[ |]+[~^]+$")
_SHORT = re.compile(r"^(?P<path>\S[^\n]*?):\d+: in \S")
_PLACE = re.compile(r"^(?P<path>\S.*?):\d+: ?[\w.]*$")
_RULE = re.compile(r"^_( _){9,}.*$")
_INSTALLED = re.compile(r"(?:site|dist)-packages/(?P<top>[^/.]+)")
_STANDARD = re.compile(r"(?:^|/)lib/python3\.\d+/|^<frozen ")
_HARNESS = re.compile(r"(?:^|/)scenarios/(?:dask_matrix_)?harness/|(?:^|/)pytest/3\.\d+/")
_COMPILED = re.compile(r"\.(?:pyx|pxd|pxi)$")


@dataclass(frozen=True)
class Part:
    """Lines from ``start`` up to, not including, ``end``; ``fold_label`` is the summary of a folded part, or empty."""

    start: int
    end: int
    fold_label: str = ""


@dataclass(frozen=True)
class _Frame:
    start: int
    end: int
    owner: str
    last: bool = False


def is_interpreter_format(text: str) -> bool:
    """Whether a traceback has the interpreter's or faulthandler's format."""
    return any(FIRST_LINE.match(line) for line in text.split("\n"))


def kind(line: str, *, inside: bool) -> str:
    """Return the CSS class for a line of the interpreter's format; ``inside``: it follows a line of a frame."""
    if _FRAME.match(line):
        return "tb-file"
    if FIRST_LINE.match(line):
        return "tb-place"
    if inside and _MARK.match(line):
        return "tb-mark"
    if inside and line[:4].strip(" |") == "" and line.strip():
        return "tb-code"
    return "tb-error" if inside else ""


def parts(text: str) -> list[Part]:
    """Split a traceback into parts, in order and without gaps. Lines that are not understood stay open."""
    lines = text.split("\n")
    frames = list(_interpreter_frames(lines) if is_interpreter_format(text) else _pytest_frames(lines))
    return list(_folded_parts(frames, len(lines)))


def owner(path: str) -> str:
    """Return whose code a file is: a package, the standard library or the harness; empty for the scenario's own."""
    path = path.replace("\\", "/")
    if found := _INSTALLED.search(path):
        return found["top"]
    if _HARNESS.search(path):
        return HARNESS
    if _STANDARD.search(path):
        return STANDARD_LIBRARY
    if _COMPILED.search(path):
        return "compiled code"
    return "generated code" if path.startswith("<") else ""


def _folded_parts(frames: Sequence[_Frame], length: int) -> Iterator[Part]:
    """Yield runs of foldable frames as one part each, and the lines between them as open parts."""
    place = 0
    foldable = [each for each in frames if each.owner and not each.last]
    for _, run in groupby(enumerate(foldable), key=lambda each: _run_of(each, foldable)):
        folded = [frame for _, frame in run]
        if folded[0].start > place:
            yield Part(place, folded[0].start)
        yield Part(folded[0].start, folded[-1].end, _summary(folded))
        place = folded[-1].end
    if place < length:
        yield Part(place, length)


def _run_of(numbered: tuple[int, _Frame], frames: Sequence[_Frame]) -> int:
    """Return the number of the first frame of a frame's run: adjacent frames without a line between them."""
    number, _ = numbered
    while number and frames[number - 1].end == frames[number].start:
        number -= 1
    return number


def _summary(frames: Sequence[_Frame]) -> str:
    owners = list(dict.fromkeys(each.owner for each in frames))
    named = ", ".join(owners[:MAX_OWNERS]) + (", …" if len(owners) > MAX_OWNERS else "")
    return f"{len(frames)} {'frame' if len(frames) == 1 else 'frames'} in {named}"


def _interpreter_frames(lines: Sequence[str]) -> Iterator[_Frame]:
    """Yield the frames of the interpreter's format; the innermost of each stack is marked as its last."""
    stack: list[_Frame] = []
    recent_first = False
    place = 0
    while place < len(lines):
        if found := _FRAME.match(lines[place]):
            end = _end_of(lines, place, len(found["margin"]))
            stack.append(_Frame(place, end, owner(found["path"])))
            place = end
            continue
        yield from _marked(stack, recent_first=recent_first)
        stack = []
        if head := FIRST_LINE.match(lines[place]):
            recent_first = head[1] == "first"
        place += 1
    yield from _marked(stack, recent_first=recent_first)


def _end_of(lines: Sequence[str], start: int, margin: int) -> int:
    """Return the line after a frame: its code is indented deeper, and "Previous line repeated" is part of it."""
    end = start + 1
    while end < len(lines) and (
        (lines[end][: margin + 2].strip(" |") == "" and lines[end][margin + 2 :].strip())
        or "[Previous line repeated " in lines[end]
    ):
        end += 1
    return end


def _marked(stack: Sequence[_Frame], *, recent_first: bool) -> Iterator[_Frame]:
    innermost = 0 if recent_first else len(stack) - 1
    for number, each in enumerate(stack):
        yield _Frame(each.start, each.end, each.owner, last=number == innermost)


def _pytest_frames(lines: Sequence[str]) -> Iterator[_Frame]:
    """Yield the frames of pytest's format: chunks between rules, with the location last, or first in the short style.

    A frame with an error in it is the last of its stack.
    """
    found = [frame for start, end in _chunks(lines) for frame in _frames_of(lines, start, end)]
    for number, each in enumerate(found):
        raised = any(line.startswith("E ") for line in lines[each.start : each.end])
        yield _Frame(each.start, each.end, each.owner, last=raised or number == len(found) - 1)


def _chunks(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield start and end of each chunk; a rule belongs to the chunk before it."""
    start = 0
    for number, line in enumerate(lines):
        if _RULE.match(line):
            yield start, number + 1
            start = number + 1
    yield start, len(lines)


def _frames_of(lines: Sequence[str], start: int, end: int) -> Iterator[_Frame]:
    begun = [(number, found["path"]) for number in range(start, end) if (found := _SHORT.match(lines[number]))]
    if not begun:
        places = [found["path"] for line in lines[start:end] if (found := _PLACE.match(line))]
        yield _Frame(start, end, owner(places[-1]) if places else "")
        return
    ends = [number for number, _ in begun[1:]] + [end]
    for (first, path), after in zip(begun, ends, strict=True):
        yield _Frame(first, after, owner(path))
