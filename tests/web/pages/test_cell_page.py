"""The cell page and its JSON: evidence, comparison with a neighbour, history, now and at a moment."""

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


def cell_json(book: Book, key: str = NEW, query: str = "") -> dict[str, object]:
    """Return a cell's JSON."""
    answer = book.client.get(f"/api/v1{links.cell(ROW, key)}{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def section(text: str, title: str) -> str:
    """Return the section of a page with a given heading."""
    found = re.search(rf"<h2>(?:(?!</h2>).)*{title}.*?</section>", text, flags=re.DOTALL)
    assert found, title
    return found[0]


def test_foreign_frames_are_folded_without_javascript(book: Book) -> None:
    """In a closed details element."""
    book.result("failed", key=NEW, traceback=FOREIGN)
    text = page(book)
    assert "<details><summary>1 frame in dask</summary>" in text
    assert text.index("test_x") < text.index("<details><summary>1 frame in dask") < text.index(">raise<")


def test_a_cell_is_compared_with_the_nearest_opposite_verdict_earlier_release_first(book: Book) -> None:
    """With its verdict, its exception and a link."""
    text = section(page(book), "Compared with the nearest release where it passes")
    assert text.index(f'href="/cells/{ROW}/{OLD}"') < text.index("this one")
    assert re.search(r"chip v-pass.*chip v-fail.*nothing.*KeyError", text, flags=re.DOTALL)
    assert cell_json(book)["neighbour"] == {
        "environment": OLD, "release": "2025.2.0", "verdict": "pass", "opposite": True, "exception": "", "result": "id7",
    } | {"result": book.store.results(ROW, OLD)[0].id}  # fmt: skip


def test_without_an_opposite_verdict_a_cell_is_compared_with_the_previous_release(book: Book) -> None:
    """The first release of a lane is compared with nothing."""
    book.result("passed", name=ODD)
    book.result("passed", name=ODD, key=NEW)
    assert "Compared with the previous release" in page(book, name=ODD)
    assert "Compared with" not in page(book, name=ODD, key=OLD)


def test_warnings_and_output_of_only_one_cell_are_shown(book: Book) -> None:
    """What both have in common is not; numbers that change at each execution are ignored."""
    common = {"category": "UserWarning", "message": "took 12 s", "where": "a.py:1", "count": 1}
    alone = {"category": "FutureWarning", "message": "goes away", "where": "a.py:2", "count": 1}
    book.result("passed", key=OLD, warnings=[common], stdout="alike", log="one")
    book.result("failed", key=NEW, warnings=[{**common, "message": "took 15 s"}, alone], stdout="alike", log="two")
    text = section(page(book), "Compared with the nearest")
    assert "FutureWarning" in text
    assert "UserWarning" not in text
    assert "Log" in text
    assert "Standard output" not in text


def test_the_lock_is_compared_with_the_last_release_where_it_passes(book: Book) -> None:
    """Dask first, then packages that matter most, then the rest; also those added and removed."""
    book.environment(LATER, "2025.5.0", lock="dask==2\nnumpy==2.2.0\nzarr==3.0\n")
    book.result("failed", key=LATER)
    text = section(page(book, LATER), "Differences from")
    shown = re.sub(r"<[^>]*>|\s+", " ", text)
    assert re.search(r"dask +2025.2.0 +→ +to +2025.5.0 +numpy +2.1.0 +→ +to +2.2.0 +zarr +3.0 +added", shown)
    assert "The last earlier release where it passes" in shown
    assert "Only Dask differs" in page(book, NEW)


def test_a_passing_cell_compares_its_lock_with_the_last_release_where_it_does_not_pass(book: Book) -> None:
    """Or, if there is none, with the first later one."""
    book.environment(LATER, "2025.5.0", lock="dask==2\n")
    book.result("passed", key=LATER)
    shown = re.sub(r"<[^>]*>|\s+", " ", section(page(book, LATER), "Differences from"))
    assert "last earlier release where it does not pass" in shown
    assert "numpy 2.1.0 removed" in " ".join(shown.split())
    assert "first later release where it does not pass" in page(book, OLD).lower()
    assert cell_json(book, LATER)["locks"] == {
        "environment": NEW, "release": "2025.4.0", "held": False,
        "packages": [{"name": "numpy", "before": "2.1.0", "after": None}],
    }  # fmt: skip


def test_a_release_is_not_compared_with_a_backport_that_was_uploaded_later(book: Book) -> None:
    """Its dependencies are newer: cells, locks and transitions are compared with the release that this one follows."""
    book.environment(LATER, "2025.3.1", released_at=NOON + timedelta(days=9))
    book.result("passed", key=LATER)
    told = book.client.get(f"/api/v1/cells/{ROW}/{NEW}").json()
    assert (told["neighbour"]["release"], told["locks"]["release"]) == ("2025.2.0", "2025.2.0")
    assert (told["turn"]["before"], told["turn"]["after"]) == (OLD, NEW)
    assert "It breaks in 2025.4.0, compared with 2025.2.0." in page(book)
    assert "--good 2025.2.0 --bad 2025.4.0" in page(book)


@pytest.mark.parametrize(("key", "outcome"), [(NEW, "failed"), (LATER, "passed")])
def test_the_page_has_the_command_that_bisects_the_nearest_transition(book: Book, key: str, outcome: str) -> None:
    """What broke it, or what fixed it."""
    book.environment(LATER, "2025.5.0")
    book.result(outcome, key=LATER)
    command = f"dask-matrix bisect {ROW} --good 2025.2.0 --bad 2025.4.0 --commits --python 3.11"
    if outcome == "passed":
        command = f"dask-matrix bisect {ROW} --good 2025.5.0 --bad 2025.4.0 --find-fix --commits --python 3.11"
    text = page(book, key)
    assert f'data-copy="{command}"' in text
    assert cell_json(book, key)["turn"]["bisect"] == command  # type: ignore[index]


def test_the_history_marks_stale_executions(book: Book) -> None:
    """They are of another version of the scenario, and not counted."""
    book.result("crashed", key=NEW, fingerprint="older")
    text = section(page(book), "History")
    assert text.count("<tr") == 3
    assert text.count('<tr class="old">') == 1
    assert "another version, not counted" in text
    assert text.count("<em>decisive</em>") == 1


def test_the_whole_lock_is_not_on_the_page(book: Book) -> None:
    """The page is also a panel next to the grid; it links to the lock."""
    text = page(book)
    assert "numpy==2.1.0" not in text
    assert f"/environments/{NEW}/lock.txt" in text


def test_the_timeline_shows_the_releases_around_the_cell(book: Book) -> None:
    """With the cell itself marked, and each tile described in words."""
    text = page(book)
    assert '<li class="stop current">' in text
    assert 'aria-current="page"' in text
    assert "2025.4.0, as-released, Python 3.11: fail, breaks" in text


def test_a_cell_is_shown_as_it_was(book: Book) -> None:
    """Later results do not count, and links keep the moment; the JSON too."""
    moment = (NOON + timedelta(minutes=50)).isoformat().replace("+00:00", "Z")
    at = f"?at={moment.replace(':', '%3A')}"
    book.result("passed", key=NEW)
    assert "v-flaky" in page(book)
    frozen = page(book, query=at)
    assert "Frozen: as of 2025-04-22 12:50:00 UTC" in frozen
    assert "<strong>fail</strong>" in frozen
    assert "0 of 1 execution passed" in frozen
    assert f'href="/cells/{ROW}/{OLD}{at}"' in frozen
    assert f'href="/scenarios/{ROW}{at}"' in frozen
    assert f'href="/cells/{ROW}/{NEW}">Show the current page' in frozen
    assert (cell_json(book)["verdict"], cell_json(book, query=at)["verdict"]) == ("flaky", "fail")
    before = page(book, query="?at=2020-01-01T00:00:00Z")
    assert "had not run in this environment by then" in before
    assert "data-poll" not in book.client.get(links.cell(ROW, NEW) + at).text


def test_a_permalink_does_not_change(book: Book) -> None:
    """Whatever is recorded later."""
    (permalink,) = {each for each in Links(page(book)).addresses if "?at=" in each}
    book.result("passed", key=NEW)
    assert "<strong>fail</strong>" in book.client.get(permalink).text


def test_a_former_id_keeps_the_moment(book: Book) -> None:
    """When it redirects to the current one."""
    answer = book.client.get(f"/cells/futures/was/{OLD}?at=2025-04-22", follow_redirects=False)
    assert answer.headers["location"] == f"/cells/{ROW}/{OLD}?at=2025-04-22T00%3A00%3A00Z"


def test_a_bad_moment_is_named(book: Book) -> None:
    """As an error, on the page and in JSON; an unknown parameter is an error only in the API."""
    assert book.client.get(f"/cells/{ROW}/{OLD}?at=soon").status_code == 422
    assert book.client.get(f"/api/v1/cells/{ROW}/{OLD}?at=soon").status_code == 422
    assert book.client.get(f"/cells/{ROW}/{OLD}?utm_source=mail").status_code == 200
    assert "ta=x: unknown parameter" in book.client.get(f"/api/v1/cells/{ROW}/{OLD}?ta=x").text


def test_hostile_evidence_is_inert_on_both_sides(book: Book) -> None:
    """In the banner, the comparison, the history and the copied commands."""
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
    """They are shown unhighlighted, in boxes of their own."""
    long = "(" * 1_000_000
    book.result("failed", key=NEW, traceback=FOREIGN + long, stdout=long, exception={"type": "E", "message": long})
    assert long in page(book)
