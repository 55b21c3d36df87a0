"""Format dates, times, ages and durations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

MILLISECONDS_BELOW = 1.0
MINUTES_FROM = 120.0
MONTHS_FROM, YEARS_FROM = 61, 731
DAYS_OF_MONTH, DAYS_OF_YEAR = 30.44, 365.25


def day(moment: datetime | None) -> str:
    """Return the date; empty for None."""
    return f"{moment:%Y-%m-%d}" if moment else ""


def age(since: date | None, today: date) -> str:
    """Return an age in days, months or years: ``12 days old``, ``7 months old``; empty for None or the future."""
    days = (today - since).days if since else -1
    if days < 0:
        return ""
    if days < MONTHS_FROM:
        return f"{days} {'day' if days == 1 else 'days'} old"
    if days < YEARS_FROM:
        return f"{days / DAYS_OF_MONTH:.0f} months old"
    return f"{days / DAYS_OF_YEAR:.0f} years old"


def moment(value: datetime | None) -> str:
    """Return the moment to the second in UTC; empty for None."""
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if value else ""


def after(value: datetime, begin: datetime) -> str:
    """Return a moment relative to an earlier one: the time alone if both are on the same day."""
    return f"{value:%H:%M:%S}" if day(value) == day(begin) else moment(value)


def duration(seconds: float) -> str:
    """Return a duration as text: ``340 ms``, ``2.5 s``, ``3 min 5 s``."""
    if seconds < MILLISECONDS_BELOW:
        return f"{seconds * 1000:.0f} ms"
    if seconds < MINUTES_FROM:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
