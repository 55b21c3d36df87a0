"""Main is a column like others, and news of no release."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.web import links
from tests.web.conftest import NEW, NOON, REFUSED, ROW, Book
from tests.web.pages.test_pages import Links

MAIN, BISECTED = "a" * 16, "b" * 16


def pair(digit: str, ref: str) -> dict[str, Any]:
    """Return two commits as a record has them."""
    commits = {project: {"commit": digit * 40, "at": NOON.isoformat()} for project in ("dask", "distributed")}
    return {**commits, "ref": ref}


@pytest.fixture
def commits(book: Book) -> Book:
    """Return a book to which main was added, broken, and a commit that somebody looked for."""
    for key, ref in ((MAIN, "main"), (BISECTED, "dask@bbbbbbb")):
        later = NOON + timedelta(days=1)
        version = f"2026.1.0+7.g{key[:9]}"
        book.environment(key, version, lock="", pair=pair(key[0], ref), released_at=later)
        book.result("failed", key=key)
    return book


def test_main_is_the_last_column_of_the_json_with_its_commits(commits: Book) -> None:
    """Other commits are not in it."""
    told = commits.client.get("/api/v1/matrix").json()
    assert told == EncodedRows.of(commits.store.matrix()).columnar()
    last = told["environments"][-1]
    assert (last["key"], last["name"]) == (MAIN, "main")
    assert last["pair"]["dask"] == {"commit": "a" * 40, "at": NOON.isoformat()}
    assert BISECTED not in [each["key"] for each in told["environments"]]
    assert all(each["pair"] is None for each in told["environments"][:-1])


def test_commits_make_no_news(book: Book, request: pytest.FixtureRequest) -> None:
    """Feeds, badges, and what the latest release is stay as they were."""
    paths = ("/badge/release/latest.json", "/badge/upgrade/2025.2.0/latest.json")
    before = [book.client.get(path).text for path in paths], _entries(book)
    commits = request.getfixturevalue("commits")
    assert ([commits.client.get(path).text for path in paths], _entries(commits)) == before


def _entries(book: Book) -> list[str]:
    return [entry["title"] for entry in book.client.get("/feed.json").json()["items"]]


@pytest.mark.parametrize("key", [MAIN, BISECTED])
def test_every_commit_that_was_run_has_its_pages(commits: Book, key: str) -> None:
    """Also those that the matrix does not show."""
    for path in (f"/environments/{key}", f"/cells/{ROW}/{key}"):
        assert commits.client.get(path).status_code == 200
        assert commits.client.get(f"/api/v1{path}").status_code == 200
    assert "--release dask@" in commits.client.get(f"/cells/{ROW}/{key}").text


def test_a_move_to_main_can_be_asked_for(commits: Book) -> None:
    """By page and by JSON; where it was never run its name is unknown."""
    told = commits.client.get("/api/v1/upgrade", params={"from": "2025.2.0", "to": "main"}).json()
    assert told["target"]["key"] == MAIN
    assert told["recommended"] != "main"
    page = commits.client.get("/upgrade", params={"from": "2025.2.0", "to": "main"})
    assert page.status_code == 200
    assert '<option value="main" selected' in page.text or "<option selected>main" in page.text


def test_a_move_to_main_that_was_never_run_is_an_unknown_name(book: Book) -> None:
    """What there is is named instead."""
    answer = book.client.get("/api/v1/upgrade", params={"from": "2025.2.0", "to": "main"})
    assert answer.status_code == 404
    assert "No release 'main'" in answer.json()["detail"]


def test_main_is_the_last_column_of_the_page(commits: Book) -> None:
    """Whatever releases are asked for, unless an end is; its commits are named, and lead to where they can be read."""
    for query in ("", "last=1", "from=2025.4.0"):
        text = commits.client.get(f"/?changes=false&{query}").text
        assert text.index(f'data-key="{MAIN}"') > text.index(f'data-key="{REFUSED}"')
        assert "<b>main</b>" in text
        assert f"main is dask {'a' * 9} + distributed {'a' * 9}, " in text
        assert f"<span>{NOON:%Y-%m-%d}</span>" in text
        assert BISECTED not in text
    frozen = commits.client.get("/?changes=false&at=2025-04-30T10:00:00Z").text
    assert f"distributed {'a' * 9}, 8 days old<" in frozen
    assert MAIN not in commits.client.get("/?changes=false&to=2026.1.0").text
    text = commits.client.get(f"/environments/{MAIN}").text
    assert f'href="https://github.com/dask/dask/commit/{"a" * 40}"' in text
    assert f'href="https://github.com/dask/distributed/commit/{"a" * 40}"' in text


def test_the_picture_is_titled_by_what_heads_its_columns(commits: Book) -> None:
    """Not by the version that main says it is."""
    assert "environments, Dask 2025.2.0 to main</title>" in commits.client.get("/matrix.svg").text


def test_main_has_a_page_by_its_name(commits: Book) -> None:
    """As the latest release has, for people and for scripts; the head of its column leads there."""
    assert f'href="{links.release("main")}"' in commits.client.get("/?changes=false").text
    page = commits.client.get("/releases/main")
    assert page.status_code == 200
    assert "<h1>Dask main</h1>" in page.text
    told = commits.client.get("/api/v1/releases/main").json()
    assert (told["release"], told["page"], told["before"]) == ("main", "/releases/main", "2026.1.0")
    assert [each["key"] for each in told["environments"]] == [MAIN]
    answer = commits.client.get(f"/environments/{MAIN}").text
    assert "/upgrade?from=2025.4.0&amp;to=main&amp;lane=as-released" in answer


def test_main_that_was_never_run_has_no_page(book: Book) -> None:
    """What there is is named instead."""
    answer = book.client.get("/api/v1/releases/main")
    assert answer.status_code == 404
    assert answer.json()["nearest"][0] == "2026.1.0"


def test_two_mains_of_one_commit_of_dask_are_on_one_page(commits: Book) -> None:
    """Though they differ in that of distributed, and so in more than their lane."""
    other = "c" * 16
    commits_of = pair("a", "main") | {"distributed": {"commit": "c" * 40, "at": NOON.isoformat()}}
    version = f"2026.1.0+7.g{MAIN[:9]}"
    commits.environment(other, version, lock="dask==2\n", pair=commits_of, lane="latest")
    for name in ("main", version):
        told = commits.client.get(f"/api/v1/releases/{quote(name)}").json()
        assert [each["key"] for each in told["environments"]] == [MAIN, other]
        text = commits.client.get(f"/releases/{quote(name)}").text
        assert all(f"/environments/{key}" in text for key in (MAIN, other))


def test_a_turning_at_main_is_told_by_its_name_and_searched_by_its_commits(book: Book) -> None:
    """Its version is no name of it: the command line would refuse it."""
    book.environment("c" * 16, "2026.2.0")
    book.result("passed", key="c" * 16)
    book.environment(MAIN, "2026.2.0+7.gaaaaaaaaa", lock="", pair=pair("a", "main"))
    book.result("failed", key=MAIN)
    text = book.client.get(f"/cells/{ROW}/{MAIN}").text
    assert "It breaks in main, compared with 2026.2.0." in text
    command = f"bisect {ROW} --good 2026.2.0 --bad dask@{'a' * 9}+distributed@{'a' * 9} --commits --python 3.11"
    assert command in text
    assert command in book.client.get(f"/scenarios/{ROW}").text


def test_main_ends_the_strip_of_its_row(commits: Book) -> None:
    """Under its own name."""
    text = commits.client.get(f"/scenarios/{ROW}").text
    assert text.index("main, as-released") > text.index("2026.1.0, as-released")


def test_all_commits_that_were_run_are_in_the_history(commits: Book) -> None:
    """Each where its version stands, on the page and in the JSON; main is still the last."""
    told = commits.client.get("/api/v1/matrix?history=true").json()
    keys = [each["key"] for each in told["environments"]]
    assert BISECTED in keys
    assert keys[-1] == MAIN
    text = commits.client.get("/?history=true&changes=false").text
    assert f'data-key="{BISECTED}"' in text
    assert "history=true" in next(each for each in Links(text).addresses if each.startswith("/api/v1/matrix"))


@pytest.mark.parametrize("version", ["2025.4.0.post8+gaaaaaaaaa", "0+gaaaaaaaaa"])
def test_main_that_is_older_than_a_release_stands_before_it_and_says_so(book: Book, version: str) -> None:
    """It is compared with what it contains, by its history or else by its date; no release is compared with it."""
    newest = "c" * 16
    book.environment(newest, "2026.8.0", lock="", released_at=NOON + timedelta(days=7))
    book.environment(MAIN, version, lock="", pair=pair("a", "main"), released_at=NOON)
    book.result("failed", key=newest)
    book.result("passed", key=MAIN)
    columns = {each["key"]: each["follows"] for each in book.client.get("/api/v1/matrix").json()["environments"]}
    assert list(columns)[-2:] == [MAIN, newest]
    told = book.client.get(f"/api/v1/cells/{ROW}/{MAIN}").json()["turn"]
    assert (told["breaks"], told["before"], told["after"]) == (False, NEW, MAIN)
    assert book.client.get(f"/api/v1/environments/{newest}").json()["change"]["against"] != MAIN
    for path in ("/releases/main", f"/environments/{MAIN}"):
        text = book.client.get(path).text
        assert f"commit of {NOON:%Y-%m-%d}, 7 days older than 2026.8.0" in text
        assert "2025.4.0, py311, as-released" in text
        assert "backport" not in text
        assert "eleased 2025" not in text


def test_main_that_contains_the_newest_release_stands_after_it(book: Book) -> None:
    """Even if that was uploaded later than the commit was made."""
    book.environment("c" * 16, "2026.8.0", lock="", released_at=NOON + timedelta(days=7))
    book.environment(MAIN, "2026.8.0.post8+gaaaaaaaaa", lock="", pair=pair("a", "main"), released_at=NOON)
    columns = book.client.get("/api/v1/matrix").json()["environments"]
    assert (columns[-1]["key"], columns[-1]["follows"]) == (MAIN, "c" * 16)
    assert "older than" not in book.client.get("/releases/main").text
