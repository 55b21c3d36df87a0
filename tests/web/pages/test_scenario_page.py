"""The scenario page: timeline, changes, durations, repeatability."""

import re
from datetime import timedelta

from dask_matrix.web import links
from tests.web.conftest import NEW, NOON, OLD, REFUSED, ROW, Book

LATEST, LATER = "c" * 16, "d" * 16


def page(book: Book, query: str = "") -> str:
    """Return the page of the row."""
    answer = book.client.get(links.scenario(ROW) + query)
    assert answer.status_code == 200
    return answer.text


def test_each_change_is_shown_with_both_its_cells(book: Book) -> None:
    """With the exception and the command that bisects it; newest first."""
    book.environment(LATER, "2025.5.0")
    book.result("passed", key=LATER)
    text = page(book)
    list_ = text.partition('<ol class="turnings">')[2].partition("</ol>")[0]
    assert re.search(
        rf'Fixed in <a href="/cells/{ROW}/{LATER}">2025.5.0.*Breaks in <a href="/cells/{ROW}/{NEW}">', list_, re.DOTALL
    )
    assert f'Pass on <a href="/cells/{ROW}/{OLD}">2025.2.0</a>' in list_
    assert "--good 2025.5.0 --bad 2025.4.0 --find-fix" in list_
    turns = book.client.get(f"/api/v1/scenarios/{ROW}").json()["turns"]
    assert [(each["release"], each["breaks"], each["exception"]) for each in turns] == [
        ("2025.4.0", True, "KeyError"),
        ("2025.5.0", False, "KeyError"),
    ]


def test_a_scenario_without_changes_says_so(book: Book) -> None:
    """Rather than an empty list."""
    book.scenario("futures/steady")
    assert "None: the result is the same in every release tested." in book.client.get("/scenarios/futures/steady").text


def test_each_lane_is_a_line_of_the_timeline(book: Book) -> None:
    """Aligned by release; where a lane has no environment, its tile is missing."""
    book.environment(LATEST, "2025.4.0", lane="latest")
    text = page(book)
    assert "From top to bottom: as-released; latest." in text
    stop = next(each for each in text.split("<li class=") if f"/cells/{ROW}/{LATEST}" in each)
    assert stop.index(NEW) < stop.index(LATEST)
    assert len(re.findall('<li class="stop', text)) == 3
    assert f"/cells/{ROW}/{REFUSED}" in text


def test_a_lane_with_several_pythons_has_a_line_for_each(book: Book) -> None:
    """And says which is which."""
    book.environment(LATEST, "2025.4.0", python="3.12")
    assert "as-released, Python 3.11; as-released, Python 3.12" in page(book)


def test_durations_are_plotted_with_their_spread(book: Book) -> None:
    """Of passing executions; the plot has a table and is marked as indicative."""
    for seconds in (0.25, 0.75, 2.25):
        book.result("passed", seconds=seconds)
    text = page(book)
    assert "indicative, since machines differ" in text
    assert "2025.2.0, as-released: 250 ms to 2.2 s, median 500 ms of 4 executions" in text
    assert len(re.findall("<circle", text)) == 1, "nothing passed in the other environment"
    assert book.client.get(f"/api/v1/scenarios/{ROW}").json()["seconds"] == {
        OLD: {"shortest": 0.25, "median": 0.5, "longest": 2.25, "executions": 4}
    }


def test_without_durations_there_is_no_plot(book: Book) -> None:
    """A scenario that never passed has none."""
    book.scenario("futures/never")
    book.result("failed", name="futures/never")
    assert "<svg" not in book.client.get("/scenarios/futures/never").text.partition("<main")[2]


def test_repeatability_counts_executions_and_lists_environments_with_mixed_outcomes(book: Book) -> None:
    """Of the current version of the scenario only."""
    assert "2 executions in 2 environments; in each environment, all had the same outcome" in page(book)
    book.result("failed")
    book.result("passed", key=NEW, fingerprint="older")
    text = page(book)
    assert "3 executions in 2 environments" in text
    assert "mixed in 1" in text
    assert book.client.get(f"/api/v1/scenarios/{ROW}").json()["steadiness"] == {
        "executions": 3, "environments": 2, "mixed": [OLD],
    }  # fmt: skip


def test_a_scenario_is_shown_as_it_was(book: Book) -> None:
    """Its timeline, changes and durations; links keep the moment."""
    at = f"?at={(NOON + timedelta(minutes=50)).isoformat()}".replace("+", "%2B")
    book.result("passed", key=NEW, seconds=9.0)
    frozen = page(book, at)
    assert "Frozen" in frozen
    assert "Breaks in" in frozen
    assert "9.0 s" not in frozen
    assert f"/cells/{ROW}/{NEW}?at=2025-04-22T12%3A50%3A00Z" in frozen
    assert book.client.get(f"/api/v1/scenarios/{ROW}{at}").json()["verdicts"][NEW] == "fail"
    assert book.client.get(f"/api/v1/scenarios/{ROW}").json()["verdicts"][NEW] == "flaky"
