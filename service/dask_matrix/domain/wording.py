"""Words that sentences in every room share."""

from __future__ import annotations


def counted(number: int, noun: str = "scenario") -> str:
    """Return a number with its noun: ``1 scenario``, ``3 scenarios``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
