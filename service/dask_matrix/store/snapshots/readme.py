"""The README of a snapshot, written with it."""

from __future__ import annotations

from typing import Any

TEXT = """\
# The evidence that ships with dask-matrix

`dask-matrix serve --snapshot` and `dask-matrix show --snapshot` show it, with no run and no data folder.
Written by `dask-matrix export --snapshot`, nothing of it by hand; `nox -s snapshot` makes it anew.

| | |
|---|---|
| made | {made_at:%Y-%m-%d %H:%M} UTC, by dask-matrix {tool} |
| scenario set | commit `{commit}` |
| where | {host}; environments for {platforms} |
| releases | {first} to {last}: {releases} of them in {environments} environments, {refusals} of which cannot be had |
| scenarios | {scenarios} |
| results | {results} ({outcomes}), recorded from {first_result:%Y-%m-%d} to {newest_result:%Y-%m-%d} |
| texts | {texts} |

`records.jsonl.xz` holds the records that count, one JSON line each (`docs/records.md` is their contract): the newest
description of each environment that the matrix shows, what refused it, what was said while it was installed, the scenarios as they are at that commit, every
result of them, what bisections of them found, and how the runs that all this comes from ended. `xz -dc records.jsonl.xz | grep '"kind": "result"'` reads them. `snapshot.json` says the same as this page to
programs, with the sha256 of the records.
"""


def readme(head: dict[str, Any]) -> str:
    """Return the page for what snapshot.json says."""
    releases = head["releases"]
    told = {
        **head,
        **head["counts"],
        "commit": head["commit"] or "unknown: not in a git checkout",
        "platforms": ", ".join(head["platforms"]),
        "releases": len(releases),
        "first": releases[0],
        "last": releases[-1],
        "outcomes": ", ".join(f"{many:,} {outcome}" for outcome, many in head["outcomes"].items()),
        "texts": "all evidence is whole" if head["texts_of_passed"] else "what passing scenarios printed is left out",
    }
    return TEXT.format(**told)
