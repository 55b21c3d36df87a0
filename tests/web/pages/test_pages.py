"""All pages: complete without JavaScript, valid links, a strict policy, and inert evidence."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.web import links
from dask_matrix.web.drawing import evidence_html
from dask_matrix.web.drawing.labels import LANES, OUTCOMES, VERDICTS
from tests.web.conftest import NEW, ODD, OLD, REFUSED, ROW, Book

HOSTILE = (
    "<script>alert(1)</script>\x1b[31mred\x1b[0m\x1b]8;;http://x\x07 \u202egnp.exe </pre><img src=x onerror=alert(1)>"
)


class Links(HTMLParser):
    """Collect the links of a page, and its element and attribute names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.names: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect one element."""
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value for name, value in attrs if name in {"href", "src"} and value]


def pages(book: Book) -> list[str]:
    """Return the address of one page of each kind."""
    result = book.store.results(ROW, NEW)[0].id
    return [
        "/", "/?changes=false&last=0", "/releases", "/releases/2025.4.0", "/releases/2026.1.0", "/about", "/api/docs",
        f"/results/{result}", f"/environments/{OLD}", f"/environments/{REFUSED}",
        *(links.scenario(name) for name in (ROW, ODD)),
        *(links.cell(name, key) for name in (ROW, ODD) for key in (OLD, NEW, REFUSED)),
    ]  # fmt: skip


def test_every_value_has_a_label() -> None:
    """The tables of labels are complete, and no two verdicts share a symbol, a label or a class."""
    assert set(VERDICTS) == set(Verdict)
    assert set(OUTCOMES) == set(Outcome)
    assert set(LANES) == set(Lane)
    for part in ("label", "symbol", "css"):
        assert len({getattr(word, part) for word in VERDICTS.values()}) == len(Verdict)


@pytest.mark.slow
def test_every_link_of_every_page_leads_somewhere(book: Book) -> None:
    """Internal links work; external ones go to GitHub."""
    seen = {address: page for page in pages(book) for address in Links(book.client.get(page).text).addresses}
    for address, page in seen.items():
        if address.startswith("/"):
            assert book.client.get(address).status_code == 200, f"{page} -> {address}"
        else:
            assert address.startswith(("#", "https://github.com/dask/distributed/issues/9041")), f"{page} -> {address}"


def test_every_page_has_a_strict_policy_and_keeps_to_it(book: Book) -> None:
    """No inline script, no inline style, nothing from elsewhere; an error page too."""
    for page in [*pages(book), "/nothing", "/?verdict=foo"]:
        answer = book.client.get(page)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        found = Links(answer.text)
        assert "style" not in found.names
        assert not {name for name in found.attributes if name == "style" or name.startswith("on")}
        assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)


def test_a_cell_has_a_symbol_and_a_text(book: Book) -> None:
    """Not colour alone; a change is in the text too."""
    text = book.client.get("/").text
    assert '<i class="v-fail turn w1">fail, breaks: 2025.4.0</i>' in text
    assert '<i class="v-pass w1">pass: 2025.2.0</i>' in text
    sheet = book.client.get("/static/verdicts.css").text
    assert all(f"--tile-{word.css.removeprefix('v-')}" in sheet for word in VERDICTS.values())


def test_an_uninstallable_column_says_why_and_links_to_the_full_message(book: Book) -> None:
    """Short in its head, in full on its page and its cells' pages; its cells are not links."""
    text = book.client.get("/").text
    assert "<em>does not resolve</em>" in text
    assert f"/cells/{ROW}/{REFUSED}" not in text
    for page in (f"/environments/{REFUSED}", f"/cells/{ROW}/{REFUSED}"):
        assert "No solution found:\n  dask==2025.12.0" in book.client.get(page).text


def test_rows_are_grouped_by_area_with_a_pass_count(book: Book) -> None:
    """Of the newest column with a result."""
    assert "<b>futures</b> <span>0 of 1 pass on 2025.4.0</span>" in book.client.get("/").text


