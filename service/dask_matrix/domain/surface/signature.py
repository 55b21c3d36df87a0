"""Signatures as text, and which calls one accepts that another does not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

UNLIMITED = 10**6
"""Positional arguments that ``*args`` takes."""
OTHER = "**"
"""Stands for a keyword that no signature names."""

Call = tuple[int, frozenset[str]]
"""How many arguments are given by position, and the names of those by keyword."""


@dataclass(frozen=True)
class Parameter:
    """One parameter; ``default`` is text, None where the argument must be given."""

    name: str
    default: str | None


@dataclass(frozen=True)
class Signature:
    """What a callable accepts: by position only, by position or keyword, by keyword only, and any more of either."""

    positional_only: tuple[Parameter, ...]
    ordinary: tuple[Parameter, ...]
    keyword_only: tuple[Parameter, ...]
    any_positional: bool
    any_keyword: bool

    @classmethod
    @lru_cache(65_536)
    def parse(cls, text: str) -> Signature:
        """Read ``(x, /, y=1, *, z=None)``; raise SyntaxError for anything else."""
        found = ast.parse(f"def f{text}: 0").body[0]
        if not isinstance(found, ast.FunctionDef):
            raise SyntaxError(f"{text!r} is not a signature")  # noqa: TRY004 - as ast.parse raises for other texts
        arguments = found.args
        positional = [*arguments.posonlyargs, *arguments.args]
        missing = len(positional) - len(arguments.defaults)
        defaults: list[ast.expr | None] = [*[None] * missing, *arguments.defaults]
        read = [_parameter(each, default) for each, default in zip(positional, defaults, strict=True)]
        split = len(arguments.posonlyargs)
        keyword_only = [_parameter(*each) for each in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
        return cls(
            tuple(read[:split]),
            tuple(read[split:]),
            tuple(keyword_only),
            any_positional=arguments.vararg is not None,
            any_keyword=arguments.kwarg is not None,
        )

    def bound(self) -> Signature:
        """Return the signature without its first positional parameter, as a method is called."""
        if self.positional_only:
            return Signature(self.positional_only[1:], *self._rest())
        return Signature((), self.ordinary[1:], *self._rest()[1:])

    def _rest(self) -> tuple[tuple[Parameter, ...], tuple[Parameter, ...], bool, bool]:
        return self.ordinary, self.keyword_only, self.any_positional, self.any_keyword

    @property
    def positional(self) -> tuple[Parameter, ...]:
        """All parameters that take an argument by position, in order."""
        return (*self.positional_only, *self.ordinary)

    @property
    def most_positional(self) -> int:
        """How many arguments may be given by position."""
        return UNLIMITED if self.any_positional else len(self.positional)

    @property
    def keywords(self) -> dict[str, Parameter]:
        """The parameters that can be given by keyword."""
        return {each.name: each for each in (*self.ordinary, *self.keyword_only)}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all parameters that have one of their own."""
        return tuple(each.name for each in (*self.positional, *self.keyword_only))

    def calls(self) -> Iterator[Call]:
        """Return calls that are accepted, so that another signature that accepts them all accepts every other one.

        Each is a number of arguments by position, and the names of those by keyword.
        """
        least = sum(1 for each in self.positional_only if each.default is None)
        for count in range(least, len(self.positional) + 1):
            yield count, self._needed(count)
        for name in self.keywords:
            yield least, self._needed(least) | {name}
        if self.any_positional:
            yield UNLIMITED, self._needed(UNLIMITED)
        if self.any_keyword:
            yield least, self._needed(least) | {OTHER}

    def refusal(self, positional: int, keywords: frozenset[str]) -> str:
        """Say why a call is refused; empty if it is accepted."""
        unknown = sorted(keywords - self.keywords.keys()) if not self.any_keyword else []
        if unknown:
            return f"no keyword {unknown[0]}" if unknown != [OTHER] else "no other keywords"
        if positional > self.most_positional:
            most = self.most_positional
            return f"at most {most} positional argument{'' if most == 1 else 's'}"
        missing = sorted(self._needed(positional) - (keywords & self.keywords.keys()))
        return f"{missing[0]} must be given" if missing else ""

    def _needed(self, positional: int) -> frozenset[str]:
        """The names of the arguments that must be given besides the first ones by position."""
        rest = (*self.positional[positional:], *self.keyword_only)
        return frozenset(each.name for each in rest if each.default is None)


def is_signature(text: str) -> bool:
    """Whether a text is one that `Signature.parse` reads."""
    try:
        Signature.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def narrowed(before: Signature, after: Signature) -> list[str]:
    """Say which calls ``before`` accepts and ``after`` does not, one sentence part each; empty if there are none."""
    refused = [reason for call in before.calls() if (reason := after.refusal(*call))]
    return [*dict.fromkeys(sorted(refused, key=_rank)), *_swapped(before, after)]


def defaults_changed(before: Signature, after: Signature) -> list[str]:
    """Say which defaults differ, as ``name: before → after``."""
    old = {each.name: each.default for each in (*before.positional, *before.keyword_only)}
    new = {each.name: each.default for each in (*after.positional, *after.keyword_only)}
    both = [name for name in old if name in new and None not in (old[name], new[name]) and old[name] != new[name]]
    return [f"{name}: {old[name]} → {new[name]}" for name in both]


def _rank(reason: str) -> int:
    """Refused keywords are told first, then positions."""
    return next(rank for rank, start in enumerate(("no ", "at most ", "")) if reason.startswith(start))


def _swapped(before: Signature, after: Signature) -> list[str]:
    """Say which arguments by position go to another parameter, while the one they went to is still there."""
    pairs = zip(before.ordinary, after.positional[len(before.positional_only) :], strict=False)
    swapped = [(old.name, new.name) for old, new in pairs if old.name != new.name and old.name in after.keywords]
    return [f"{new} where {old} was, by position" for old, new in swapped]


def _parameter(found: ast.arg, default: ast.expr | None) -> Parameter:
    return Parameter(found.arg, None if default is None else ast.unparse(default))
