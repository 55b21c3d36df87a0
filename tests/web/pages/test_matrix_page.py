"""The matrix page: its default view, and its state in the address."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.web.drawing import palette
from dask_matrix.web.drawing.labels import OVERLAYS, VERDICTS
from tests.web.conftest import Book, opened
from tests.web.pages.test_pages import Links


def crowd(book: Book, releases: int = 30) -> None:
    """Record many releases: one row changes in the second, one in the last but one, one never."""
    with book.together():
        _crowd(book, releases)


def _crowd(book: Book, releases: int) -> None:
    for number in range(releases):
        key = f"{number:016x}"
        book.environment(key, f"{2020 + number // 12}.{1 + number % 12}.0")
        for name, good in (("early", number < 1), ("late", number < releases - 2), ("never", True)):
            if not number:
                book.scenario(f"area_{name}/{name}", title=f"It is {name}")
            book.result("passed" if good else "failed", name=f"area_{name}/{name}", key=key)


def rows(text: str) -> list[str]:
    """Return the ids of the rows of a page."""
    return re.findall(r'<tr data-id="([^"]+)"', text)


def columns(text: str) -> list[str]:
    """Return the keys of the columns of a page."""
    return re.findall(r'<th scope="col" data-key="([^"]+)"', text)


@pytest.fixture(scope="module")
def many(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """Return an application on thirty releases; tests only look."""
    with opened(Path(shutil.copy(bare, tmp_path_factory.mktemp("many")))) as book:
        crowd(book)
        written = book.number
        yield book
        assert book.number == written


def test_the_default_view_has_the_newest_releases_and_the_rows_that_change_in_them(many: Book) -> None:
    """And it says how much it hides, with links."""
    text = many.client.get("/").text
    assert (rows(text), len(columns(text))) == (["area_late/late"], 24)
    assert "2 unchanged ones are hidden" in text
    assert "6 other releases are hidden" in text
    assert len(rows(many.client.get("/?changes=false").text)) == 3
    assert len(columns(many.client.get("/?last=0").text)) == 30


def test_a_range_of_releases_is_shown_whole(many: Book) -> None:
    """However many they are."""
    assert len(columns(many.client.get("/?from=2020.1.0").text)) == 30
    assert len(columns(many.client.get("/?to=2020.2.0").text)) == 2


@pytest.mark.parametrize(
    "query", ["", "changes=false", "last=3", "q=is:turning", "from=2021.1.0&q=late", "area=area_late&last=0"]
)
def test_the_json_twin_has_the_rows_and_columns_of_the_page(many: Book, query: str) -> None:
    """Although the route itself hides nothing by default."""
    text = many.client.get(f"/?{query}").text
    twin = next(each for each in Links(text).addresses if each.startswith("/api/v1/matrix"))
    told = many.client.get(twin).json()
    assert rows(text) == [each["id"] for each in told["scenarios"]]
    assert columns(text) == [each["key"] for each in told["environments"]]


def test_the_state_of_the_page_is_in_its_address(many: Book) -> None:
    """Also the collapsed areas; the links of the page keep it."""
    text = many.client.get("/?changes=false&shut=area_early&shut=area_late&q=is&last=0").text
    assert len(re.findall(r'name="shut" value="\w+" form="filters" checked', text)) == 2
    permalink = next(each for each in Links(text).addresses if "at=" in each)
    kept = parse_qs(urlsplit(permalink).query)
    assert (kept["changes"], kept["shut"], kept["q"], kept["last"]) == (
        ["false"],
        ["area_early", "area_late"],
        ["is"],
        ["0"],
    )


def test_an_invalid_filter_is_an_error(many: Book) -> None:
    """On the page and in the API."""
    for address in ("/?q=verdict:fial", "/api/v1/matrix?q=is:turnign"):
        answer = many.client.get(address)
        assert answer.status_code == 422
        assert "Write" in answer.text


def test_no_cell_has_a_link_of_its_own(many: Book) -> None:
    """Adjacent equal cells are one element, with one text."""
    text = many.client.get("/?changes=false&last=0").text
    assert not [each for each in Links(text).addresses if each.startswith("/cells/")]
    assert '<i class="v-pass w12">pass: 2020.1.0 to 2020.12.0</i>' in text
    assert len(re.findall(r"<i class=", text)) < 30


def test_every_cell_can_be_reached_without_javascript(many: Book) -> None:
    """From a row's page to each of its cells."""
    row = next(each for each in Links(many.client.get("/").text).addresses if each.startswith("/scenarios/"))
    cells = [each for each in Links(many.client.get(row).text).addresses if each.startswith("/cells/")]
    assert len(set(cells)) == 30


