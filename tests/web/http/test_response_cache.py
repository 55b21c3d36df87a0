"""An unchanged answer is made once, what changed is seen at once, and what is kept has a bound."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from dask_matrix.web.http.response_cache import ENTRY_OVERHEAD, CachedResponse, CachedResponses, ResponseCache
from tests.web.conftest import NEW, OLD, ROW, Book

PACKED, PLAIN = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}
PAGES = ["/", f"/scenarios/{ROW}", "/api/v1/matrix", "/feed.atom", f"/environments/{OLD}/lock.txt"]


def answer(size: int) -> CachedResponse:
    """Return an answer that takes so many bytes."""
    return CachedResponse((), b"x" * (size - ENTRY_OVERHEAD))


def in_a_loop(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run in a loop of its own: the browser's tests leave one running in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


async def asked(app: Any, tag: str = "t", method: str = "GET") -> list[Any]:
    """Return the messages of an answer."""
    scope = {"type": "http", "method": method, "path": "/", "headers": [], "state": {"etag": tag}}
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()  # nobody leaves

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


class Counting:
    """An application that counts how often it makes an answer; the first ones are made slowly."""

    def __init__(self, *answers: Response | Exception) -> None:
        self.answers, self.made = answers, 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Make the next answer; after the last of them, that one again."""
        self.made += 1
        given = self.answers[min(self.made, len(self.answers)) - 1]
        for _ in range(10):
            await asyncio.sleep(0)
        if isinstance(given, Exception):
            raise given
        await given(scope, receive, send)


@pytest.mark.parametrize("headers", [PACKED, PLAIN])
def test_an_unchanged_answer_is_the_same_to_the_byte(book: Book, headers: dict[str, str]) -> None:
    """Headers included."""
    for page in PAGES:
        with book.client.stream("GET", page, headers=headers) as first:
            before = b"".join(first.iter_raw())
        with book.client.stream("GET", page, headers=headers) as again:
            assert (b"".join(again.iter_raw()), again.headers) == (before, first.headers), page


def test_an_unchanged_page_is_not_made_again(book: Book) -> None:
    """Not even read from the store: a row that is taken away behind its back is still told of."""
    result = book.store.results(ROW, NEW)[0].id
    before = book.client.get(f"/results/{result}")
    with book.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM results")
    assert book.client.get(f"/results/{result}").text == before.text
    assert book.client.get(f"/results/{result}", headers=PLAIN).status_code == 404


def test_what_another_process_writes_is_seen_by_the_next_request(book: Book) -> None:
    """However often it was asked for before; no answer is older than the store."""
    for number in range(5):
        assert book.client.get("/healthz").json()["revision"] == book.store.revision
        told = book.client.get(f"/api/v1/cells/{ROW}/{OLD}").json()
        assert (told["verdict"], told["executions"]) == ("pass", number + 1)
        assert book.client.get(f"/api/v1/cells/{ROW}/{OLD}").json() == told
        book.result("passed")


def test_each_encoding_is_kept_by_itself(book: Book) -> None:
    """Whichever was asked for first, whoever did not ask for it compressed has it plain."""
    for page in PAGES:
        for headers in (PACKED, PLAIN, PACKED, PLAIN):
            told = book.client.get(page, headers=headers)
            packed = headers is PACKED and len(told.content) >= 1_000
            assert told.headers.get("content-encoding", "") == ("gzip" if packed else ""), page
            assert told.content == book.client.get(page, headers=PLAIN).content


def test_what_is_kept_is_kept_compressed(book: Book) -> None:
    """It is sent as it lies there."""
    with book.client.stream("GET", "/", headers=PACKED) as told:
        body = b"".join(told.iter_raw())
    assert len(body) == int(told.headers["content-length"])
    assert gzip.decompress(body) == book.client.get("/", headers=PLAIN).content


def test_caches_are_told_what_an_answer_varies_by(book: Book) -> None:
    """Under /api also by what form is wanted; a 304 says the same."""
    for page, varies in (("/", "Accept-Encoding"), ("/api/v1/matrix", "Accept, Accept-Encoding")):
        for headers in (PACKED, PLAIN):
            told = book.client.get(page, headers=headers)
            unchanged = book.client.get(page, headers={**headers, "If-None-Match": told.headers["etag"]})
            assert told.headers["vary"] == unchanged.headers["vary"] == varies


def test_an_answer_names_the_site_as_its_asker_does(book: Book) -> None:
    """The feeds have whole addresses in them; nobody is sent to a site that somebody else named."""
    for host in ("one.example", "two.example", "one.example"):
        assert f"http://{host}/feed.atom" in book.client.get("/feed.atom", headers={"Host": host}).text


def test_head_after_get_and_get_after_head(book: Book) -> None:
    """Each as if it were alone."""
    for page in PAGES:
        head, whole, again = book.client.head(page), book.client.get(page), book.client.head(page)
        assert head.content == again.content == b""
        assert whole.content
        assert head.headers == whole.headers == again.headers


def test_what_failed_is_made_again(book: Book) -> None:
    """A row that was not there may be soon, and a problem says no more than it has to."""
    assert book.client.get("/scenarios/bag/new/row").status_code == 404
    book.scenario("bag/new/row")
    assert book.client.get("/scenarios/bag/new/row").status_code == 200


def test_the_answers_not_asked_for_the_longest_go_first() -> None:
    """As many as it takes."""
    cache = CachedResponses(max_bytes=10_000, max_response_bytes=9_000)
    for name in "abc":
        cache.put((name,), answer(3_000))
    assert cache.get(("a",))
    cache.put(("d",), answer(5_000))
    assert [name for name in "abcd" if cache.get((name,))] == ["a", "d"]
    assert (len(cache), cache.size) == (2, 8_000)


