"""Ask the index itself whether it bears out a refusal of uv's.

uv takes whatever answers 200 for the index: behind a captive portal it finds "no version of dask". It takes 401 and 403
the same way. Such a message says nothing about the release, so it must not be kept as a refusal.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.collect.index.settings import IndexSettings

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_NAMED = re.compile(rf"(?<![\w./:-])({_NAME})(?:\[[\w,. -]*\])?(?=[=<>!~]=|[<>])")
"""A project with versions, wherever in the message: ``dask[array]==2025.2.0``, ``numpy>=1.24``."""
_ABSENT = re.compile(rf"\bno versions? of ({_NAME})(?:\[[\w,. -]*\])?([=<>!~]\S*)?")
"""A project and the versions that uv did not find; all versions if none are named."""
_MISSING = re.compile(rf"\b({_NAME}) was not found in")
_REJECTED = re.compile(r"returned an? (40[13] \w+)")
_NO_METADATA = re.compile(r"Metadata field \w+ not found")


class _Claim(NamedTuple):
    """What a message says of a project: that these versions are absent, or None: it is only named."""

    project: str
    absent: SpecifierSet | None


def doubt(settings: IndexSettings, message: str, cutoff: str | None) -> str:
    """Return why uv's refusal is not the index's own answer; empty if the index bears it out.

    ``cutoff`` is the ISO time after which uv ignored uploads.
    """
    if rejected := _REJECTED.search(message):
        return f"the index answers {rejected[1]}"
    if missing := _MISSING.search(message):
        return f"the index has no page of {missing[1]}"
    if _NO_METADATA.search(message):
        return "what it answers for a package's metadata is none"
    return next(filter(None, (_contradiction(settings, claim, cutoff) for claim in _claims(message))), "")


def _claims(message: str) -> Iterator[_Claim]:
    """Yield the projects that a message is about, each once."""
    absent = {canonicalize_name(name): _specifier(versions) for name, versions in _ABSENT.findall(message)}
    named = {canonicalize_name(name) for name in _NAMED.findall(message)}
    for project in sorted(absent.keys() | (named - {"python"})):
        yield _Claim(project, absent.get(project))


def _specifier(text: str) -> SpecifierSet:
    try:
        return SpecifierSet(text.rstrip(",."))
    except InvalidSpecifier:
        return SpecifierSet("===unreadable")  # equals no version


def _contradiction(settings: IndexSettings, claim: _Claim, cutoff: str | None) -> str:
    """Return what is wrong with the index's page of a project, or how it contradicts the claim."""
    from dask_matrix.collect.index.project_page import NoSuchProject, RequestFailed, fetch_page  # noqa: PLC0415 - slow to import, and seldom needed

    try:
        files = fetch_page(settings, claim.project)["files"]
    except NoSuchProject as error:  # uv calls that "no version" if extras are asked for
        return "" if claim.absent is None else str(error)  # else uv found it elsewhere, such as in another index
    except RequestFailed as error:
        return str(error)
    if claim.absent is None:
        return ""
    present = [each for each, file in files.items() if claim.absent.contains(each) and _offered(file, cutoff)]
    return f"it does have {claim.project} {present[-1]}" if present else ""


def _offered(file: Any, cutoff: str | None) -> bool:
    """Whether uv had to consider a file: not yanked, and uploaded by the cutoff."""
    if file["yanked"]:
        return False
    if cutoff is None:
        return True
    return bool(file["uploaded"]) and datetime.fromisoformat(file["uploaded"]) <= datetime.fromisoformat(cutoff)
