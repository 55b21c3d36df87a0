"""The command that was typed, and others made of it: they ask where it asked, of the lock and the code that it read."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from dask_matrix.tell.sanitize import inert

MOST = 10_000
_SECRET = re.compile(r"//[^/\s]*@")
"""A name and a password in an address."""


@dataclass(frozen=True)
class Asked:
    """The words after ``dask-matrix check``; none where they are not known, or not fit to be shown."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Read the words, quoted as for a shell. What one line cannot show, or holds a password, is not known."""
        if inert(text, MOST) != text or _SECRET.search(text):
            return cls(())
        try:
            return cls(tuple(shlex.split(text)))
        except ValueError:
            return cls(())

    def also(self, *more: str) -> str:
        """Return the command with more options, or nothing if it is not known."""
        return shlex.join(["dask-matrix", "check", *self.words, *more]) if self.words else ""

    def to(self, target: str) -> str:
        """Return the command that asks about another target."""
        if self.words.count("--to") != 1:
            return self.also("--to", inert(target))
        place = self.words.index("--to") + 1
        return Asked((*self.words[:place], inert(target), *self.words[place + 1 :])).also()

    def values(self, *options: str) -> list[str]:
        """Return some options with their values, as they were typed."""
        found = []
        for word, following in pairwise((*self.words, "")):
            if word in options:
                found += [word, following]
            elif word.partition("=")[0] in options:
                found.append(word)
        return found