def test_unchanged_rows_are_not_reported_as_no_matches(many: Book) -> None:
    """The page says that they are hidden."""
    text = many.client.get("/?area=area_never").text
    assert "No scenario changes between these releases" in text
    assert "No matches" in many.client.get("/?q=zzz").text


def test_the_picture_has_a_speck_for_every_cell(many: Book) -> None:
    """In colours for light and dark mode; filtered as the JSON route is."""
    answer = many.client.get("/matrix.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "30 environments, Dask 2020.1.0 to 2022.6.0" in answer.text
    assert "prefers-color-scheme:dark" in answer.text
    assert len(many.client.get("/matrix.svg?area=area_late").text) < len(answer.text)
    assert "<path" not in many.client.get("/matrix.svg?q=zzz").text


def test_a_picture_opened_by_itself_keeps_its_colours_and_runs_nothing(many: Book) -> None:
    """Its policy allows its own styles and nothing else."""
    policy = many.client.get("/matrix.svg").headers["content-security-policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_every_verdict_and_mark_has_a_tile(book: Book) -> None:
    """The palette has the classes of all labels."""
    assert {word.css for word in VERDICTS.values()} - {"v-stale"} == {f"v-{name}" for name in palette.PATHS}
    assert {word.css for word in OVERLAYS.values()} == {f"o-{name}" for name in palette.MARKS}
    assert book.client.get("/static/verdicts.css").text == palette.stylesheet()


def test_a_run_of_cells_is_never_wider_than_the_classes_for_it(empty: Book) -> None:
    """150 equal cells of one year are two elements."""
    with empty.together():
        empty.scenario("a/b")
        for number in range(150):
            empty.environment(f"{number:016x}", f"2025.1.{number}")
            empty.result("passed", name="a/b", key=f"{number:016x}")
    text = empty.client.get("/?changes=false&last=0").text
    assert [int(each) for each in re.findall(r'class="v-pass w(\d+)"', text)] == [100, 50]
    assert len(EncodedRows.of(empty.store.matrix()).rows["a/b"]) == 150


def test_only_releases_that_the_link_would_show_count_as_hidden(empty: Book) -> None:
    """Not those without a column in the selected lane."""
    for number, lane in enumerate(("as-released", "as-released", "latest")):
        empty.environment(f"{number:016x}", f"2025.{number + 1}.0", lane=lane)
    empty.scenario("a/b")
    empty.result("passed", name="a/b", key=f"{2:016x}")
    assert "other release" not in empty.client.get("/?lane=latest&changes=false").text
    assert "1 other release is hidden" in empty.client.get("/?lane=as-released&changes=false&last=1").text


def test_a_moment_before_all_evidence_has_its_own_message(many: Book) -> None:
    """Not that of an empty store."""
    text = many.client.get("/?at=2020-01-01").text
    assert "No results yet at that time" in text
    assert "nox -s up" not in text


def test_without_any_change_the_default_view_has_all_rows(empty: Book) -> None:
    """So the first column of a run shows its results; an explicit filter still applies."""
    empty.environment("0" * 16, "2025.1.0")
    for name in ("a/b", "a/c"):
        empty.scenario(name)
        empty.result("passed", name=name)
    assert rows(empty.client.get("/").text) == ["a/b", "a/c"]
    assert "No scenario changes between these releases" in empty.client.get("/?area=a").text
    empty.environment("1" * 16, "2025.2.0")
    empty.result("failed", name="a/b", key="1" * 16)
    assert rows(empty.client.get("/").text) == ["a/b"]


def test_a_search_shows_every_match(many: Book) -> None:
    """Also those that do not change; then the box that hides them has no say. A term can still ask for changes."""
    text = many.client.get("/?q=it+is").text
    assert rows(text) == ["area_early/early", "area_late/late", "area_never/never"]
    assert re.search(r'name="changes"[^>]* disabled', text)
    assert "unchanged" not in re.sub(r"<label.*?</label>", "", text)
    assert rows(many.client.get("/?q=it+is+is:turning").text) == ["area_late/late"]
