"""The feeds tell each turn of a behaviour once, under an id that stays, in documents that readers accept."""

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from dask_matrix.domain.transitions.transitions import line, transitions
from dask_matrix.web.feeds.entries import MAX_ENTRIES
from tests.web.conftest import NEW, NOON, ODD, OLD, ROW, Book

ATOM = "{http://www.w3.org/2005/Atom}"
LATER = "4" * 16
BREAKS = "Breaks in 2025.4.0: Computes again"


def items(book: Book, query: str = "") -> list[dict[str, Any]]:
    """Return the entries of the JSON Feed."""
    found: list[dict[str, Any]] = book.client.get(f"/feed.json{query}").json()["items"]
    return found


def titles(book: Book, query: str = "") -> list[str]:
    """Return the titles of the entries."""
    return [item["title"] for item in items(book, query)]


def atom(book: Book, query: str = "") -> Element:
    """Return the Atom document."""
    return fromstring(book.client.get(f"/feed.atom{query}").content)


def test_releases_and_turns_are_told_newest_release_first(book: Book) -> None:
    """Each release with its counts, below it what turned there."""
    assert titles(book) == [
        "2026.1.0: does not resolve",
        "2025.4.0: 1 break, 0 fixed since 2025.2.0",
        BREAKS,
        "2025.2.0: first tested release",
    ]


def test_what_is_fixed_is_told_too(book: Book) -> None:
    """Against the nearest release before that claims anything; one that cannot be had is none."""
    book.environment(LATER, "2026.2.0")
    book.result("passed", key=LATER)
    assert titles(book)[:2] == [
        "2026.2.0: 0 break, 1 fixed since 2025.4.0",
        "Fixed in 2026.2.0: Computes again",
    ]


def test_a_release_without_evidence_claims_nothing(book: Book) -> None:
    """Not that nothing breaks; and nothing is compared with it."""
    book.environment(LATER, "2026.2.0")
    book.environment("5" * 16, "2026.3.0")
    book.result("failed", key="5" * 16)
    assert titles(book)[:2] == [
        "2026.3.0: 0 break, 0 fixed since 2025.4.0 (1 release untested, 1 uninstallable)",
        "2026.2.0: not tested yet",
    ]


def test_an_entry_has_both_verdicts_the_exception_and_the_issues(book: Book) -> None:
    """And leads to the page of the cell that turned."""
    item = next(each for each in items(book) if each["title"] == BREAKS)
    assert item["content_text"].splitlines() == [
        "2025.2.0, py311, as-released: pass.",
        "2025.4.0, py311, as-released: fail (KeyError).",
        "Issues: dask/distributed#9041",
    ]
    assert item["url"] == f"http://testserver/cells/{ROW}/{NEW}"
    assert book.client.get(item["url"]).status_code == 200


def test_the_feeds_tell_the_turns_that_the_grid_marks(book: Book) -> None:
    """One function of the domain, asked twice."""
    column = line(book.store.matrix())
    marked = {(row.id, key) for row in column.scenarios for key in column.transition_keys(row)}
    assert {(each.scenario.id, each.after.key) for each in transitions(column)} == marked == {(ROW, NEW)}


def test_only_the_newest_python_as_released_speaks(book: Book) -> None:
    """A turn in another lane or on another Python is no news of a release."""
    book.environment("5" * 16, "2025.4.0", python="3.10")
    book.environment("6" * 16, "2025.4.0", lane="latest")
    for key in ("5" * 16, "6" * 16):
        book.result("failed", name=ODD, key=key)
    book.result("passed", name=ODD, key=OLD)
    assert BREAKS in titles(book)
    assert len(titles(book)) == 4


def test_an_area_and_a_scenario_narrow_a_feed(book: Book) -> None:
    """A scenario's is about its turns alone; a former id leads to it."""
    assert BREAKS not in titles(book, "?area=bag")
    assert "2025.4.0: not tested yet" in titles(book, "?area=bag")
    assert BREAKS in titles(book, "?area=futures")
    assert titles(book, f"?scenario={ROW}") == titles(book, "?scenario=futures/was") == [BREAKS]
    assert titles(book, "?area=&scenario=") == titles(book)


@pytest.mark.parametrize("form", ["atom", "json"])
def test_an_unknown_name_is_a_problem_and_not_a_silent_feed(book: Book, form: str) -> None:
    """With what there is; a misspelled parameter likewise."""
    area = book.client.get(f"/feed.{form}?area=future")
    assert (area.status_code, area.json()["what"], area.json()["nearest"]) == (404, "area", ["futures"])
    assert book.client.get(f"/feed.{form}?scenario=nope").json()["name"] == "nope"
    misspelled = book.client.get(f"/feed.{form}?aera=futures")
    assert misspelled.status_code == 422
    assert misspelled.json()["errors"][0]["nearest"] == ["area"]
    assert misspelled.json()["errors"][0]["allowed"] == ["area", "scenario"]


def test_ids_are_unlike_each_other_and_do_not_change(book: Book) -> None:
    """Neither with more evidence, nor with another lock, nor on another host; both forms have the same."""
    before = [each["id"] for each in items(book)]
    assert len(set(before)) == len(before)
    assert all(each.startswith("tag:dask-matrix,2026:") for each in before)
    assert [each.text for each in atom(book).iterfind(f"{ATOM}entry/{ATOM}id")] == before
    book.environment("7" * 16, "2025.4.0", lock="dask==2\n")
    book.result("failed", key="7" * 16)
    elsewhere = book.client.get("/feed.json", headers={"Host": "matrix.example"}).json()["items"]
    assert [each["id"] for each in elsewhere] == before


