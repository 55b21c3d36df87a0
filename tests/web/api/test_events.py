"""What happens is told as it happens, to everybody, once, over real connections."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from dask_matrix.domain.records.records import CollectionRecord, EndRecord, Record, ResultRecord, RunRecord
from dask_matrix.store.store import Store
from dask_matrix.web import links
from dask_matrix.web.api.events import BATCH_SIZE, end_streams_when
from dask_matrix.web.app import create_app
from dask_matrix.web.reader import LIVE_FOR
from tests.web.conftest import OLD, ROW

PATIENCE = 60
"""Seconds after which what never comes fails a test."""
RUN = f"{links.API}/runs/r/events"
WRITES = """\
import sys
from dask_matrix.domain.records.records import parse_lines
from dask_matrix.store.store import Store
with Store.open(sys.argv[1]) as store:
    store.ingest(parse_lines(sys.stdin.buffer))
"""


def run(at: datetime | None = None, name: str = "r", **more: Any) -> RunRecord:
    """Return a run that begins now."""
    fixed = {"who": "me", "host": "here", "scenario_set": "scenarios", "tool": "0"}
    return RunRecord(id=name, run=name, at=at or datetime.now(UTC), **fixed, **more)


def result(name: str, at: datetime | None = None, outcome: str = "passed", key: str = OLD) -> ResultRecord:
    """Return a result that is recorded now."""
    at = at or datetime.now(UTC)
    return ResultRecord(
        id=name, run="r", at=at, environment=key, scenario=f"{ROW}[{name}]", fingerprint="f", outcome=outcome,
        phase="call", seconds=0.1, started=at,
    )  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One event."""

    event: str
    id: str
    data: Any


class Broadcaster:
    """One connection to a stream, read as an EventSource reads it."""

    def __init__(self, port: int, path: str, **headers: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request("GET", path, headers={"Accept": "text/event-stream", **named})
        self.answer: HTTPResponse = self.connection.getresponse()

    def __iter__(self) -> Iterator[Told]:
        fields: dict[str, str] = {}
        while line := self.answer.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            elif "data" in fields:
                yield Told(fields.get("event", ""), fields.get("id", ""), json.loads(fields["data"]))
                fields = {}

    def next(self, event: str = "result") -> Told:
        """Wait for the next event of a name."""
        return next(each for each in self if each.event == event)

    def close(self) -> None:
        """Go away."""
        self.answer.close()
        self.connection.close()


@dataclass
class Served:
    """An application behind a port, and the store behind it."""

    app: FastAPI
    port: int
    store: Store
    url: str

    def hear(self, path: str, **headers: str) -> Broadcaster:
        """Listen to a stream."""
        heard = Broadcaster(self.port, path, **headers)
        assert heard.answer.status == 200
        return heard

    def ids(self, path: str, **headers: str) -> list[str]:
        """Return the results that a stream tells until it ends."""
        with closing(self.hear(path, **headers)) as heard:
            told = list(heard)
        assert told[-1].event == "end"
        return [each.data["result"] for each in told if each.event == "result"]


@contextmanager
def served(path: Path) -> Iterator[Served]:
    """Serve a new store on a free port."""
    url = f"sqlite:///{path}"
    app = create_app(url)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
    end_streams_when(app, lambda: server.should_exit)
    with socket.create_server(("127.0.0.1", 0)) as listening, Store.open(url) as store:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_until(lambda: server.started)
        try:
            yield Served(app, listening.getsockname()[1], store, url)
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
        assert not thread.is_alive()


def wait_until(happens: Callable[[], bool]) -> None:
    """Wait for what will happen."""
    end = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Served]:
    """Return a server on an empty store."""
    with served(tmp_path / "matrix.sqlite") as made:
        yield made


def test_results_are_told_in_the_order_in_which_they_arrive(here: Served) -> None:
    """Whatever their own moments say: the second was recorded before the first, and arrives after it."""
    now = datetime.now(UTC)
    here.store.ingest([run()])
    with closing(here.hear(RUN)) as heard:
        here.store.ingest([result("late", now)])
        assert heard.next().data["result"] == "late"
        here.store.ingest([result("early", now - timedelta(seconds=30), "failed")])
        told = heard.next()
    assert (told.data["result"], told.data["outcome"], told.data["verdict"]) == ("early", "failed", "fail")
    assert told.data["page"] == links.cell(f"{ROW}[early]", OLD)


