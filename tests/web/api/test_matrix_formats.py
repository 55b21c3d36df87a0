"""The matrix in other forms than JSON is the same matrix, and harmless to what opens it."""

import csv
import io
import sys

import pytest

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.verdict import Judgement
from dask_matrix.web.api.tables import COLUMNS, PIECE, comma_separated
from dask_matrix.web.http.negotiation import ResponseFormat, preferred_format
from tests.web.conftest import NEW, NOON, ODD, OLD, ROW, Book

CSV = {"Accept": "text/csv"}


def table(book: Book, query: str = "", headers: dict[str, str] | None = None) -> list[dict[str, str]]:
    """Return the CSV as rows by column."""
    answer = book.client.get(f"/api/v1/matrix{query}", headers=headers if headers is not None else CSV)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_there_is_a_row_for_each_cell(book: Book) -> None:
    """With where it is, what is said of it, and the result that it rests on."""
    rows = table(book)
    assert len(rows) == 6
    result = book.store.results(ROW, NEW)[0].id
    assert rows[4] == {
        "scenario": ROW, "area": "futures", "release": "2025.4.0", "python": "3.11", "lane": "as-released",
        "verdict": "fail", "exception": "KeyError", "result": result,
    }  # fmt: skip
    assert [row["verdict"] for row in rows if row["scenario"] == ODD] == ["untested", "untested", "uninstallable"]


def test_the_table_says_what_the_json_says(book: Book) -> None:
    """Cell by cell."""
    found = book.client.get("/api/v1/matrix").json()
    verdicts = [found["legend"][character] for cells in found["cells"] for character in cells]
    assert [row["verdict"] for row in table(book)] == verdicts


def test_csv_is_had_by_parameter_too(book: Book) -> None:
    """Which counts more than the header."""
    assert table(book, "?format=csv", {}) == table(book)
    assert book.client.get("/api/v1/matrix?format=json", headers=CSV).json()["cells"]


def test_the_filters_narrow_every_form(book: Book) -> None:
    """As they narrow the JSON."""
    assert {row["scenario"] for row in table(book, "?area=futures&to=2025.3")} == {ROW}
    assert len(table(book, "?area=futures&to=2025.3")) == 1


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", ResponseFormat.JSON),
        ("*/*", ResponseFormat.JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ResponseFormat.JSON),
        ("application/json", ResponseFormat.JSON),
        ("image/png", ResponseFormat.JSON),
        ("text/csv", ResponseFormat.CSV),
        ("TEXT/CSV; charset=utf-8", ResponseFormat.CSV),
        ("text/*", ResponseFormat.CSV),
        ("text/csv, application/json", ResponseFormat.JSON),
        ("text/csv;q=0.9, application/json;q=0.8", ResponseFormat.CSV),
        ("text/csv;q=0.5, */*", ResponseFormat.JSON),
        ("text/csv;q=0, */*;q=0", ResponseFormat.JSON),
        (";;,,q=x", ResponseFormat.JSON),
    ],
)
def test_the_form_is_the_one_that_is_ranked_highest(accept: str, form: ResponseFormat) -> None:
    """JSON where nothing else is wanted more."""
    assert preferred_format(accept) is form


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_value_is_a_formula_to_a_spreadsheet(start: str) -> None:
    """In whatever column it stands."""
    evil = f"{start}cmd|' /C calc'!A0"
    row = Scenario(evil, "title", evil, "f")
    column = Environment("k", Release.parse("2025.2.0"), Python(3, 11), Lane.AS_RELEASED, "p", NOON)
    matrix = Matrix((row,), (column,), {(evil, "k"): Judgement(Verdict.FAIL, result=evil, exception=evil)})
    head, values = csv.reader(io.StringIO("".join(comma_separated(matrix)), newline=""))
    assert tuple(head) == COLUMNS
    assert [value for value in values if value.endswith(evil)] == [f"'{evil}"] * 4


def test_csv_comes_in_pieces() -> None:
    """A large matrix is never held as one text, and no row is lost between two pieces."""
    rows = tuple(Scenario(f"a/{number}", "title", "a", "f") for number in range(4_000))
    column = Environment("k", Release.parse("2025.2.0"), Python(3, 11), Lane.AS_RELEASED, "p", NOON)
    pieces = list(comma_separated(Matrix(rows, (column,))))
    assert len(pieces) > 2
    assert max(map(len, pieces)) < PIECE + 100
    assert [row["scenario"] for row in csv.DictReader(io.StringIO("".join(pieces)))] == [row.id for row in rows]


@pytest.mark.parametrize("address", ["matrix?format=csv&", "matrix.parquet?"])
@pytest.mark.parametrize(
    ("query", "parameter"), [("pyhton=3.11", "pyhton"), ("verdict=foo", "verdict"), ("from=abc", "from")]
)
def test_a_bad_parameter_is_refused_in_every_form(book: Book, address: str, query: str, parameter: str) -> None:
    """By name, as a problem document."""
    answer = book.client.get(f"/api/v1/{address}{query}", headers=CSV)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["parameter"] == parameter


def test_a_form_that_there_is_not_is_refused(book: Book) -> None:
    """With those that there are; Parquet has an address of its own, and no form."""
    assert book.client.get("/api/v1/matrix?format=xlsx").json()["errors"][0]["allowed"] == ["json", "csv"]
    error = book.client.get("/api/v1/matrix.parquet?format=csv").json()["errors"][0]
    assert error["reason"] == "unknown parameter"
    assert "format" not in error["allowed"]


@pytest.mark.slow
def test_parquet_is_the_same_table(book: Book) -> None:
    """As pandas reads it."""
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    answer = book.client.get("/api/v1/matrix.parquet?area=futures")
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    frame = pandas.read_parquet(io.BytesIO(answer.content))
    assert frame.to_dict("records") == table(book, "?area=futures")


def test_parquet_of_nothing_has_its_columns(empty: Book) -> None:
    """All of them text."""
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pandas.read_parquet(io.BytesIO(empty.client.get("/api/v1/matrix.parquet").content))
    assert (tuple(frame.columns), len(frame)) == (COLUMNS, 0)


@pytest.mark.parametrize("package", ["pandas", "pyarrow"])
def test_a_server_without_pandas_says_what_to_install(
    book: Book, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    """501, and where the same table is to be had."""
    for name in ("pandas", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None if name == package else pytest)  # None: as if it were not installed
    answer = book.client.get("/api/v1/matrix.parquet")
    assert (answer.status_code, answer.json()["type"]) == (501, "/api/docs#problem-not-installed")
    assert f"needs {package}" in answer.json()["detail"]
    assert "dask-matrix[analysis]" in answer.json()["detail"]
    assert "etag" not in answer.headers


def test_the_server_imports_pandas_only_when_asked(book: Book) -> None:
    """It takes a second and a hundred megabytes."""
    loaded = set(sys.modules)
    assert book.client.get("/api/v1/matrix", headers=CSV).status_code == 200
    assert not {name for name in set(sys.modules) - loaded if name.startswith(("pandas", "pyarrow"))}


def test_a_browser_keeps_a_table_as_a_file(book: Book) -> None:
    """With a name that says what it is."""
    answer = book.client.get(f"/api/v1/matrix?format=csv&q={OLD}")
    assert answer.headers["content-disposition"] == 'attachment; filename="dask-matrix.csv"'
