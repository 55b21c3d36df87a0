"""The page of a cell: what it shows beside its evidence, as it is and as it was; and its JSON."""

import re
from datetime import timedelta

import pytest

from dask_matrix.web import links
from tests.web.conftest import NEW, NOON, ODD, OLD, ROW, Book
from tests.web.pages.test_pages import HOSTILE, Links

LATER, LAST = "a" * 16, "b" * 16
FOREIGN = 'Traceback (most recent call last):\n  File "f.py", line 1, in test_x\n    g()\n  File "lib/python3.11/site-packages/dask/a.py", line 1, in g\n    h()\n  File "lib/python3.11/site-packages/dask/b.py", line 1, in h\n    raise KeyError\nKeyError\n'


def page(book: Book, key: str = NEW, name: str = ROW, query: str = "") -> str:
    """Return the main content of a cell's page."""
    answer = book.client.get(links.cell(name, key) + query)
    assert answer.status_code == 200
    return answer.text.partition("<main")[2].partition("</main>")[0]


def told(book: Book, key: str = NEW, query: str = "") -> dict[str, object]:
    """Return a cell's JSON."""
    answer = book.client.get(f"/api/v1{links.cell(ROW, key)}{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def section(text: str, title: str) -> str:
    """Return the section of a page that a heading begins."""
    found = re.search(rf"<h2>(?:(?!</h2>).)*{title}.*?</section>", text, flags=re.DOTALL)
    assert found, title
    return found[0]


def test_foreign_frames_are_folded_without_javascript(book: Book) -> None:
    """In an element of their own, closed at first."""
    book.result("failed", key=NEW, traceback=FOREIGN)
    text = page(book)
    assert "<details><summary>1 frame in dask</summary>" in text
    assert text.index("test_x") < text.index("<details><summary>1 frame in dask") < text.index("raise")


def test_the_nearest_opposite_stands_beside_the_cell_the_earlier_release_first(book: Book) -> None:
    """With its verdict and what it raised, and the way to it."""
    text = section(page(book), "Beside the nearest release where it holds")
    assert text.index(f'href="/cells/{ROW}/{OLD}"') < text.index("this one")
    assert re.search(r"chip v-pass.*chip v-fail.*nothing.*KeyError", text, flags=re.DOTALL)
    assert told(book)["neighbour"] == {
        "environment": OLD, "release": "2025.2.0", "verdict": "pass", "opposite": True, "exception": "", "result": "id7",
    } | {"result": book.store.results(ROW, OLD)[0].id}  # fmt: skip


def test_without_an_opposite_the_release_before_stands_beside_it(book: Book) -> None:
    """So that there is something to compare it with."""
    book.result("passed", name=ODD)
    book.result("passed", name=ODD, key=NEW)
    assert "Beside the release before" in page(book, name=ODD)
    assert "Beside" not in page(book, name=ODD, key=OLD)


def test_what_one_side_alone_warns_of_and_prints_is_told(book: Book) -> None:
    """What both say alike is not; numbers that change at each execution make no difference."""
    common = {"category": "UserWarning", "message": "took 12 s", "where": "a.py:1", "count": 1}
    alone = {"category": "FutureWarning", "message": "goes away", "where": "a.py:2", "count": 1}
    book.result("passed", key=OLD, warnings=[common], stdout="alike", log="one")
    book.result("failed", key=NEW, warnings=[{**common, "message": "took 15 s"}, alone], stdout="alike", log="two")
    text = section(page(book), "Beside the nearest")
    assert "FutureWarning" in text
    assert "UserWarning" not in text
    assert "Log" in text
    assert "Standard output" not in text


def test_the_lock_is_compared_with_the_last_release_where_it_held(book: Book) -> None:
    """Dask first, then what behaviours turn on; what was added and what was removed."""
    book.environment(LATER, "2025.5.0", lock="dask==2\nnumpy==2.2.0\nzarr==3.0\n")
    book.result("failed", key=LATER)
    text = section(page(book, LATER), "What differs from")
    shown = re.sub(r"<[^>]*>|\s+", " ", text)
    assert re.search(r"dask +2025.2.0 +→ +to +2025.5.0 +numpy +2.1.0 +→ +to +2.2.0 +zarr +3.0 +added", shown)
    assert "The last release before where it held" in shown
    assert "Nothing but Dask differs" in page(book, NEW)


def test_where_it_holds_the_lock_is_compared_with_the_last_release_where_it_did_not(book: Book) -> None:
    """And before that is known, with the first one after."""
    book.environment(LATER, "2025.5.0", lock="dask==2\n")
    book.result("passed", key=LATER)
    shown = re.sub(r"<[^>]*>|\s+", " ", section(page(book, LATER), "What differs from"))
    assert "last release before where it did not hold" in shown
    assert "numpy 2.1.0 removed" in " ".join(shown.split())
    assert "first release after where it does not hold" in page(book, OLD).lower()
    assert told(book, LATER)["locks"] == {
        "environment": NEW, "release": "2025.4.0", "held": False,
        "packages": [{"name": "numpy", "before": "2.1.0", "after": None}],
    }  # fmt: skip


def test_a_backport_is_told_where_locks_are_compared(book: Book) -> None:
    """Its dependencies are newer than those of the release after it."""
    book.environment(LATER, "2025.3.1", released_at=NOON + timedelta(days=9))
    book.result("passed", key=LATER)
    assert "a backport of 2025-05-01" in page(book)


@pytest.mark.parametrize(("key", "outcome"), [(NEW, "failed"), (LATER, "passed")])
def test_the_command_that_finds_what_made_it_turn(book: Book, key: str, outcome: str) -> None:
    """From the nearest turning: what broke it, or what fixed it."""
    book.environment(LATER, "2025.5.0")
    book.result(outcome, key=LATER)
    command = f"dask-matrix bisect {ROW} --good 2025.2.0 --bad 2025.4.0 --commits --python 3.11"
    if outcome == "passed":
        command = f"dask-matrix bisect {ROW} --good 2025.5.0 --bad 2025.4.0 --find-fix --commits --python 3.11"
    text = page(book, key)
    assert f'data-copy="{command}"' in text
    assert told(book, key)["turn"]["bisect"] == command  # type: ignore[index]


def test_the_history_tells_stale_executions_apart(book: Book) -> None:
    """They are of another text of the scenario, and not counted."""
    book.result("crashed", key=NEW, fingerprint="older")
    text = section(page(book), "History")
    assert text.count("<tr") == 3
    assert text.count('<tr class="old">') == 1
    assert "another text: not counted" in text
    assert text.count("<em>decides</em>") == 1


def test_the_whole_lock_is_not_on_the_page(book: Book) -> None:
    """It is a panel beside the grid too; the lock is a link away."""
    text = page(book)
    assert "numpy==2.1.0" not in text
    assert f"/environments/{NEW}/lock.txt" in text


def test_the_strip_shows_what_is_around_the_cell(book: Book) -> None:
    """With the cell itself marked, and each tile said in words."""
    text = page(book)
    assert '<li class="stop current">' in text
    assert 'aria-current="page"' in text
    assert "2025.4.0, as-released, Python 3.11: fail, turns" in text


def test_a_cell_is_shown_as_it_was(book: Book) -> None:
    """Later results do not count, and links keep to the moment; so does the JSON."""
    moment = (NOON + timedelta(minutes=50)).isoformat().replace("+00:00", "Z")
    at = f"?at={moment.replace(':', '%3A')}"
    book.result("passed", key=NEW)
    assert "v-flaky" in page(book)
    frozen = page(book, query=at)
    assert "Frozen: as it was at 2025-04-22 12:50:00 UTC" in frozen
    assert "<strong>fail</strong>" in frozen
    assert "0 of 1 execution passed" in frozen
    assert f'href="/cells/{ROW}/{OLD}{at}"' in frozen
    assert f'href="/scenarios/{ROW}{at}"' in frozen
    assert f'href="/cells/{ROW}/{NEW}">See it as it is now' in frozen
    assert (told(book)["verdict"], told(book, query=at)["verdict"]) == ("flaky", "fail")
    before = page(book, query="?at=2020-01-01T00:00:00Z")
    assert "has not run in this environment up to then" in before
    assert "data-poll" not in book.client.get(links.cell(ROW, NEW) + at).text


def test_the_permalink_stays_what_it_is(book: Book) -> None:
    """Whatever is recorded later."""
    (permalink,) = {each for each in Links(page(book)).addresses if "?at=" in each}
    book.result("passed", key=NEW)
    assert "<strong>fail</strong>" in book.client.get(permalink).text


def test_a_former_id_keeps_the_moment(book: Book) -> None:
    """On its way to the present one."""
    answer = book.client.get(f"/cells/futures/was/{OLD}?at=2025-04-22", follow_redirects=False)
    assert answer.headers["location"] == f"/cells/{ROW}/{OLD}?at=2025-04-22T00%3A00%3A00Z"


def test_a_bad_moment_is_named(book: Book) -> None:
    """As a problem, on the page and in JSON; a stray parameter is one only for scripts."""
    assert book.client.get(f"/cells/{ROW}/{OLD}?at=soon").status_code == 422
    assert book.client.get(f"/api/v1/cells/{ROW}/{OLD}?at=soon").status_code == 422
    assert book.client.get(f"/cells/{ROW}/{OLD}?utm_source=mail").status_code == 200
    assert "ta=x: there is no such parameter" in book.client.get(f"/api/v1/cells/{ROW}/{OLD}?ta=x").text


def test_hostile_evidence_is_inert_on_both_sides(book: Book) -> None:
    """In the banner, in the table of the two sides, in the history, in what is copied."""
    raised = {"type": HOSTILE, "message": HOSTILE}
    warns = [{"category": HOSTILE, "message": HOSTILE, "where": HOSTILE}]
    frames = (
        f'{FOREIGN}  File "lib/python3.11/site-packages/{HOSTILE}/x.py", line 1, in {HOSTILE}\n    {HOSTILE}\n{HOSTILE}'
    )
    for key, outcome in ((NEW, "failed"), (OLD, "passed")):
        more = {"exception": raised} if outcome == "failed" else {}
        book.result(
            outcome,
            key=key,
            reason=HOSTILE,
            traceback=frames,
            stdout=HOSTILE + key,
            log=HOSTILE,
            warnings=warns,
            **more,
        )
    for key in (NEW, OLD):
        text = page(book, key)
        found = Links(text)
        assert not {"script", "img"} & set(found.names)
        assert not {each for each in found.attributes if each == "style" or each.startswith("on")}
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_lines_of_a_megabyte_do_no_harm(book: Book) -> None:
    """They are shown as they are, in boxes of their own."""
    long = "(" * 1_000_000
    book.result("failed", key=NEW, traceback=FOREIGN + long, stdout=long, exception={"type": "E", "message": long})
    assert long in page(book)
