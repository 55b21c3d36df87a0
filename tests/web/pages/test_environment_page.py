"""The pages of an environment and of a release: what they turned, what they hold, how to install them."""

import re
from datetime import timedelta

import pytest

from dask_matrix.domain.records.records import InstallationRecord, RefusalRecord
from dask_matrix.web import links, times
from tests.web.conftest import NEW, NOON, OLD, REFUSED, ROW, Book

LATEST = "e" * 16


def test_an_environment_says_what_it_turned_against_the_one_before(book: Book) -> None:
    """In its lane: what regressed, what was fixed, new warnings, the lock; on its page, the release's, and as JSON."""
    warns = [{"category": "FutureWarning", "message": "goes away", "where": "a.py:2", "count": 1}]
    for name, before, after, more in (
        ("bag/fixed", "failed", "passed", {}),
        ("bag/warns", "passed", "passed", {"warnings": warns}),
    ):
        book.scenario(name, title=name)
        book.result(before, name=name)
        book.result(after, name=name, key=NEW, **more)
    for address in (f"/environments/{NEW}", "/releases/2025.4.0"):
        text = book.client.get(address).text
        assert "<b>1</b> regressed" in text
        assert "<b>1</b> fixed" in text
        assert "<b>1</b> new warning<" in text
        assert f'href="/cells/{ROW}/{NEW}"' in text
        assert f'href="/cells/bag/fixed/{OLD}"' in text
        assert "goes away" in text
        assert "No other package differs" in text
        assert 'href="/upgrade?from=2025.2.0&amp;to=2025.4.0&amp;lane=as-released"' in text
    change = book.client.get(f"/api/v1/environments/{NEW}").json()["change"]
    assert (change["against"], change["release"]) == (OLD, "2025.2.0")
    assert [each["scenario"] for each in change["regressed"]] == [ROW]
    assert [each["scenario"] for each in change["fixed"]] == ["bag/fixed"]
    assert [each["message"] for each in change["new_warnings"]] == ["goes away"]
    whole = book.client.get("/api/v1/releases/2025.4.0").json()
    assert whole["environments"][0]["change"] == change
    assert (whole["before"], whole["after"]) == ("2025.2.0", "2026.1.0")


def test_the_first_of_a_lane_is_compared_with_nothing(book: Book) -> None:
    """Nor is what cannot be had; the next one passes over it."""
    for key in (OLD, REFUSED):
        assert book.client.get(f"/api/v1/environments/{key}").json()["change"] is None
    book.environment(LATEST, "2026.2.0")
    assert book.client.get(f"/api/v1/environments/{LATEST}").json()["change"]["against"] == NEW
    assert "none before to compare it with" in book.client.get("/releases/2025.2.0").text


def test_an_environment_shows_first_what_does_not_hold(book: Book) -> None:
    """What holds is folded away, area by area."""
    text = book.client.get(f"/environments/{OLD}").text
    assert "<summary>1 hold</summary>" in text
    assert "0 of 0 hold" in text, "untested cells claim nothing"


def test_a_release_shows_all_its_environments(book: Book) -> None:
    """With why one cannot be had."""
    book.environment(LATEST, "2026.1.0", lane="latest")
    text = book.client.get("/releases/2026.1.0").text
    assert f'href="/environments/{LATEST}"' in text
    assert "No solution found" in text
    assert 'rel="prev">← 2025.4.0' in text


def test_the_list_of_releases_leads_to_each(book: Book) -> None:
    """And a release that there is not names those around it."""
    assert '<a href="/releases/2025.4.0">' in book.client.get("/releases").text
    answer = book.client.get("/api/v1/releases/2025.3.0")
    assert answer.status_code == 404
    assert answer.json()["nearest"] == ["2025.2.0", "2025.4.0", "2026.1.0"]
    assert book.client.get("/releases/nonsense").status_code == 404
    assert book.client.get("/api/v1/releases/latest").json()["release"] == "2026.1.0"