def test_columns_are_grouped_by_year(book: Book) -> None:
    """As a group of columns for assistive technology."""
    assert '<th scope="colgroup" colspan="2"><span>2025</span></th>' in book.client.get("/").text


def test_the_filter_form_shows_the_query(book: Book) -> None:
    """The state of the page is in its address, and its JSON has the same query."""
    text = book.client.get("/?q=computes&area=futures&from=2025.1.0&changes=false").text
    assert 'value="computes"' in text
    assert "<option selected>futures</option>" in text
    assert "<option selected>2025.1.0</option>" in text
    assert "checked" in text
    assert 'href="/api/v1/matrix?q=computes&amp;area=futures&amp;from=2025.1.0"' in text
    assert ODD.split("[")[0] not in text


def test_a_permalink_shows_the_matrix_as_it_was(book: Book) -> None:
    """Later results do not change it."""
    before = book.client.get("/").text
    permalink = next(address for address in Links(before).addresses if "at=" in address)
    book.result("failed")
    frozen = book.client.get(permalink).text
    assert "Frozen" in frozen
    assert '<i class="v-flaky' not in frozen
    assert "data-poll" not in frozen


def test_an_empty_store_says_what_to_run(empty: Book) -> None:
    """A friendly page, not an empty table."""
    text = empty.client.get("/").text
    assert "nox -s up" in text
    assert "<table" not in text
    assert empty.client.get("/releases").status_code == 200


def test_environments_without_results_are_listed_while_waiting(empty: Book) -> None:
    """The server is up before the first result."""
    empty.environment(OLD, "2025.2.0")
    text = empty.client.get("/").text
    assert "Waiting for the first results" in text
    assert "2025.2.0" in text


def test_a_filter_without_matches_says_so(book: Book) -> None:
    """Instead of an empty table."""
    assert "No matches" in book.client.get("/?q=zzz").text


def test_a_page_refreshes_by_itself_only_while_results_come_in(book: Book) -> None:
    """For those without JavaScript."""
    assert "http-equiv" not in book.client.get("/").text
    book.result("passed", at=datetime.now(UTC))
    assert "http-equiv" in book.client.get("/").text


def test_an_unchanged_page_is_a_304(book: Book) -> None:
    """Until a result comes in."""
    tag = book.client.get("/").headers["etag"]
    assert f'data-etag="{tag.replace(chr(34), "&#34;")}"' in book.client.get("/").text
    assert book.client.get("/", headers={"If-None-Match": tag}).status_code == 304
    book.result("failed")
    assert book.client.get("/", headers={"If-None-Match": tag}).status_code == 200


def test_a_cell_shows_its_evidence_and_how_to_reproduce_it(book: Book) -> None:
    """Verdict, exception, traceback, neighbours, issue, commands, a link to the lock."""
    text = book.client.get(f"/cells/{ROW}/{NEW}").text
    for part in (
        "<strong>fail</strong>",
        "KeyError",
        f'href="/cells/{ROW}/{OLD}" rel="prev"',
        'href="https://github.com/dask/distributed/issues/9041"',
        "nox -s &#34;scenarios(2025.4.0, py311, as-released)&#34; -- -k &#39;f and test_x&#39;",
        "dask-matrix run --release 2025.4.0 --python 3.11 --lane as-released -k &#39;f and test_x&#39;",
        f'href="/environments/{NEW}/lock.txt"',
    ):
        assert part in text


def test_a_flaky_cell_lists_all_attempts(book: Book) -> None:
    """Each with its outcome and a link."""
    book.result("failed")
    text = book.client.get(f"/cells/{ROW}/{OLD}").text
    assert "<strong>flaky</strong>" in text
    assert "1 of 2 executions passed" in text
    assert "<small>2 executions</small>" in text


def test_a_stale_cell_shows_its_old_verdict(book: Book) -> None:
    """As text and as a symbol."""
    book.scenario("futures/changed")
    book.result("failed", name="futures/changed", fingerprint="older")
    assert '<i class="v-fail v-stale w1">stale, was fail: 2025.2.0</i>' in book.client.get("/?changes=false").text