def test_renaming_a_scenario_makes_no_news(book: Book) -> None:
    """Its first name stays in the id."""
    book.scenario("futures/now", formerly=["futures/first"])
    book.result("passed", name="futures/now")
    book.result("failed", name="futures/now", key=NEW)
    assert "tag:dask-matrix,2026:breaks/2025.4.0/futures/first" in {each["id"] for each in items(book)}


def test_an_entry_is_of_the_day_of_its_release(book: Book) -> None:
    """Or of when its environment was described, where nobody knows that day."""
    day = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
    book.environment(LATER, "2026.2.0", released_at=day)
    book.environment("8" * 16, "2026.3.0", released_at=None, at=NOON + timedelta(days=1))
    assert [each["date_modified"] for each in items(book)[:2]] == ["2025-04-23T12:00:00Z", "2026-07-01T12:30:00Z"]


def test_a_feed_has_at_most_so_many_entries(book: Book) -> None:
    """The newest ones."""
    with book.together():
        for number in range(MAX_ENTRIES):
            book.scenario(f"bag/{number:03}")
            book.result("passed", name=f"bag/{number:03}")
            book.result("failed", name=f"bag/{number:03}", key=NEW)
    assert len(items(book)) == MAX_ENTRIES == len(atom(book).findall(f"{ATOM}entry"))


@pytest.mark.parametrize("query", ["", "?area=futures", f"?scenario={ROW}"])
def test_the_atom_document_keeps_the_rules(book: Book, query: str) -> None:
    """RFC 4287: one id, title and updated each, an author, one link to itself, and a link of every entry."""
    answer = book.client.get(f"/feed.atom{query}")
    assert answer.headers["content-type"] == "application/atom+xml"
    root = fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    assert [each.get("href") for each in root.findall(f"{ATOM}link[@rel='self']")] == [
        f"http://testserver/feed.atom{query}"
    ]
    entries = root.findall(f"{ATOM}entry")
    assert entries
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated", "")).tzinfo
        alternates = [each.get("href", "") for each in element.findall(f"{ATOM}link[@rel='alternate']")]
        assert len(alternates) == 1
        assert book.client.get(alternates[0]).status_code == 200
    assert all(len(each.findall(f"{ATOM}content[@type='text']")) == 1 for each in entries)


def test_an_issue_is_a_related_link(book: Book) -> None:
    """Where it is an address at all."""
    links = atom(book).findall(f"{ATOM}entry/{ATOM}link[@rel='related']")
    assert [each.get("href") for each in links] == ["https://github.com/dask/distributed/issues/9041"]


def test_the_json_feed_keeps_the_rules(book: Book) -> None:
    """Version 1.1: what must be there is there."""
    answer = book.client.get("/feed.json?area=futures")
    assert answer.headers["content-type"] == "application/feed+json"
    found = answer.json()
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["title"] == "Dask matrix: futures"
    assert found["feed_url"] == "http://testserver/feed.json?area=futures"
    assert found["home_page_url"] == "http://testserver/?area=futures"
    assert all(each["id"] and each["content_text"] for each in found["items"])


def test_a_feed_changes_when_something_comes_in(book: Book) -> None:
    """Its moment is that of the newest thing in the matrix."""
    book.result("passed", name=ODD, at=datetime(2026, 8, 1, tzinfo=UTC))
    assert atom(book).findtext(f"{ATOM}updated") == "2026-08-01T00:00:00Z"


def test_an_empty_matrix_has_empty_feeds(empty: Book) -> None:
    """Valid ones."""
    assert titles(empty) == []
    assert atom(empty).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"


def test_hostile_text_is_inert_in_a_feed(book: Book) -> None:
    """Markup is text, control characters are gone; no made-up address leads anywhere."""
    hostile = "</title><script>alert(1)</script>&\x1b[31m\x00\u202e"
    book.scenario("evil/<b>&", title=hostile, area=hostile, issues=[hostile, "javascript:alert(1)"])
    book.result("passed", name="evil/<b>&")
    book.result("failed", name="evil/<b>&", key=NEW, exception={"type": hostile, "message": hostile})
    root = atom(book)
    assert not [each for each in root.iter() if "script" in each.tag or each.get("href", "").startswith("javascript")]
    text = book.client.get("/feed.atom").text + "".join(titles(book))
    assert not {"\x1b", "\x00", "\u202e"} & set(text)


@pytest.mark.parametrize("host", ["[", 'a"b', "x:y", "<b>"])
def test_a_strange_host_is_no_error_of_ours(book: Book, host: str) -> None:
    """Whoever asks like that gets it back, inert."""
    answer = book.client.get("/feed.atom", headers={"Host": host})
    assert answer.status_code in {200, 400}
    assert answer.status_code == 400 or fromstring(answer.content) is not None


def test_every_page_leads_to_the_feeds(book: Book) -> None:
    """So that a reader finds them."""
    for page in ("/", "/releases", f"/cells/{ROW}/{NEW}", "/nothing"):
        text = book.client.get(page).text
        assert '<link rel="alternate" href="/feed.atom" type="application/atom+xml"' in text
        assert '<link rel="alternate" href="/feed.json" type="application/feed+json"' in text
