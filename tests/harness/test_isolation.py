"""Both isolations, fork and spawn, write the same records."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.bench import HARNESS
from tests.harness.specimen_starts import Start

#: What differs from one execution to the next whatever the isolation.
OF_ONE_EXECUTION = {"id", "at", "started", "seconds"}
VARIES = {
    r"0x[0-9a-f]+": "0x…",
    r"127\.0\.0\.1:\d+": "127.0.0.1:…",
    r"\bport-\d+": "port-…",
    r"\btmp[a-z0-9_]{8}\b": "tmp…",
}
#: In the stacks of a crash or a timeout: what is beneath the harness has called it, not the scenario.
OF_THE_HARNESS = re.compile(rf'  File "{re.escape(str(HARNESS))}/[^\n]*\n(  File [^\n]*(\n|$))*(  \.\.\.\n?)?')


@pytest.fixture(scope="module")
def starts(start_of: Callable[[str, str], Start]) -> tuple[Start, Start]:
    """One start over all specimens in each isolation, on the same Python."""
    return start_of("newest", "fork"), start_of("newest", "spawn")


def comparable(value: Any, start: Start) -> Any:
    """A record, or a value in it, without what no two executions have in common."""
    if isinstance(value, dict):
        return {name: comparable(entry, start) for name, entry in value.items() if name not in OF_ONE_EXECUTION}
    if isinstance(value, list):
        return [comparable(entry, start) for entry in value]
    if not isinstance(value, str):
        return value
    text = re.sub(rf"{re.escape(str(start.folder))}/[\w./-]*?/(work|tmp)\b", r"\1", value)
    text = OF_THE_HARNESS.sub("", text.replace(str(start.folder), "…"))
    for pattern, word in VARIES.items():
        text = re.sub(pattern, word, text)
    return text


def results(start: Start) -> dict[str, Any]:
    """Every result by scenario and attempt."""
    return {
        f"{scenario} {number}": comparable(result, start)
        for scenario, found in start.attempts().items()
        for number, result in enumerate(found)
    }


def test_results_are_the_same(starts: tuple[Start, Start]) -> None:
    """Field by field, over the whole specimen set."""
    forked, spawned = map(results, starts)
    assert forked.keys() == spawned.keys()
    for scenario, result in forked.items():
        assert result == spawned[scenario], scenario


def test_scenarios_are_described_by_the_same_records(starts: tuple[Start, Start]) -> None:
    """Their ids included: they are a hash of the rest."""
    forked, spawned = (
        {scenario: record | {"at": ""} for scenario, record in start.of_kind("scenario").items()} for start in starts
    )
    assert forked == spawned


def test_the_same_is_collected(starts: tuple[Start, Start]) -> None:
    """By one record in each."""
    forked, spawned = (
        [comparable(record, start) for record in start.records if record["kind"] == "collection"] for start in starts
    )
    assert len(forked) == 1
    assert forked == spawned