def test_an_untested_cell_says_that_it_has_no_results(book: Book) -> None:
    """Rather than an empty page."""
    assert "has not run in this environment" in book.client.get(links.cell(ODD, OLD)).text


def test_hostile_evidence_is_inert(book: Book) -> None:
    """Markup stays text, terminal escapes are removed, direction marks are spelled out."""
    raised = {"type": HOSTILE, "message": HOSTILE}
    seen = [{"category": HOSTILE, "message": HOSTILE, "where": HOSTILE}]
    book.scenario(
        "evil/<b>", title=HOSTILE, description=HOSTILE, source=HOSTILE, issues=[HOSTILE, "javascript:alert(1)"]
    )
    record = book.result(
        "failed", name="evil/<b>", reason=HOSTILE, exception=raised, traceback=f">   {HOSTILE}\nE   {HOSTILE}\n{HOSTILE}",
        stdout=HOSTILE, stderr=HOSTILE, log=HOSTILE, warnings=seen,
    )  # fmt: skip
    for page in ("/?changes=false", links.scenario("evil/<b>"), links.cell("evil/<b>", OLD), f"/results/{record.id}"):
        text = book.client.get(page).text
        found = Links(text)
        assert "onerror" not in found.attributes
        assert "x" not in found.addresses
        assert not [address for address in found.addresses if address.startswith("javascript")]
        assert "<script>alert" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_very_long_line_is_shown_plain(book: Book) -> None:
    """A lexer would be too slow."""
    record = book.result("failed", traceback="E   " + "(" * 1_000_000)
    assert "(" * 1_000_000 in book.client.get(f"/results/{record.id}").text


def test_a_former_id_redirects_to_the_current_page(book: Book) -> None:
    """Permanently."""
    answer = book.client.get(f"/cells/futures/was/{OLD}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, f"/cells/{ROW}/{OLD}")
    assert book.client.get("/scenarios/futures/was", follow_redirects=False).headers["location"] == f"/scenarios/{ROW}"


def test_an_environment_can_be_installed_as_it_is(book: Book) -> None:
    """The commands use the file name of the downloaded lock."""
    text = book.client.get(f"/environments/{OLD}").text
    assert "uv venv --python 3.11.7 dask-2025.2.0" in text
    lock = book.client.get(f"/environments/{OLD}/lock.txt")
    name = re.search(r'filename="(.+)"', lock.headers["content-disposition"])
    assert name
    assert f"-r {name[1]}" in text
    assert lock.text == "dask==1\nnumpy==2.1.0\n"


def test_an_error_is_a_readable_page(book: Book) -> None:
    """With the text of the problem document, and the nearest names as links."""
    answer = book.client.get("/scenarios/computes_again")
    assert answer.status_code == 404
    assert f'<a href="/scenarios/{ROW}">' in answer.text
    bad = book.client.get("/?verdict=foo")
    assert bad.status_code == 422
    assert "must be one of pass, fail" in bad.text


def test_a_stray_parameter_does_not_break_a_page(book: Book) -> None:
    """Mail programs and the like add them to links."""
    assert book.client.get("/?utm_source=mail").status_code == 200


def test_an_internal_error_reveals_no_secrets(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are in the log only."""

    def fail(_text: str) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(evidence_html, "highlight_python", fail)
    answer = book.client.get(f"/scenarios/{ROW}")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Internal error" in answer.text


def test_static_files_are_cached_for_good_by_build(book: Book) -> None:
    """Their address changes when they do."""
    sheet = next(address for address in Links(book.client.get("/").text).addresses if ".css" in address)
    assert "immutable" in book.client.get(sheet).headers["cache-control"]


def test_the_docs_page_names_every_route_and_problem(book: Book) -> None:
    """From the OpenAPI description."""
    text = book.client.get("/api/docs").text
    for path in book.client.get("/api/openapi.json").json()["paths"]:
        assert path in text
    assert 'id="problem-unknown-name"' in text


def test_a_head_request_is_answered(book: Book) -> None:
    """As monitors ask it."""
    assert book.client.head("/").status_code == 200
