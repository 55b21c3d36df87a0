"""The upgrade page shows the same answer as the JSON, with links to the evidence."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import fromstring

import pytest
from packaging.specifiers import SpecifierSet

from dask_matrix.domain.records.records import RefusalRecord
from dask_matrix.domain.upgrades.context import Context
from dask_matrix.domain.upgrades.scope import Profile
from dask_matrix.domain.verdicts.known_failures import KnownFailure
from tests.web.conftest import NEW, ODD, OLD, REFUSED, ROW, Book, opened
from tests.web.feeds.test_badges import SVG
from tests.web.pages.test_pages import HOSTILE, Links

MOVE = "/upgrade?from=2025.2.0&to=2025.4.0"


class FormParser(HTMLParser):
    """What a browser submits with the form of a page, and the address of the page's JSON."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self.twin = ""
        self._select, self._option, self._href = "", [""], ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect fields with a name and a value."""
        told = {name: value or "" for name, value in attrs}
        if tag == "input" and (told.get("type") != "checkbox" or "checked" in told):
            self.pairs.append((told["name"], told.get("value", "")))
        if tag == "select":
            self._select, self._first = told["name"], None
        if tag == "option":
            self._chosen, self._value = "selected" in told, told.get("value")
        self._href = told.get("href", "") if tag == "a" else self._href

    def handle_data(self, data: str) -> None:
        """An option's value is its text; the link to the JSON is found by its text."""
        self._option = [data] if self._select else self._option
        if data == "This page as JSON":
            self.twin = self._href

    def handle_endtag(self, tag: str) -> None:
        """The first option is submitted if none is selected."""
        if tag == "option":
            value = self._option[0] if self._value is None else self._value
            self._first = value if self._chosen or self._first is None else self._first
        if tag == "select":
            self.pairs.append((self._select, self._first or ""))
            self._select = ""


def test_without_releases_the_page_asks_for_them(book: Book) -> None:
    """And lists the releases, newest first."""
    page = book.client.get("/upgrade").text
    assert "Choose two releases" in page
    assert page.index("<option>2026.1.0") < page.index("<option>2025.2.0")


def test_what_breaks_is_named_with_its_evidence(book: Book) -> None:
    """With the scenario, both verdicts and the exception."""
    page = book.client.get(MOVE).text
    assert "The only scenario that passes on 2025.2.0 fails on 2025.4.0." in page
    assert f'href="/cells/{ROW}/{NEW}"' in page
    assert "<code>KeyError</code>" in page
    assert "dask-matrix check --from 2025.2.0 --to 2025.4.0" in page


def test_accepted_failures_are_said_where_the_page_says_safe(book: Book) -> None:
    """Never that nothing breaks."""
    page = book.client.get(f"{MOVE}&accept={ROW}&scenario={ROW}").text
    assert "Accepted: 1 failure; " in page
    assert "All that breaks is accepted by the question" in page
    assert "Nothing that passes now breaks" not in page


def test_untested_release_is_said_once_and_not_for_every_scenario(book: Book) -> None:
    """With what to run; the JSON keeps the list."""
    page = book.client.get("/upgrade?from=2025.2.0&to=2031.1.0").text
    assert "2031.1.0 has not been tested in lane as-released: it is newer than the newest tested release" in page
    assert "dask-matrix run --release 2031.1.0" in page
    assert ROW not in page
    told = book.client.get("/api/v1/upgrade?from=2025.2.0&to=2031.1.0").json()
    assert [each["kind"] for each in told["missing"]] == ["newer"]
    assert ROW in {each["scenario"] for each in told["unknown"]}


def test_an_empty_field_of_the_form_is_ignored(book: Book) -> None:
    """As a browser submits it."""
    page = book.client.get(f"{MOVE}&area=&q=&covers=&profile=&lane=as-released")
    assert page.status_code == 200
    assert "The only scenario that passes on 2025.2.0 fails on 2025.4.0." in page.text
    assert book.client.get(f"/api/v1{MOVE}&area=&q=&covers=&profile=").status_code == 200


def test_the_page_and_its_twin_agree(book: Book) -> None:
    """The link to the JSON asks the same question."""
    told = book.client.get(f"/api/v1{MOVE}").json()
    assert told["verdict"] in book.client.get(MOVE).text.lower()
    assert f'href="/api/v1{MOVE.replace("&", "&amp;")}"' in book.client.get(MOVE).text


def test_a_release_nobody_tested_is_unknown_on_the_page_too(book: Book) -> None:
    """With the reason."""
    assert (
        "2031.1.0 has not been tested in lane as-released" in book.client.get("/upgrade?from=2025.2.0&to=2031.1.0").text
    )


