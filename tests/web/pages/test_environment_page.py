"""The environment page and the release page: changes, verdicts, install commands."""

import re
from datetime import timedelta

import pytest

from dask_matrix.domain.records.records import InstallationRecord, RefusalRecord
from dask_matrix.web import links, times
from tests.web.conftest import NEW, NOON, OLD, REFUSED, ROW, Book

LATEST = "e" * 16


def test_an_environment_shows_its_changes_from_the_previous_one(book: Book) -> None:
    """In its lane: what breaks, what is fixed, new warnings, the lock; on its page, the release's, and in JSON."""
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
        assert "<b>1</b> breaks" in text
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
    """Nor is an uninstallable one, and the next one skips it."""
    for key in (OLD, REFUSED):
        assert book.client.get(f"/api/v1/environments/{key}").json()["change"] is None
    book.environment(LATEST, "2026.2.0")
    assert book.client.get(f"/api/v1/environments/{LATEST}").json()["change"]["against"] == NEW
    assert "nothing to compare it with" in book.client.get("/releases/2025.2.0").text


def test_an_environment_shows_failures_first(book: Book) -> None:
    """Passing scenarios are folded, area by area."""
    text = book.client.get(f"/environments/{OLD}").text
    assert "<summary>1 pass</summary>" in text
    assert "0 of 0 pass" in text, "untested cells do not count"


def test_a_release_shows_all_its_environments(book: Book) -> None:
    """With the refusal of an uninstallable one."""
    book.environment(LATEST, "2026.1.0", lane="latest")
    text = book.client.get("/releases/2026.1.0").text
    assert f'href="/environments/{LATEST}"' in text
    assert "No solution found" in text
    assert 'rel="prev">← 2025.4.0' in text


def test_the_list_of_releases_links_to_each(book: Book) -> None:
    """And an unknown release suggests its neighbours."""
    assert '<a href="/releases/2025.4.0">' in book.client.get("/releases").text
    answer = book.client.get("/api/v1/releases/2025.3.0")
    assert answer.status_code == 404
    assert answer.json()["nearest"] == ["2025.2.0", "2025.4.0", "2026.1.0"]
    assert book.client.get("/releases/nonsense").status_code == 404
    assert book.client.get("/api/v1/releases/latest").json()["release"] == "2026.1.0"


def test_environments_and_releases_are_shown_as_they_were(book: Book) -> None:
    """Later results and warnings do not count; links keep the moment."""
    at = "?at=2025-04-22T12%3A50%3A00Z"
    book.result("passed", key=NEW)
    for address in (f"/environments/{NEW}", "/releases/2025.4.0"):
        assert "<b>0</b> break" in book.client.get(address).text
        frozen = book.client.get(address + at).text
        assert "Frozen" in frozen
        assert "<b>1</b> breaks" in frozen
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
def test_an_age_has_a_suitable_unit(days: int, told: str) -> None:
    """A day in the future has no age."""
    assert times.age(NOON.date(), NOON.date() + timedelta(days=days)) == told


def test_environments_and_releases_say_how_old_they_are(book: Book) -> None:
    """Relative to the moment shown."""
    for address in (f"/environments/{NEW}", "/releases/2025.4.0"):
        assert re.search(r"2025-04-22, \d+ (days|months|years) old<", book.client.get(address).text)
        assert "2025-04-22, 8 days old<" in book.client.get(f"{address}?at=2025-04-30T10:00:00Z").text


def test_a_release_is_not_compared_with_a_backport_uploaded_later(book: Book) -> None:
    """But with the one that it follows."""
    book.environment(LATEST, "2025.3.1", released_at=NOON + timedelta(days=9))
    before = book.client.get("/api/v1/releases/2025.4.0").json()["before"]
    assert before == "2025.2.0"
    page = book.client.get("/releases/2025.4.0").text
    assert "2025.2.0, py311, as-released" in page
    assert "2025.3.1" not in page


def installed(book: Book, key: str = OLD, log: str = "Installed 2 packages in 31ms\n + dask==2025.2.0\n") -> None:
    """Record an installation."""
    book.add(InstallationRecord, environment=key, log=log, seconds=12.34)


def test_an_environment_shows_its_install_log(book: Book) -> None:
    """Folded, with time, duration and a link to the run; in JSON too."""
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
    """The last one recorded by then, or why there is none."""
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
    """It was not recorded or never installed; an environment refused earlier shows the refusal instead."""
    before, never = "none was recorded when it was installed", "it has not been installed"
    book.environment(LATEST, "2026.2.0")
    for key, why in ((OLD, before), (LATEST, never)):
        assert f"No install log: {why}." in book.client.get(f"/environments/{key}").text
        assert book.client.get(f"/api/v1/environments/{key}").json()["installation"] is None
    book.add(RefusalRecord, environment=LATEST, phase="import", message="ImportError: no")
    assert f"No install log: {before}." in book.client.get(f"/environments/{LATEST}").text
    assert "nstall log" not in book.client.get(f"/environments/{REFUSED}").text


def test_a_hostile_install_log_is_inert(book: Book) -> None:
    """Markup, terminal escapes, direction marks, endless lines."""
    installed(book, log="</pre><script>alert(1)</script>\x1b[31mred\x1b[0m\u202eend\x00" + "x" * 100_000)
    page = book.client.get(f"/environments/{OLD}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;red\\u202eend" in page
    assert not {"\x1b", "\u202e", "\x00"} & set(page)
