"""The marker `@pytest.mark.scenario(issue=…, covers=[…], since=…, until=…, formerly=[…])` and its limits.

Limits are `timeout` (seconds until the scenario is killed), `memory` (MiB that all its processes may take together) and
`output` (KiB kept of its stdout, of its stderr and of its log).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from packaging.version import InvalidVersion, Version

#: The text for `pytest --markers`.
HELP = (
    "scenario(issue, covers, since, until, formerly, timeout, memory, output): issue links, covered names, "
    "range of releases, earlier ids, and limits: seconds, MiB of memory, KiB of output that are kept"
)
LIMITS = {"timeout": "seconds", "memory": "MiB", "output": "KiB"}
KEYWORDS = ("issue", "covers", "since", "until", "formerly", *LIMITS)


class BadMarker(ValueError):
    """A marker has an invalid argument; the text names the keyword."""


@dataclass(frozen=True)
class Declaration:
    """What the markers on a test, its class and its module declare. Lists are joined; the nearest single value wins."""

    issues: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    formerly: tuple[str, ...] = ()
    timeout: float | None = None
    memory: float | None = None
    output: float | None = None

    def why_not_for(self, release: Version | None) -> str:
        """Why the scenario does not apply to `release`; `""` if it does, or if the release is unknown."""
        too_old = self.since is not None and release is not None and release < Version(self.since)
        too_new = self.until is not None and release is not None and release > Version(self.until)
        if not (too_old or too_new):
            return ""
        bounds = (("since", self.since), ("until", self.until))
        return "declared for releases " + " ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)


def declared(item: pytest.Item) -> Declaration:
    """The declaration of `item`; raises `BadMarker`."""
    joined: dict[str, list[str]] = {"issue": [], "covers": []}
    nearest: dict[str, Any] = {}
    for node, mark in item.iter_markers_with_node("scenario"):
        values = _checked(mark, own=node is item)
        for keyword, found in joined.items():
            found.extend(entry for entry in values.pop(keyword, ()) if entry not in found)
        nearest = {**values, **nearest}
    return Declaration(
        issues=tuple(joined["issue"]),
        covers=tuple(joined["covers"]),
        since=nearest.get("since"),
        until=nearest.get("until"),
        formerly=tuple(_formerly(item)),
        **{limit: nearest.get(limit) for limit in LIMITS},
    )


def _checked(mark: pytest.Mark, *, own: bool) -> dict[str, Any]:
    """The validated values of one marker."""
    if mark.args:
        raise BadMarker(f"scenario({mark.args[0]!r}): only keywords are allowed: {', '.join(KEYWORDS)}")
    if not own and "formerly" in mark.kwargs:
        raise BadMarker("scenario(formerly=…): only allowed on a function, since a class or module has no id")
    return {keyword: _value(keyword, value) for keyword, value in mark.kwargs.items()}


def _value(keyword: str, value: Any) -> Any:
    if keyword not in KEYWORDS:
        nearest = difflib.get_close_matches(keyword, KEYWORDS, 1)
        hint = f"did you mean {nearest[0]}?" if nearest else f"known: {', '.join(KEYWORDS)}"
        raise BadMarker(f"scenario({keyword}=…): no such keyword; {hint}")
    if keyword in ("since", "until"):
        return _release(keyword, value)
    if keyword in LIMITS:
        return _limit(keyword, value)
    return _texts(keyword, value)


def _release(keyword: str, value: Any) -> str:
    try:
        Version(value)
    except (InvalidVersion, TypeError) as problem:
        raise BadMarker(f"scenario({keyword}={value!r}): not a release such as '2025.4.0'") from problem
    return str(value)


def _limit(keyword: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        raise BadMarker(f"scenario({keyword}={value!r}): not a number of {LIMITS[keyword]} above 0")
    return float(value)


def _texts(keyword: str, value: Any) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        raise BadMarker(f"scenario({keyword}={value!r}): not a text or a list of texts")
    return list(texts)


def _formerly(item: pytest.Item) -> Iterator[str]:
    """Former ids. On a parametrized function they apply to all cases, so each case appends its own brackets."""
    callspec: Any = getattr(item, "callspec", None)
    of_one_case = [mark for mark in callspec.marks if mark.name == "scenario"] if callspec else []
    for mark in item.own_markers:
        for former in _texts("formerly", mark.kwargs.get("formerly", ())) if mark.name == "scenario" else ():
            alone = callspec is None or mark in of_one_case or former.endswith("]")
            yield former if alone else f"{former}[{callspec.id}]"