def test_no_more_is_kept_than_is_allowed() -> None:
    """Whatever comes; what is too large by itself drives nothing out, and small answers count too."""
    cache = CachedResponses(max_bytes=20_000, max_response_bytes=6_000)
    for number in range(200):
        size = 1_000 + number * 977 % 8_000
        held = len(cache)
        cache.put((str(number % 50),), answer(size))
        assert cache.size <= 20_000
        assert cache.size == sum(each.size for each in cache._answers.values())
        assert size <= 6_000 or len(cache) == held
    assert cache.get(("x",)) is None


def test_an_answer_that_is_put_again_counts_once() -> None:
    """The newer of the two is kept."""
    cache = CachedResponses(max_bytes=10_000)
    for size in (3_000, 4_000):
        cache.put(("a",), answer(size))
    assert (len(cache), cache.size) == (1, 4_000)


def test_of_many_that_ask_at_once_one_has_it_made() -> None:
    """The others wait for it: a hundred who look on do not draw the matrix a hundred times."""
    app = Counting(PlainTextResponse("whole"))
    keeping = ResponseCache(app)

    async def work() -> list[list[Any]]:
        return await asyncio.gather(*(asked(keeping) for _ in range(100)))

    told = in_a_loop(work)
    assert app.made == 1
    assert all(messages == told[0] for messages in told)
    assert told[0][1]["body"] == b"whole"


def test_an_answer_too_large_to_be_kept_is_made_once_for_all_who_wait() -> None:
    """Who asks when they have gone has it made again."""
    app = Counting(PlainTextResponse("whole" * 1_000))
    keeping = ResponseCache(app, CachedResponses(max_response_bytes=2_000))

    async def work() -> list[list[Any]]:
        return await asyncio.gather(*(asked(keeping) for _ in range(100)))

    told = in_a_loop(work)
    assert (app.made, len(keeping.cache), keeping._pending) == (1, 0, {})
    assert all(messages == told[0] for messages in told)
    assert in_a_loop(lambda: asked(keeping)) == told[0]
    assert app.made == 2


def test_nobody_waits_for_an_answer_that_fails() -> None:
    """The next one asks for itself."""
    app = Counting(KeyError("x"), PlainTextResponse("no", 503), PlainTextResponse("whole"))
    keeping = ResponseCache(app)

    async def work() -> list[Any]:
        return await asyncio.gather(*(asked(keeping) for _ in range(3)), return_exceptions=True)

    broken, *_ = in_a_loop(work)
    assert isinstance(broken, KeyError)
    assert in_a_loop(lambda: asked(keeping))[1]["body"] == b"whole"
    made = app.made
    assert in_a_loop(lambda: asked(keeping))[1]["body"] == b"whole"
    assert app.made == made


def test_whoever_adds_headers_adds_them_to_one_answer_only() -> None:
    """What is kept stays as it was."""
    keeping = ResponseCache(Counting(PlainTextResponse("whole")))
    for _ in range(3):
        start, _body = in_a_loop(lambda: asked(keeping))
        assert b"x-mine" not in dict(start["headers"])
        start["headers"].append((b"x-mine", b"1"))


async def events() -> AsyncIterator[bytes]:
    """Tell what happens, as it happens."""
    for number in range(3):
        yield b"data: %d\n\n" % number + b":" * 2_000 + b"\n\n"


@pytest.mark.slow
def test_events_pass_as_they_come(book: Book) -> None:
    """Each by itself: not gathered, not compressed, not kept, and nobody is told that they are unchanged."""
    app: Any = book.client.app
    assert isinstance(app, FastAPI)
    made: list[int] = []

    async def stream(_request: Any) -> Response:
        made.append(1)
        return StreamingResponse(events(), media_type="text/event-stream")

    app.router.routes.insert(0, Route("/live", stream))
    for _ in range(2):
        with book.client.stream("GET", "/live", headers=PACKED) as told:
            assert [name for name in ("etag", "content-encoding", "content-length") if name in told.headers] == []
            assert told.headers["cache-control"] == "no-cache"
            assert b"".join(told.iter_raw()).count(b"data: ") == 3
    assert len(made) == 2
    keeping = ResponseCache(Counting(StreamingResponse(events(), media_type="text/event-stream")))
    messages = in_a_loop(lambda: asked(keeping))
    assert [each.get("more_body") for each in messages[1:]] == [True, True, True, False]
    assert len(keeping.cache) == 0


def test_nobody_waits_for_the_end_of_what_is_streamed() -> None:
    """It may have none."""

    begun: list[int] = []

    async def endless(_scope: Any, _receive: Any, send: Any) -> None:
        begun.append(1)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await asyncio.Event().wait()

    keeping = ResponseCache(endless)

    async def work() -> None:
        streams = [asyncio.create_task(asked(keeping)) for _ in range(3)]
        for _ in range(50):
            await asyncio.sleep(0)
        assert not any(each.done() for each in streams)
        for each in streams:
            each.cancel()
        await asyncio.gather(*streams, return_exceptions=True)

    in_a_loop(work)
    assert len(begun) == 3
    assert not keeping._pending


def test_a_table_is_sent_piece_by_piece_and_not_kept(book: Book) -> None:
    """It is as long as the matrix; compressed it is all the same."""
    for headers in (PACKED, PLAIN):
        table = book.client.get("/api/v1/matrix?format=csv", headers=headers)
        assert "content-length" not in table.headers
        assert table.text.count("\n") == 7
