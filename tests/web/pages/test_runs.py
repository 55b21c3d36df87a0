"""Runs as pages and JSON: what ran, where, how long, with which results."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dask_matrix.domain.records.records import CollectionRecord, EndRecord, RunRecord
from dask_matrix.web import links
from tests.web.conftest import NEW, NOON, ODD, OLD, REFUSED, ROW, Book, opened

API = f"{links.API}/runs"


def run(book: Book, name: str, at: datetime, **more: Any) -> None:
    """Record a run."""
    fixed = {"who": "me", "host": "here", "scenario_set": "scenarios", "tool": "0"}
    book.add(RunRecord, id=name, run=name, at=at, **{**fixed, **more})


def test_a_run_says_who_ran_what_where_and_its_results(book: Book) -> None:
    """As a whole, and in each environment; a field that was there before is as it was."""
    told = book.client.get(f"{API}/r").json()
    assert (told["who"], told["host"], told["commit"], told["scenario_set"]) == ("me", "here", "abc123", "scenarios")
    assert (told["results"], told["outcomes"]["passed"], told["outcomes"]["failed"]) == (2, 1, 1)
    assert (told["done"], told["planned"], told["live"]) == (2, None, False)
    parts = {part["environment"]: part for part in told["parts"]}
    assert list(parts) == [OLD, NEW, REFUSED]
    assert (told["environments"], parts[REFUSED]["refusal"]) == (3, "resolve")
    broken = {"scenario": ROW, "title": "Computes again", "outcome": "failed", "page": links.cell(ROW, NEW)}
    assert parts[NEW]["broken"] == [broken]
    assert told["page"] == links.run("r")


def test_planned_numbers_are_shown_if_recorded(book: Book) -> None:
    """Scenarios in the environments started, and environments."""
    run(book, "s", NOON, environments=5)
    book.add(CollectionRecord, run="s", environment=OLD, scenarios={}, functions={}, to_run=4)
    book.result(run="s")
    told = book.client.get(f"{API}/s").json()
    assert (told["done"], told["planned"]) == (1, 4)
    assert (told["environments"], told["environments_planned"]) == (1, 5)
    page = book.client.get(links.run("s")).text
    assert '<progress max="4" value="1" aria-label="Scenarios done">' in page
    assert '<b data-told="environments">1</b> of 5 environments started' in page


def test_runs_are_listed_newest_first_with_links_to_older_ones(book: Book) -> None:
    """By `next` until it is null; the page by its link."""
    for number in range(1, 6):
        run(book, f"s{number}", NOON + timedelta(days=number))
    found, address = [], f"{API}?limit=2"
    while address:
        told = book.client.get(address).json()
        found += [each["id"] for each in told["runs"]]
        address = told["next"]
    assert found == ["s5", "s4", "s3", "s2", "s1", "r"]
    page = book.client.get("/runs?limit=2").text
    assert links.runs("s4", 2).replace("&", "&amp;") in page
    older = book.client.get(links.runs("s1")).text
    assert f'href="{links.run("r")}"' in older
    assert "Newest runs" in older


def test_a_run_is_live_while_results_arrive(book: Book) -> None:
    """Also before its first result; its page then receives the results after those it shows."""
    run(book, "s", datetime.now(UTC))
    assert book.client.get(f"{API}/s").json()["live"]
    page = book.client.get(links.run("s")).text
    assert f'data-stream="{links.run_events("s", 0)}"' in page
    assert "running" in book.client.get("/runs").text
    book.result(run="s", at=datetime.now(UTC))
    number = book.store.runs.latest("s", 1)[0].number
    assert f'data-stream="{links.run_events("s", number)}"' in book.client.get(links.run("s")).text
    assert "data-stream" not in book.client.get(links.run("r")).text


@pytest.mark.parametrize("how", ["finished", "interrupted"])
def test_a_run_says_how_it_ended(book: Book, how: str) -> None:
    """At once: on its page, in the list, in JSON; and no page says any longer that results are coming in."""
    now = datetime.now(UTC)
    run(book, "s", now)
    book.result(run="s", at=now)
    told = book.client.get(f"{API}/s").json()
    assert (told["live"], told["ended"], told["how"]) == (True, None, None)
    assert "Results are coming in" in book.client.get("/").text
    ended = now + timedelta(seconds=1)
    book.add(EndRecord, run="s", at=ended, how=how)
    for told in (book.client.get(f"{API}/s").json(), book.client.get(API).json()["runs"][0]):
        assert (told["live"], told["how"]) == (False, how)
        assert (datetime.fromisoformat(told["ended"]), datetime.fromisoformat(told["last_sign"])) == (ended, now)
    page = book.client.get(links.run("s")).text
    assert "data-stream" not in page
    assert f'<span class="chip {how}">{how}</span></h1>' in page
    assert f"{ended:%Y-%m-%d %H:%M:%S} UTC, {how}" in page
    assert f'<small><span class="chip {how}">{how}</span></small>' in book.client.get("/runs").text
    assert "Results are coming in" not in book.client.get("/").text


def test_a_resumed_run_is_live_again(book: Book) -> None:
    """A result after its recorded end counts."""
    now = datetime.now(UTC)
    run(book, "s", now - timedelta(seconds=9))
    book.add(EndRecord, run="s", at=now - timedelta(seconds=5), how="interrupted")
    book.result(run="s", at=now)
    told = book.client.get(f"{API}/s").json()
    assert (told["live"], told["ended"], told["how"]) == (True, None, None)
    assert "running" in book.client.get(links.run("s")).text


def test_a_run_without_a_recorded_end_shows_its_last_activity(book: Book) -> None:
    """On its page, and in the list, where the date is left out if it is that of its start."""
    last = datetime.fromisoformat(book.client.get(f"{API}/r").json()["last_sign"])
    assert f"last activity {last:%Y-%m-%d %H:%M:%S} UTC" in book.client.get(links.run("r")).text
    assert f"last activity {last:%H:%M:%S}<" in book.client.get("/runs").text
    run(book, "s", last - timedelta(days=2))
    book.result(run="s", at=last, started=last)
    assert f"last activity {last:%Y-%m-%d %H:%M:%S} UTC<" in book.client.get("/runs").text


def test_the_page_of_a_run_links_to_its_failures(book: Book) -> None:
    """And the page of a result links to its run."""
    book.result("crashed", name=ODD)
    page = book.client.get(links.run("r")).text
    assert f'href="{links.cell(ODD, OLD)}"' in page
    assert f'href="{links.environment(REFUSED)}"' in page
    result = book.store.results(ROW, NEW)[0].id
    assert f'href="{links.run("r")}"' in book.client.get(links.result(result)).text


def test_every_page_links_to_the_runs(book: Book) -> None:
    """Their own pages are marked as current."""
    assert '<a href="/runs">Runs</a>' in book.client.get("/").text
    assert '<a href="/runs" aria-current="true">Runs</a>' in book.client.get(links.run("r")).text


@pytest.mark.parametrize("address", [links.run("nothing"), f"{API}/nothing", links.runs("nothing"), f"{API}?before=x"])
def test_an_unknown_run_is_not_found(book: Book, address: str) -> None:
    """404, as a page or as a problem document."""
    answer = book.client.get(address)
    assert answer.status_code == 404
    assert "No run" in answer.text


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "newest=1"])
def test_an_invalid_list_parameter_is_refused(book: Book, query: str) -> None:
    """422, with the parameter's name."""
    answer = book.client.get(f"{API}?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_a_store_without_runs_says_so(empty: Book) -> None:
    """A friendly page, and an empty list."""
    assert "No runs yet" in empty.client.get("/runs").text
    assert empty.client.get(API).json() == {"runs": [], "next": None}


def test_a_snapshot_does_not_poll(filled: Path, tmp_path: Path) -> None:
    """It never changes."""
    with opened(Path(shutil.copy(filled, tmp_path)), snapshot_of=NOON) as book:
        assert "data-poll" not in book.client.get("/").text


def test_a_page_that_cannot_change_does_not_poll(book: Book) -> None:
    """Frozen pages, API docs and errors; the others poll the address of the events."""
    for address in ("/?at=2025-04-22T13:00:00Z", "/api/docs", "/nothing"):
        assert "data-poll" not in book.client.get(address).text
    assert f'data-poll="{links.EVENTS}"' in book.client.get("/runs").text
