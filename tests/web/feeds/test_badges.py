"""Badges say what the matrix says, to the eye and to those who do not see, and nothing in them does anything."""

from xml.etree.ElementTree import fromstring

import pytest

from dask_matrix.web.feeds.badge_svg import LABEL_COLOUR, TEXT_COLOUR, Badge, Colour, svg, width
from tests.web.conftest import NEW, ODD, OLD, Book

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text><script>alert(1)</script>"&\x1b[31m\u202e\x00'
SAME = "3" * 16


def told(book: Book, badge: str) -> str:
    """Return a badge in words, after a look that its picture and its JSON say the same."""
    found = book.client.get(f"/badge/{badge}.json").json()
    words = f"{found['label']}: {found['message']}"
    assert f"<title>{words}</title>" in book.client.get(f"/badge/{badge}.svg").text
    return words


def test_a_release_says_how_much_holds(book: Book) -> None:
    """Of what claims anything, in lane as-released."""
    assert told(book, "release/2025.2.0") == "dask 2025.2.0: 1 of 1 pass"
    assert told(book, "release/2025.4.0") == "dask 2025.4.0: 0 of 1 pass"


def test_the_latest_is_the_newest_release_as_released(book: Book) -> None:
    """A newer one of another lane is not."""
    assert told(book, "release/latest") == "dask 2026.1.0: does not resolve"
    book.environment("4" * 16, "2026.2.0", lane="latest")
    assert told(book, "release/latest") == "dask 2026.1.0: does not resolve"
    book.environment("5" * 16, "2026.3.0")
    assert told(book, "release/latest") == "dask 2026.3.0: unknown"


def test_a_release_is_judged_on_its_newest_python(book: Book) -> None:
    """As an upgrade is."""
    book.environment(SAME, "2025.2.0", python="3.12")
    book.result("failed", key=SAME)
    assert told(book, "release/2025.2.0") == "dask 2025.2.0: 0 of 1 pass"


@pytest.mark.parametrize(
    "badge", ["release/2019.1.0", "release/1!2.0+local", "upgrade/2025.2.0/2030.1.0", "upgrade/1/2"]
)
def test_a_version_without_evidence_is_unknown(book: Book, badge: str) -> None:
    """And no error: the README that shows it was there before the evidence."""
    assert told(book, badge).endswith(": unknown")


def test_an_empty_matrix_has_badges(empty: Book) -> None:
    """That know nothing."""
    assert told(empty, "release/latest") == "dask latest: unknown"
    assert told(empty, "upgrade/2025.2.0/latest") == "dask 2025.2.0 → latest: unknown"


@pytest.mark.parametrize("form", ["svg", "json"])
@pytest.mark.parametrize("text", ["2025,2", "newest", "<b>", "1" * 5000, "2025.2.0/x"])
def test_what_is_no_version_is_a_404_that_names_it(book: Book, text: str, form: str) -> None:
    """With names that exist."""
    for badge in (f"release/{text}", f"upgrade/2025.2.0/{text}", f"upgrade/{text}/2025.2.0"):
        answer = book.client.get(f"/badge/{badge}.{form}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert "/" in text or (answer.json()["what"], answer.json()["name"]) == ("release", text)
        assert answer.headers["cache-control"] == "no-cache"


def test_the_nearest_names_are_offered(book: Book) -> None:
    """For a misspelled one too."""
    assert book.client.get("/badge/release/lastest.svg").json()["nearest"] == ["latest"]


def test_a_move_is_unsafe_safe_or_unknown_as_the_answer_says(book: Book) -> None:
    """By the very function that answers upgrades."""
    assert told(book, "upgrade/2025.2.0/2025.4.0") == "dask 2025.2.0 → 2025.4.0: unsafe"
    for key in (OLD, NEW):
        book.result("passed", name=ODD, key=key)
    assert told(book, "upgrade/2025.4.0/2025.2.0") == "dask 2025.4.0 → 2025.2.0: safe"
    assert told(book, "upgrade/2025.2.0/latest") == "dask 2025.2.0 → 2026.1.0: unsafe"


@pytest.mark.parametrize(("holding", "colour"), [(20, "GOOD"), (19, "GOOD"), (16, "MIXED"), (15, "BAD")])
def test_the_colour_follows_the_share_that_holds(empty: Book, holding: int, colour: str) -> None:
    """Of twenty."""
    empty.environment(OLD, "2025.2.0")
    for number in range(20):
        empty.scenario(f"bag/{number}")
        empty.result("passed" if number < holding else "failed", name=f"bag/{number}")
    found = empty.client.get("/badge/release/latest.json").json()
    assert (found["message"], found["color"]) == (f"{holding} of 20 pass", Colour[colour].value)


def test_the_json_is_what_shields_reads(book: Book) -> None:
    """Four fields, no more."""
    found = book.client.get("/badge/release/2025.2.0.json").json()
    assert found == {"schemaVersion": 1, "label": "dask 2025.2.0", "message": "1 of 1 pass", "color": "2e7d32"}


def test_the_picture_is_an_image_with_a_name(book: Book) -> None:
    """For assistive technology, and with nothing from elsewhere."""
    answer = book.client.get("/badge/release/2025.2.0.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    root = fromstring(answer.content)
    assert (root.get("role"), root.get("aria-label")) == ("img", "dask 2025.2.0: 1 of 1 pass")
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {"svg", "title", "rect", "text"}
    assert not [name for each in root.iter() for name in each.attrib if name in {"href", "src", "style"}]


def test_hostile_text_is_inert_in_a_picture() -> None:
    """Markup is text, control characters are gone, marks that reorder are spelled out."""
    document = svg(Badge(HOSTILE, HOSTILE * 50, Colour.BAD)).decode()
    root = fromstring(document)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {"svg", "title", "rect", "text"}
    assert not {"\x1b", "\x00", "\u202e"} & set(document)


def test_the_texts_fit_their_halves() -> None:
    """A longer text makes a wider picture, and no half is narrower than its text."""
    root = fromstring(svg(Badge("dask 2025.2.0 → 2025.4.1", "unsafe", Colour.BAD)))
    rects, texts = root.findall(f"{SVG}rect"), root.findall(f"{SVG}text")
    for rect, text in zip(rects, texts, strict=True):
        assert int(rect.get("width", "0")) > int(text.get("textLength", "0")) == width(text.text or "")
    assert int(root.get("width", "0")) == sum(int(each.get("width", "0")) for each in rects)


def luminance(colour: str) -> float:
    """Return the relative luminance of six hex digits, as WCAG defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("colour", [*Colour, LABEL_COLOUR])
def test_every_colour_is_readable(colour: str) -> None:
    """Contrast of at least 4.5 to 1, as WCAG asks of small text."""
    assert (luminance(TEXT_COLOUR) + 0.05) / (luminance(colour) + 0.05) >= 4.5


def test_a_badge_may_be_kept_for_five_minutes(book: Book) -> None:
    """Then it costs a question, and a 304 while nothing is new."""
    first = book.client.get("/badge/release/latest.svg")
    assert first.headers["cache-control"] == "max-age=300"
    again = book.client.get("/badge/release/latest.svg", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "max-age=300")
