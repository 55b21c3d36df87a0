"""The truth that is known of our scenarios, and the observed matrix held against it.

`tests/truth/AREA.json` has, by scenario id: `issue`, `observed` (release -> outcome in lane as-released), `latest` (the same
in lane latest; it may be left out) and `note`. `python -m tests.truth_of`, the nox session `truth`, runs what has no result
yet and prints each disagreement; with `--draft` it writes the files anew from what is observed, for review by git diff.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dask_matrix import places
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.records.outcome import VERDICT_OF, Verdict
from dask_matrix.store.store import Store

FOLDER = Path(__file__).parent / "truth"
OUTCOME_OF = {verdict: outcome.value for outcome, verdict in VERDICT_OF.items()}
FIELDS = {Lane.AS_RELEASED: "observed", Lane.LATEST: "latest"}
"""Lane -> the field of a fact that speaks of it."""
Facts = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Disagreement:
    """A cell in which truth and what was observed differ. `got` is an outcome, or the verdict where that is none."""

    release: Release
    lane: Lane
    scenario: str
    expected: str
    got: str
    exception: str = ""

    def __str__(self) -> str:
        told = f"{self.release}, {self.lane}: {self.scenario}: expected {self.expected}, got {self.got}"
        return f"{told} ({self.exception})" if self.exception else told


def load(folder: Path = FOLDER) -> dict[str, Facts]:
    """Return area -> scenario id -> fact."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def releases(truth: dict[str, Facts], lane: Lane) -> list[Release]:
    """Return the releases that truth speaks of in a lane, in order."""
    named = {text for facts in truth.values() for fact in facts.values() for text in fact.get(FIELDS[lane], ())}
    return sorted(map(Release.parse, named))


def outcome(verdict: Verdict) -> str:
    """Return a verdict in the words of truth."""
    return OUTCOME_OF.get(verdict, verdict.value)


def compared(truth: dict[str, Facts], matrix: Matrix) -> Iterator[tuple[Disagreement, bool]]:
    """Yield each cell that truth speaks of and the matrix has a column for, and whether they agree."""
    rows = {scenario.id: scenario for scenario in matrix.scenarios}
    columns = [each for each in matrix.environments if not each.refusal and each.lane in FIELDS]
    for facts in truth.values():
        for name, fact in facts.items():
            for column in columns:
                expected = fact.get(FIELDS[column.lane], {}).get(str(column.release))
                if expected is None:
                    continue
                cell = matrix.cell(rows[name], column) if name in rows else None
                got = outcome(cell.verdict) if cell else "no such scenario"
                exception = cell.exception if cell else ""
                yield Disagreement(column.release, column.lane, name, expected, got, exception), got == expected


def draft(area: str, matrix: Matrix, before: Facts) -> Facts:
    """Return the facts of an area as the matrix has them; notes, and what it does not speak of, stay as they were."""
    return {
        row.id: _fact(matrix, row.id, list(row.issues), before.get(row.id, {}))
        for row in matrix.scenarios
        if row.area == area and any(cell.executions for cell in matrix.row(row))
    }


def _fact(matrix: Matrix, name: str, issues: list[str], before: dict[str, Any]) -> dict[str, Any]:
    fact: dict[str, Any] = {"issue": " ".join(issues)}
    for lane, field in FIELDS.items():
        seen = dict(before.get(field, {})) | dict(_observed(matrix, name, lane))
        if seen or field == "observed":
            fact[field] = {release: seen[release] for release in sorted(seen, key=Release.parse)}
    return fact | {"note": before.get("note", "")}


def _observed(matrix: Matrix, name: str, lane: Lane) -> Iterator[tuple[str, str]]:
    for column in matrix.environments:
        cell = matrix.cells.get((name, column.key))
        if column.lane is lane and not column.refusal and cell and cell.verdict in OUTCOME_OF:
            yield str(column.release), OUTCOME_OF[cell.verdict]


def write(path: Path, facts: Facts) -> None:
    """Write facts with a line for each field, so that a diff reads well."""
    entries = []
    for name, fact in facts.items():
        fields = ",\n".join(
            f"    {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in fact.items()
        )
        entries.append(f"  {json.dumps(name, ensure_ascii=False)}: {{\n{fields}\n  }}")
    path.write_text("{\n" + ",\n".join(entries) + "\n}\n", encoding="utf-8")


def main(arguments: Iterable[str] = tuple(sys.argv[1:])) -> int:
    """Hold everything against truth, or write it down; return the exit code."""
    parser = argparse.ArgumentParser(prog="nox -s truth --", description=__doc__)
    parser.add_argument("--data", type=Path, default=places.default_data(), help="the data folder")
    parser.add_argument("--truth", type=Path, default=FOLDER, help=argparse.SUPPRESS)
    parser.add_argument("--draft", action="store_true", help="run nothing; write the files anew from what is observed")
    asked = parser.parse_args(list(arguments))
    truth = load(asked.truth)
    if not asked.draft:
        for lane in FIELDS:
            if named := releases(truth, lane):
                _run(asked.data, lane, named)
    with Store.open(places.Places(asked.data).database) as store:
        matrix = store.matrix()
    return _draft(asked.truth, truth, matrix) if asked.draft else _report(truth, matrix)


def _run(data: Path, lane: Lane, named: list[Release]) -> None:
    """Run what has no result yet; environments that cannot be had are told by the run itself."""
    words = [word for each in named for word in ("--release", str(each))]
    command = [sys.executable, "-m", "dask_matrix", "run", "--data", str(data), "--lane", lane.value, *words]
    code = subprocess.run(command, check=False).returncode
    if code not in {0, 1}:  # 1: some environment could not be run, whose cells will be told
        sys.exit(code)


def _report(truth: dict[str, Facts], matrix: Matrix) -> int:
    cells = list(compared(truth, matrix))
    wrong = [each for each, agrees in cells if not agrees]
    for each in sorted(wrong, key=lambda each: (each.scenario, each.lane, each.release)):
        print(each)
    columns = len({(each.release, each.lane) for each, _ in cells})
    print(f"{len(cells) - len(wrong)} of {len(cells)} cells in {columns} environments agree with truth.")
    return 1 if wrong or not cells else 0


def _draft(folder: Path, truth: dict[str, Facts], matrix: Matrix) -> int:
    for area in matrix.areas():
        if facts := draft(area, matrix, truth.get(area, {})):
            write(folder / f"{area}.json", facts)
            print(f"{folder / area}.json: {len(facts)} scenarios")
    return 0


if __name__ == "__main__":
    sys.exit(main())
