"""Whatever depends on the store is answered 304 until it changes, and may be read from anywhere."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dask_matrix.web import links
from dask_matrix.web.http.middleware import WITHOUT_ETAG
from tests.web.conftest import NEW, OLD, ROW, Book

API = "/api/v1"
CSV = {"Accept": "text/csv"}
ANSWERS = [
    "/",
    "/releases",
    "/releases/2025.4.0",
    "/about",
    f"/scenarios/{ROW}",
    f"/environments/{OLD}",
    f"/environments/{OLD}/lock.txt",
    links.cell(ROW, NEW),
    f"{API}/matrix",
    f"{API}/matrix?format=csv",
    f"{API}/releases",
    f"{API}/releases/2025.4.0",
    f"{API}/about",
    f"{API}/scenarios",
    f"{API}/scenarios/{ROW}",
    f"{API}/environments/{OLD}",
    f"{API}/cells/{ROW}/{NEW}",
    f"{API}/runs/r",
    "/api/docs",
    "/api/openapi.json",
    "/badge/release/latest.svg",
    "/badge/release/latest.json",
    "/badge/upgrade/2025.2.0/2025.4.0.svg",
    "/badge/upgrade/2025.2.0/2025.4.0.json",
    "/feed.atom",
    "/feed.json",
]
OPEN = [address for address in ANSWERS if address.startswith(("/api/", "/badge/", "/feed."))]


def test_an_unchanged_answer_is_a_304_until_something_comes_in(book: Book) -> None:
    """With the headers that the whole answer has, and no body."""
    known = {}
    for address in ANSWERS:
        first = book.client.get(address)
        assert first.status_code == 200, address
        known[address] = {"If-None-Match": first.headers["etag"]}
        again = book.client.get(address, headers=known[address])
        assert (again.status_code, again.content) == (304, b""), address
        for name in ("etag", "cache-control", "content-security-policy"):
            assert again.headers[name] == first.headers[name], address
    book.result("failed")
    for address in ANSWERS:
        assert book.client.get(address, headers=known[address]).status_code == 200, address


def test_head_answers_as_get_does_without_the_body(book: Book) -> None:
    """Conditional too."""
    for address in ANSWERS:
        whole, head = book.client.get(address), book.client.head(address)
        assert (head.status_code, head.content) == (200, b""), address
        assert head.headers["etag"] == whole.headers["etag"], address
        assert head.headers["content-type"] == whole.headers["content-type"], address
        assert book.client.head(address, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304, address


def test_the_server_still_sees_a_head_request(book: Book) -> None:
    """It leaves the body out by the very scope that it hands in; a body beside a HEAD would break the connection."""
    scope = {"type": "http", "method": "HEAD", "path": "/", "query_string": b"", "headers": [], "server": ("x", 80)}
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    with ThreadPoolExecutor(1) as pool:  # a loop of its own: the browser's tests leave one running in this thread
        pool.submit(lambda: asyncio.run(book.client.app(scope, receive, send))).result()  # type: ignore[arg-type]
    assert (scope["method"], sent[0]["status"]) == ("HEAD", 200)


def test_parquet_is_conditional_without_being_made(book: Book) -> None:
    """The tag comes before the work."""
    pytest.importorskip("pyarrow")
    first = book.client.get(f"{API}/matrix.parquet")
    assert first.status_code == 200
    again = book.client.get(f"{API}/matrix.parquet", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_no_two_answers_share_an_etag(book: Book) -> None:
    """Each form of each address has its own."""
    tags = [book.client.get(address).headers["etag"] for address in ANSWERS]
    tags.append(book.client.get(f"{API}/matrix", headers=CSV).headers["etag"])
    assert len(set(tags)) == len(tags)


def test_the_tag_of_one_form_is_not_taken_for_another(book: Book) -> None:
    """Caches are told what the form depends on."""
    json, table = book.client.get(f"{API}/matrix"), book.client.get(f"{API}/matrix", headers=CSV)
    assert book.client.get(f"{API}/matrix", headers={**CSV, "If-None-Match": json.headers["etag"]}).status_code == 200
    unchanged = book.client.get(f"{API}/matrix", headers={**CSV, "If-None-Match": table.headers["etag"]})
    assert unchanged.status_code == 304
    for answer in (json, table, unchanged):
        assert "Accept" in [each.strip() for each in answer.headers["vary"].split(",")]


def test_askers_that_want_the_same_form_share_its_tag(book: Book) -> None:
    """Whatever else their headers say: a page and its script do."""
    accepts = ("*/*", "application/json", "text/html,*/*;q=0.8")
    assert len({book.client.get("/", headers={"Accept": each}).headers["etag"] for each in accepts}) == 1


@pytest.mark.parametrize("form", ["{tag}", '"x", {tag}', "{bare}"])
def test_tags_are_compared_as_the_rules_say(book: Book, form: str) -> None:
    """In a list, and weakly: a proxy may have made it a strong one."""
    tag = book.client.get("/").headers["etag"]
    named = form.format(tag=tag, bare=tag.removeprefix("W/"))
    assert book.client.get("/", headers={"If-None-Match": named}).status_code == 304


@pytest.mark.parametrize(
    "address", ["/scenarios/nope", f"{API}/scenarios/nope", "/badge/release/x.svg", "/feed.atom?x="]
)
def test_what_failed_is_not_kept(book: Book, address: str) -> None:
    """Neither by a tag nor for a time."""
    answer = book.client.get(address)
    assert answer.status_code >= 400
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-cache"


def test_only_what_there_is_goes_without_a_tag(book: Book) -> None:
    """Each address that is named as such is answered."""
    for each in WITHOUT_ETAG:
        answer = book.client.get(f"{each}site.css" if each.endswith("/") else each)
        assert answer.status_code == 200, each


def test_scripts_of_other_sites_may_read(book: Book) -> None:
    """Without credentials, errors too."""
    for address in (*OPEN, f"{API}/scenarios/nope", "/badge/release/x.svg"):
        for answer in (book.client.get(address), book.client.head(address)):
            assert answer.headers["access-control-allow-origin"] == "*", address
            assert "etag" in answer.headers["access-control-expose-headers"].lower(), address
            assert "access-control-allow-credentials" not in answer.headers, address


def test_an_unchanged_answer_may_be_read_too(book: Book) -> None:
    """Or a script would see an error."""
    tag = book.client.get(f"{API}/matrix").headers["etag"]
    answer = book.client.get(f"{API}/matrix", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (304, "*")


def test_a_browser_that_asks_beforehand_may_read_conditionally(book: Book) -> None:
    """GET and HEAD, and the headers that reading needs."""
    asked = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    for address in OPEN:
        answer = book.client.options(address, headers=asked)
        assert (answer.status_code, answer.headers["access-control-allow-methods"]) == (204, "GET, HEAD"), address
        assert answer.headers["access-control-allow-origin"] == "*", address
        assert "if-none-match" in answer.headers["access-control-allow-headers"].lower(), address
        assert "access-control-allow-credentials" not in answer.headers, address


@pytest.mark.parametrize("address", ["/", "/releases", links.cell(ROW, NEW), "/static/site.css", "/healthz"])
def test_pages_are_for_people(book: Book, address: str) -> None:
    """No other site's script reads them."""
    assert "access-control-allow-origin" not in book.client.get(address).headers
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    assert "access-control-allow-origin" not in book.client.options(address, headers=asked).headers


def test_nothing_but_reading_is_open(book: Book) -> None:
    """An answer to another method says nothing of other sites."""
    assert "access-control-allow-origin" not in book.client.post(f"{API}/matrix").headers
