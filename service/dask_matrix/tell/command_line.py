"""Suggest ``dask-matrix check`` commands based on the one that was typed, with the same evidence, lock file and code."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from dask_matrix.tell.sanitize import sanitize

MAX_LENGTH = 10_000
_SECRET = re.compile(r"//[^/\s]*@")
"""A user name and a password in a URL."""


@dataclass(frozen=True)
class CheckArguments:
    """The arguments after ``dask-matrix check``; empty if they are not known, or must not be shown."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Parse arguments quoted for a shell; empty if they do not fit on one line or contain a password."""
        if sanitize(text, MAX_LENGTH) != text or _SECRET.search(text):
            return cls(())
        try:
            return cls(tuple(shlex.split(text)))
        except ValueError:
            return cls(())

    def with_options(self, *more: str) -> str:
        """Return the command with more options, or an empty text if the command is not known."""
        return shlex.join(["dask-matrix", "check", *self.words, *more]) if self.words else ""

    def with_target(self, target: str) -> str:
        """Return the command with another target."""
        if self.words.count("--to") != 1:
            return self.with_options("--to", sanitize(target))
        place = self.words.index("--to") + 1
        return CheckArguments((*self.words[:place], sanitize(target), *self.words[place + 1 :])).with_options()

    def options(self, *names: str) -> list[str]:
        """Return some options with their values, as they were typed."""
        found = []
        for word, following in pairwise((*self.words, "")):
            if word in names:
                found += [word, following]
            elif word.partition("=")[0] in names:
                found.append(word)
        return found