def test_who_was_cut_off_is_told_exactly_what_was_missed(here: Served) -> None:
    """By Last-Event-ID, and by the address too; several in one batch have events of their own."""
    here.store.ingest([run(), *(result(f"q{number}") for number in range(5))])
    with closing(here.hear(RUN)) as heard:
        last = [heard.next().id for _ in range(3)][-1]
    here.store.ingest([result("q5"), result("q6")])
    for heard in (here.hear(RUN, Last_Event_ID=last), here.hear(f"{RUN}?after={last}")):
        with closing(heard):
            assert [heard.next().data["result"] for _ in range(4)] == ["q3", "q4", "q5", "q6"]
    here.store.ingest([result("q6"), result("q7")])
    with closing(here.hear(f"{RUN}?after=0", Last_Event_ID=last)) as heard:
        assert [heard.next().data["result"] for _ in range(5)] == ["q3", "q4", "q5", "q6", "q7"]


def test_what_another_process_records_is_told(here: Served) -> None:
    """To both kinds of streams."""
    here.store.ingest([run()])
    with closing(here.hear(RUN)) as results, closing(here.hear(links.EVENTS)) as states:
        before = states.next("state").data
        assert not before["live"]
        command = [sys.executable, "-c", WRITES, here.url]
        subprocess.run(command, input=result("far").encode(), check=True, timeout=PATIENCE)
        assert results.next().data["result"] == "far"
        after = states.next("state").data
    assert after["live"]
    assert after["revision"] > before["revision"]
    assert after["state"] != before["state"]


def test_a_run_tells_how_far_it_has_come(here: Served) -> None:
    """Scenarios done of those planned, in the environments begun of those intended; executed again is not done twice."""
    collection = CollectionRecord(
        id="c", run="r", at=datetime.now(UTC), environment=OLD, scenarios={}, functions={}, to_run=2
    )
    here.store.ingest([run(environments=3)])
    with closing(here.hear(RUN)) as heard:
        assert heard.next("progress").data["planned"] is None
        here.store.ingest([collection])
        assert heard.next("progress").data["planned"] == 2
        again = result("again").model_copy(update={"attempt": 2, "scenario": f"{ROW}[first]"})
        here.store.ingest([result("first", outcome="failed"), again])
        told = heard.next("progress").data
    assert (told["done"], told["planned"], told["results"]) == (1, 2, 2)
    assert (told["environments"], told["environments_planned"]) == (1, 3)
    assert (told["outcomes"]["failed"], told["outcomes"]["passed"]) == (1, 1)


@pytest.mark.slow
def test_a_run_that_is_over_is_told_whole_and_ends(here: Served) -> None:
    """However many results it has, each once and in order."""
    then = datetime.now(UTC) - timedelta(hours=1)
    names = [f"q{number:04}" for number in range(2 * BATCH_SIZE + 7)]
    for part in (names[:BATCH_SIZE], names[BATCH_SIZE:]):
        here.store.ingest([run(then), *(result(name, then) for name in part)])
    assert here.ids(RUN) == names
    with closing(here.hear(RUN)) as heard:
        last = [heard.next().id for _ in range(BATCH_SIZE + 3)][-1]
    assert here.ids(RUN, Last_Event_ID=last) == names[BATCH_SIZE + 3 :]


@pytest.mark.slow
def test_a_run_ends_by_itself_though_nothing_comes_in(here: Served) -> None:
    """Once it has given no sign of life for long enough."""
    here.store.ingest([run(datetime.now(UTC) - LIVE_FOR + timedelta(seconds=1))])
    with closing(here.hear(RUN)) as heard:
        told = list(heard)
    assert [each.event for each in told] == ["progress", "end"]
    assert told[-1].data["how"] is None


@pytest.mark.parametrize("how", ["finished", "interrupted"])
def test_the_end_of_a_run_is_told_at_once(here: Served, how: str) -> None:
    """With how it ended, after its last result, to who listens and to who comes later."""
    here.store.ingest([run(), result("first")])
    with closing(here.hear(RUN)) as heard:
        assert heard.next().data["result"] == "first"
        here.store.ingest([result("last"), EndRecord(id="x", run="r", at=datetime.now(UTC), how=how)])
        told = list(heard)
    assert [each.event for each in told if each.event != "progress"] == ["result", "end"]
    assert told[-1].data == {"run": "r", "results": 2, "how": how}
    with closing(here.hear(RUN)) as heard:
        assert list(heard)[-1].data == told[-1].data


def test_the_end_of_a_run_is_another_state(here: Served) -> None:
    """In which no results are coming in."""
    here.store.ingest([run(), result("first")])
    with closing(here.hear(links.EVENTS)) as heard:
        before = heard.next("state").data
        here.store.ingest([EndRecord(id="x", run="r", at=datetime.now(UTC), how="finished")])
        after = heard.next("state").data
    assert (before["live"], after["live"]) == (True, False)
    assert before["state"] != after["state"]


