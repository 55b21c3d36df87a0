"""Commands to paste name the scenario set that a result comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from dask_matrix import places
from dask_matrix.collect.scenario_set.names import scenario_set_name
from dask_matrix.domain.records.records import RunRecord
from tests.web.conftest import NEW, ROW, Book


def commands(book: Book) -> list[str]:
    """Return every command that JSON and pages show for a broken cell."""
    cell = book.client.get(f"/api/v1/cells/{ROW}/{NEW}").json()
    row = book.client.get(f"/api/v1/scenarios/{ROW}").json()
    return [cell["reproduce"]["dask_matrix"], cell["turn"]["bisect"], *(each["bisect"] for each in row["turns"])]


def test_commands_for_the_bundled_set_need_no_option(book: Book) -> None:
    """It is the default; nox knows it too."""
    assert not any("--scenarios" in each for each in commands(book))
    assert book.client.get(f"/api/v1/cells/{ROW}/{NEW}").json()["reproduce"]["nox"].startswith("nox -s ")


def test_commands_for_an_own_set_select_it(book: Book) -> None:
    """In JSON and on both pages, quoted; nox does not know such a set."""
    book.add(RunRecord, id="own", run="own", who="me", host="here", scenario_set="my tests", tool="0")
    book.result("failed", key=NEW, run="own")
    assert all("--scenarios 'my tests'" in each for each in commands(book))
    assert book.client.get(f"/api/v1/cells/{ROW}/{NEW}").json()["reproduce"]["nox"] == ""
    for page in (f"/cells/{ROW}/{NEW}", f"/scenarios/{ROW}"):
        assert "--scenarios &#39;my tests&#39;" in book.client.get(page).text


def test_a_set_is_named_as_the_option_takes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its path from the current folder; never mistaken for the bundled set."""
    monkeypatch.chdir(tmp_path)
    assert scenario_set_name(places.scenarios()) == "scenarios"
    assert scenario_set_name(tmp_path / "scenarios") == "./scenarios"
    assert scenario_set_name(tmp_path / "tests" / "mine") == "tests/mine"