def test_a_bad_release_is_a_page_that_says_so(book: Book) -> None:
    """Not a traceback."""
    response = book.client.get("/upgrade?from=soon&to=2025.4.0")
    assert response.status_code == 422
    assert "soon" in response.text


EVERYTHING = [
    ("python", "3.11"),
    ("scenario", ROW),
    ("scenario", "bag/*"),
    ("have", "NumPy==2.0"),
    ("have", "python==3.11"),
    ("area", "futures"),
    ("area", "bag"),
    ("covers", "dask.delayed"),
    ("covers", "dask.bag.read_text"),
    ("accept", "known"),
    ("accept", ROW),
    ("q", "again"),
    ("lane", "as-released"),
]
"""Every parameter, repeated where allowed."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "pairs", [*([each] for each in EVERYTHING), EVERYTHING, [("area", "futures"), ("utm_source", "x")]]
)
def test_page_and_twin_agree_whatever_is_asked(book: Book, pairs: list[tuple[str, str]]) -> None:
    """The page shows the verdict of its JSON, and submitting its form again asks the same question."""
    book.scenario(ODD, covers=["dask.delayed", "dask.bag.read_text"])
    page = book.client.get(f"{MOVE}&{urlencode(pairs)}")
    assert page.status_code == 200
    sent = FormParser(page.text)
    told = book.client.get(sent.twin).json()
    assert f"<strong>{told['verdict'].capitalize()}</strong>" in page.text
    assert all(each in page.text for each in told["caveats"])
    assert f"from {told['evidence']['scenarios']} scenarios" in page.text
    assert (
        told["question"]
        == book.client.get(f"/api/v1{MOVE}&{urlencode(pairs[:-1] if 'utm_source' in dict(pairs) else pairs)}").json()[
            "question"
        ]
    )
    again = FormParser(book.client.get(f"/upgrade?{urlencode(sent.pairs)}").text)
    assert book.client.get(again.twin).json() == told


def test_parameters_without_a_control_can_be_removed(book: Book) -> None:
    """They are shown, with a link to the question without them; a second area counts too."""
    page = book.client.get(f"{MOVE}&area=futures&area=bag&python=3.11").text
    assert "<code>area=bag</code>" in page
    assert "<code>python=3.11</code>" in page
    assert 'href="/upgrade?from=2025.2.0&amp;to=2025.4.0&amp;area=futures"' in page
    assert "<code>area=" not in book.client.get(f"{MOVE}&area=futures").text
    assert book.client.get(f"{MOVE}&area=&area=bag&covers=").status_code == 200


@pytest.mark.parametrize("asked", ["python=x", "have=scipy==1", "area=nope", "scenario=nope", "profile=nope"])
def test_page_and_twin_refuse_the_same(book: Book, asked: str) -> None:
    """With one status."""
    assert (
        book.client.get(f"{MOVE}&{asked}").status_code == book.client.get(f"/api/v1{MOVE}&{asked}").status_code >= 400
    )


def test_no_command_is_shown_that_asks_something_else(book: Book) -> None:
    """``check`` reads installed packages from the environment and has no option for them."""
    assert "--python 3.11" in book.client.get(f"{MOVE}&python=3.11").text
    assert "dask-matrix check" not in book.client.get(f"{MOVE}&have=numpy==2.0").text


def test_no_package_differs_is_shown_only_if_both_locks_are_known(book: Book) -> None:
    """An environment without a lock or without evidence is not compared."""
    same = "No other package differs between the two tested environments."
    assert same in book.client.get(MOVE).text
    for target in ("2026.1.0", "2031.1.0"):
        page = book.client.get(f"/upgrade?from=2025.2.0&to={target}").text
        assert same not in page
        assert "Not compared" in page


@pytest.mark.parametrize("start", ["2026.1.0", "2026.1.1", "2024.1.0"])
def test_nothing_is_recommended_from_an_untested_start(book: Book, start: str) -> None:
    """Uninstallable, never run, or unknown."""
    book.environment("6" * 16, "2026.1.1")
    for target in ("2025.2.0", "2026.3.0"):
        book.environment("7" * 16, "2026.3.0")
        page = book.client.get(f"/upgrade?from={start}&to={target}").text
        assert "Safe to pin" not in page
        assert "stay" not in page
    assert "Safe to pin" in book.client.get(MOVE).text


QUOTED = f"\"'><b onclick=alert(1) style=x>{HOSTILE}{{{{ 7 * 7 }}}}"
"""Breaks out of an attribute, an element or a template, if not escaped."""
SCRIPT = "javascript:alert(1)"
LATEST = "8" * 16


def plant(book: Book) -> None:
    """Put hostile text into every part of an answer: what breaks, is unknown, is fixed, and in another lane."""
    raised = {"type": QUOTED, "message": QUOTED}
    book.environment(LATEST, "2025.4.0", lane="latest", lock="dask==1\nnumpy==2.2.0\nevil==<b>\n")
    book.add(RefusalRecord, environment=REFUSED, phase="import", message=QUOTED)
    for name, before, after in (
        ("breaks", "passed", "failed"),
        ("fixed", "failed", "passed"),
        ("both", *["failed"] * 2),
    ):
        row = f"evil/{name}[{QUOTED[:40]}]"
        book.scenario(row, title=QUOTED, area=QUOTED, issues=[QUOTED, SCRIPT], covers=[QUOTED])
        for key, outcome in ((OLD, before), (NEW, after), (LATEST, before)):
            book.result(outcome, row, key, **({"exception": raised} if outcome == "failed" else {}))
    book.scenario(f"evil/{QUOTED[:40]}", title=QUOTED, area=QUOTED)
    for name, warned in ((OLD, []), (NEW, [{"category": QUOTED, "message": QUOTED, "where": QUOTED}])):
        book.scenario("evil/warns", title=QUOTED, area=QUOTED)
        book.result("passed", "evil/warns", name, warnings=warned)


MANY = {"from": "2025.2.0", "to": "2025.4.0"}
ASKED = [
    ({}, 200),
    ({"profile": QUOTED}, 200),
    ({"area": [QUOTED, "futures"], "accept": "known"}, 200),
    ({"area": [QUOTED, "futures"], "accept": QUOTED}, 404),
    ({"q": "onclick"}, 200),
    ({"covers": [QUOTED, "x"], "accept": "known"}, 404),
    ({"scenario": "evil/*", "have": f"numpy=={QUOTED}"}, 200),
    ({"to": "2026.1.0"}, 200),
    ({QUOTED: QUOTED}, 200),
    ({"area": QUOTED * 2}, 404),
    ({"profile": f"x{QUOTED}"}, 404),
    ({"python": QUOTED}, 422),
    ({"have": f"{QUOTED}==1"}, 422),
    ({"from": QUOTED, "to": QUOTED}, 422),
]
"""Questions about hostile evidence, some hostile themselves, and the status of their answer."""
LISTED = KnownFailure("evil/breaks*", SpecifierSet(">=2025"), SCRIPT, QUOTED, date(2099, 1, 1))
CONTEXT = Context((LISTED,), {QUOTED: Profile(frozenset({QUOTED}))})


@pytest.fixture
def evil(filled: Path, tmp_path: Path) -> Iterator[Book]:
    """Return an application with hostile evidence and hostile known failures."""
    with opened(Path(shutil.copy(filled, tmp_path)), number=200, context=CONTEXT) as book:
        plant(book)
        yield book


def test_the_hostile_evidence_is_all_on_the_page(evil: Book) -> None:
    """As text, in each part of the page; otherwise the next test would prove nothing."""
    page = evil.client.get(MOVE).text
    for name in ("regressed", "unknown", "fixed", "still_failing"):
        assert f'<section id="{name}">' in page
    for part in ("New warnings", "the dependencies are the likely cause", "Known failure: ", "{{ 7 * 7 }}", SCRIPT):
        assert part in page


def test_hostile_evidence_and_questions_are_inert_on_the_page_of_an_upgrade(evil: Book, book: Book) -> None:
    """Anything recorded, listed or asked stays text: it adds no element, attribute or address."""
    book.scenario("bag/sums/fixed")
    book.result("failed", "bag/sums/fixed", OLD)
    book.result("passed", "bag/sums/fixed", NEW)  # as among the hostile: the page counts it in an element of its own
    harmless = Links(book.client.get(MOVE).text).names
    for asked, status in ASKED:
        answer = evil.client.get(f"/upgrade?{urlencode({**MANY, **asked}, doseq=True)}")
        found = Links(answer.text)
        assert answer.status_code == status, asked
        assert {"b", "img", "script"}.isdisjoint(Counter(found.names) - Counter(harmless)), asked
        assert not {name for name in found.attributes if name.startswith("on") or name == "style"}, asked
        assert all(each.startswith(("/", "#", "https://github.com/dask/")) for each in found.addresses), asked
        assert not {"\x1b", "\u202e", "\x07"} & set(answer.text), asked


def test_hostile_evidence_and_names_are_inert_in_badges(evil: Book) -> None:
    """A badge has only the usual elements, and an unknown release is a problem document."""
    for badge in ("release/latest", "release/2025.4.0", "upgrade/2025.2.0/latest", "upgrade/2025.2.0/2025.4.0"):
        picture = fromstring(evil.client.get(f"/badge/{badge}.svg").content)
        assert {each.tag.removeprefix(SVG) for each in picture.iter()} == {"svg", "title", "rect", "text"}
    refused = evil.client.get(f"/badge/upgrade/2025.2.0/{quote(QUOTED, safe='')}.svg")
    assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")