def test_only_the_runs_own_results_are_told(here: Served) -> None:
    """Of two that go on at once."""
    other = result("other").model_copy(update={"run": "s"})
    here.store.ingest([run(), run(name="s"), result("own"), other, result("own2")])
    with closing(here.hear(RUN)) as heard:
        assert [heard.next().data["result"] for _ in range(2)] == ["own", "own2"]


def test_a_state_that_is_known_is_not_told_again(here: Served) -> None:
    """Who comes back hears what is new; who comes hears where things stand."""
    here.store.ingest([run()])
    with closing(here.hear(links.EVENTS)) as heard:
        known = heard.next("state")
    assert known.id == known.data["state"]
    with closing(here.hear(links.EVENTS, Last_Event_ID=known.id)) as heard:
        here.store.ingest([result("new")])
        assert heard.next("state").id != known.id


def test_it_is_told_whenever_answers_have_other_tags(here: Served) -> None:
    """Also where nothing comes in: a run without any result is given up, and its page says so."""
    here.store.ingest([run()])

    def tag() -> str:
        with closing(HTTPConnection("127.0.0.1", here.port, timeout=PATIENCE)) as connection:
            connection.request("GET", links.run("r"))
            return connection.getresponse().headers["ETag"]

    before = tag()
    with closing(here.hear(links.EVENTS)) as heard:
        first = heard.next("state")
        state = here.app.state.broadcaster._read_state.__self__
        state._last = replace(state._last, idle_at=())  # as if it had given no sign of life for long enough
        second = heard.next("state")
    assert first.id != second.id
    assert first.data["revision"] == second.data["revision"]
    assert tag() != before


def test_who_goes_away_leaves_nothing_behind(here: Served) -> None:
    """All who listen share one look at the store; without any nobody looks."""
    broadcaster = here.app.state.broadcaster
    here.store.ingest([run()])
    for _ in range(2):
        heard = [here.hear(path) for path in (RUN, links.EVENTS) * 3]
        for each in heard:
            assert next(iter(each))
        assert broadcaster.listeners == 6
        for each in heard:
            each.close()
        wait_until(lambda: broadcaster.listeners == 0)
        assert broadcaster._task is None


def test_a_stream_is_neither_compressed_nor_kept(here: Served) -> None:
    """By no proxy, and under no tag."""
    here.store.ingest([run()])
    for path in (RUN, links.EVENTS):
        with closing(here.hear(path, Accept_Encoding="gzip")) as heard:
            headers = {name.lower(): value for name, value in heard.answer.getheaders()}
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["cache-control"] == "no-cache"
        assert headers["access-control-allow-origin"] == "*"
        assert not {"content-encoding", "etag"} & set(headers)


def test_the_head_of_a_stream_ends(here: Served) -> None:
    """There is no body to wait for."""
    here.store.ingest([run()])
    for path in (RUN, links.EVENTS):
        with closing(HTTPConnection("127.0.0.1", here.port, timeout=PATIENCE)) as connection:
            connection.request("HEAD", path)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, b"")
    assert here.app.state.broadcaster.listeners == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "header", "status", "says"),
    [
        (f"{links.API}/runs/nothing/events", "", 404, "No run 'nothing'"),
        (f"{RUN}?after=q7", "", 422, "after=q7"),
        (f"{RUN}?before=7", "", 422, "unknown parameter"),
        (f"{RUN}?after=-1", "", 422, "after=-1"),
        (RUN, "q7", 422, "q7"),
        (RUN, "9" * 30, 422, "999"),
    ],
)
def test_what_cannot_be_told_is_refused_by_name(here: Served, path: str, header: str, status: int, says: str) -> None:
    """As a problem document: an EventSource that gets one does not come back."""
    here.store.ingest([run()])
    with closing(Broadcaster(here.port, path, **({"Last_Event_ID": header} if header else {}))) as heard:
        assert heard.answer.status == status
        assert says in json.loads(heard.answer.read())["detail"]


def test_the_server_ends_though_streams_are_open(tmp_path: Path) -> None:
    """On Ctrl-C, with what it told ended as an answer ends."""
    data = tmp_path / "data"
    records: list[Record] = [run(), result("one")]
    with Store.open(f"sqlite:///{data / 'matrix.sqlite'}") as store:
        store.ingest(records)
    command = [sys.executable, "-m", "dask_matrix", "serve", "--data", str(data), "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr
    port = int(server.stderr.readline().partition("127.0.0.1:")[2].partition(" ")[0])
    streams = [Broadcaster(port, path) for path in (RUN, links.EVENTS)]
    for heard in streams:
        assert next(iter(heard))
    server.send_signal(signal.SIGINT)
    for heard in streams:
        assert "end" not in [each.event for each in heard]
        heard.close()
    verdict_label = server.communicate(timeout=PATIENCE)[1]
    assert "Traceback" not in verdict_label
    assert "Cancel" not in verdict_label