def test_environments_and_releases_are_shown_as_they_were(book: Book) -> None:
    """Later results do not count, nor do later warnings; links keep to the moment."""
    at = "?at=2025-04-22T12%3A50%3A00Z"
    book.result("passed", key=NEW)
    for address in (f"/environments/{NEW}", "/releases/2025.4.0"):
        assert "<b>0</b> regressed" in book.client.get(address).text
        frozen = book.client.get(address + at).text
        assert "Frozen" in frozen
        assert "<b>1</b> regressed" in frozen
        assert f'href="/cells/{ROW}/{NEW}{at}"' in frozen
        assert book.client.get(f"/api/v1{address}{at}").status_code == 200
    json = book.client.get(f"/api/v1/environments/{NEW}{at}").json()
    assert json["verdicts"][ROW] == "fail"
    assert book.client.get(f"/api/v1/environments/{NEW}").json()["verdicts"][ROW] == "flaky"


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (-1, ""), (0, "0 days old"), (1, "1 day old"), (60, "60 days old"), (61, "2 months old"), (730, "24 months old"),
        (731, "2 years old"), (4000, "11 years old"),
    ],
)  # fmt: skip
def test_an_age_is_told_in_the_unit_that_says_most(days: int, told: str) -> None:
    """Of what lies ahead there is none."""
    assert times.age(NOON.date(), NOON.date() + timedelta(days=days)) == told


def test_environments_and_releases_say_how_old_they_are(book: Book) -> None:
    """On the day of a moment where they are shown as they were."""
    for address in (f"/environments/{NEW}", "/releases/2025.4.0"):
        assert re.search(r"2025-04-22, \d+ (days|months|years) old<", book.client.get(address).text)
        assert "2025-04-22, 8 days old<" in book.client.get(f"{address}?at=2025-04-30T10:00:00Z").text


def test_a_backport_is_told_where_a_release_is_compared_with_it(book: Book) -> None:
    """Its dependencies are newer."""
    book.environment(LATEST, "2025.3.1", released_at=NOON + timedelta(days=9))
    assert "a backport of 2025-05-01, so its dependencies are newer" in book.client.get("/releases/2025.4.0").text


def installed(book: Book, key: str = OLD, log: str = "Installed 2 packages in 31ms\n + dask==2025.2.0\n") -> None:
    """Record an installation."""
    book.add(InstallationRecord, environment=key, log=log, seconds=12.34)


def test_an_environment_shows_what_was_said_while_it_was_installed(book: Book) -> None:
    """Folded, with when and how long, and a link to the run; as JSON too."""
    installed(book, log="the first time")
    installed(book)
    page = book.client.get(f"/environments/{OLD}").text
    assert '<details id="install-log">\n  <summary>Install log</summary>' in page
    assert " + dask==2025.2.0\n</pre>" in page
    assert f'in 12.3 s, by the run <a href="{links.run("r")}">r</a>' in page
    assert "the first time" not in page
    told = book.client.get(f"/api/v1/environments/{OLD}").json()["installation"]
    assert (told["run"], told["seconds"]) == ("r", 12.34)
    assert told["log"].startswith("Installed 2 packages")


def test_an_installation_is_shown_as_of_a_moment(book: Book) -> None:
    """None that was recorded later: the one before it, or why there is none."""
    for log in ("the first time", "the second time"):
        installed(book, log=log)  # 101 and 102 minutes after noon
    for minute, log in (("13:40", None), ("13:41", "the first time"), ("13:42", "the second time")):
        at = f"?at=2025-04-22T{minute}:30Z"
        page = book.client.get(f"/environments/{OLD}{at}").text
        told = book.client.get(f"/api/v1/environments/{OLD}{at}").json()["installation"]
        assert ("the first time" in page, "the second time" in page) == (
            log == "the first time",
            log == "the second time",
        )
        assert (told["log"] if told else None) == log
        assert ("none was recorded when it was installed" in page) == (log is None)


def test_an_environment_without_an_install_log_says_why(book: Book) -> None:
    """It was installed earlier, or never; one that was refused before says that instead."""
    before, never = "none was recorded when it was installed", "it has not been installed"
    book.environment(LATEST, "2026.2.0")
    for key, why in ((OLD, before), (LATEST, never)):
        assert f"No install log: {why}." in book.client.get(f"/environments/{key}").text
        assert book.client.get(f"/api/v1/environments/{key}").json()["installation"] is None
    book.add(RefusalRecord, environment=LATEST, phase="import", message="ImportError: no")
    assert f"No install log: {before}." in book.client.get(f"/environments/{LATEST}").text
    assert "nstall log" not in book.client.get(f"/environments/{REFUSED}").text


def test_a_hostile_install_log_is_inert(book: Book) -> None:
    """Markup, terminal escapes, marks that turn the direction, lines without end."""
    installed(book, log="</pre><script>alert(1)</script>\x1b[31mred\x1b[0m\u202eend\x00" + "x" * 100_000)
    page = book.client.get(f"/environments/{OLD}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;red\\u202eend" in page
    assert not {"\x1b", "\u202e", "\x00"} & set(page)
